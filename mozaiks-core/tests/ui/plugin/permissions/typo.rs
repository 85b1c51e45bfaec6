//! Permissions that are nearly known ones.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", permissions = ["notification:send", "tasks:raed", "crm:import"])]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

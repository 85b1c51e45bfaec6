//! The name of a plugin is in snake case.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "TaskManager")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

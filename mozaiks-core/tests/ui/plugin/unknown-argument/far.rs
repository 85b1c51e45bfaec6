//! An argument that is nothing like any.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", colour = "red")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! The name of an action is in snake case.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action(name = "createNote")]
    async fn create(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[query]
    async fn _list(&self, _ctx: &QueryContext) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

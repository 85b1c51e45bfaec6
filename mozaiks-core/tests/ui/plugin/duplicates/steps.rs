//! Two methods for one step.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[install]
    async fn one(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[install]
    async fn two(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

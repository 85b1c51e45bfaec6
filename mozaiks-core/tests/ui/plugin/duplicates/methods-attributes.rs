//! Two attributes on one method.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    #[query]
    async fn create(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[on_event("user:registered")]
    #[action]
    async fn heard(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[action]
    #[action]
    async fn twice(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

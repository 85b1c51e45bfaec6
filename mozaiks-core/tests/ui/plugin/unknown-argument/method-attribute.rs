//! An attribute that is nearly one of ours.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[acton]
    async fn create(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[on_evnt("user:registered")]
    async fn heard(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

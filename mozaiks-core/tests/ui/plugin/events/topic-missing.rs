//! A topic is a text, and one.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[on_event]
    async fn one(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[on_event("a:b", "c:d")]
    async fn two(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[on_event = "a:b"]
    async fn three(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

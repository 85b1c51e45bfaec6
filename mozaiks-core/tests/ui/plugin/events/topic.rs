//! Topics that are none.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[on_event("User Registered")]
    #[on_event("user:")]
    #[on_event("user:re*")]
    async fn heard(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

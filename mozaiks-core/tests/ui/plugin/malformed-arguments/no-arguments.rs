//! No arguments at all.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin()]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! A plugin without a name.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(version = "1.0.0")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

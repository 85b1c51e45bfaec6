//! A category is one of those that there are.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", category = "productivty")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

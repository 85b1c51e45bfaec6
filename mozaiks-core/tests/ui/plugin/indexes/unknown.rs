//! What no index takes, and what takes no index.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes(
        index(collection = "items", keys = ["slug"], uniqe),
        index(collection = "items", keys = ["color"], background),
        indx(collection = "items", keys = ["size"]),
    ),
)]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

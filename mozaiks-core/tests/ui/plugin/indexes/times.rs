//! Times that are none.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes(
        index(collection = "items", keys = ["a"], expire_after = "30"),
        index(collection = "items", keys = ["b"], expire_after = "3 weeks"),
        index(collection = "items", keys = ["c"], expire_after = "-1d"),
        index(collection = "items", keys = ["d"], expire_after = "99999d"),
        index(collection = "items", keys = ["e"], expire_after = "1.5h"),
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

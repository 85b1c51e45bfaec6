//! Indexes of which something is missing or of the wrong kind.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes(
        index(keys = ["slug"]),
        index(collection = "items"),
        index(collection = "items", keys = []),
        index(collection = "items", keys = "slug"),
        index(collection = "items", keys = [("slug", -1)]),
        index(collection = "items", keys = ["slug"], unique = true),
        index(collection = "items", keys = ["other"], expire_after = 30),
        index = "slug",
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

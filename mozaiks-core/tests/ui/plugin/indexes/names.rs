//! Names of collections and indexes.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes(
        index(collection = "TaskItems", keys = ["slug"]),
        index(collection = "items", keys = ["slug"], name = "by slug"),
        index(collection = "items", keys = ["slug"], name = "_id"),
        index(collection = "items", keys = ["straße"]),
        index(collection = "items", keys = ["color"]),
        index(collection = "items", keys = ["-color"]),
        index(collection = "items", keys = ["size"], name = "color"),
        index(collection = "items", keys = ["color"], shared),
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

//! Fields that no index has.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes(
        index(collection = "items", keys = ["+slug"]),
        index(collection = "items", keys = ["--slug"]),
        index(collection = "items", keys = ["user_id", "slug"]),
        index(collection = "items", keys = ["-app_id.x"]),
        index(collection = "items", keys = ["_mozaiks_owner"]),
        index(collection = "items", keys = ["_id"]),
        index(collection = "items", keys = ["a..b"]),
        index(collection = "items", keys = ["$text"]),
        index(collection = "items", keys = ["slug", "-slug"]),
        index(
            collection = "items",
            name = "wide",
            keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"]
        ),
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

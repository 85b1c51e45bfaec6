//! What only an index of one field can be.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes(
        index(collection = "items", keys = ["a", "b"], sparse),
        index(collection = "items", keys = ["c", "d"], expire_after = "30d"),
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

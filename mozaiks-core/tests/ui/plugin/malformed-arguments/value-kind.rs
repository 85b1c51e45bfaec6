//! Values of the wrong kind, each reported.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = notes,
    version = 1.0,
    tags = "a, b",
    permissions = [tasks],
    settings = 3,
    client = "NotesApi",
    author = 5,
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

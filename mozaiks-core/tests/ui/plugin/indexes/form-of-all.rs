//! Indexes that are not in parentheses.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    indexes = ["slug"],
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

//! An id is in reverse DNS order.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", id = "Notes")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

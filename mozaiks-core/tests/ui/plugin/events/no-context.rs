//! A handler has a context.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[on_event("user:registered")]
    async fn heard(&self, _event: Event) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

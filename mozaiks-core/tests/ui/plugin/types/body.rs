//! A mistake in a body is where it is.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context) -> Result<String> {
        Ok(1)
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! Nobody waits for what a handler says.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[on_event("user:registered")]
    async fn heard(&self, _ctx: &Context) -> Result<String> {
        Ok(String::new())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

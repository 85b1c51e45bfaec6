//! Nobody waits for what a step says.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[initialize]
    async fn start(&self, _ctx: &PluginContext) -> Result<u8> {
        Ok(0)
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

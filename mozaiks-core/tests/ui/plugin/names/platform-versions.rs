//! No platform is both.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", min_platform_version = "2.0.0", max_platform_version = "1.0.0")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! A type that cannot be read.

use mozaiks_core::prelude::*;

struct Title;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, _title: Title, _pinned: bool) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

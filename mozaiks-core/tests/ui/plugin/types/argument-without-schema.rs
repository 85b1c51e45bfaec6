//! A type that is read and not described.

use mozaiks_core::prelude::*;

#[derive(serde::Deserialize)]
struct Title;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, _title: Title) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

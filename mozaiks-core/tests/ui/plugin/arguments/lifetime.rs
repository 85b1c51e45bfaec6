//! An argument with a lifetime.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create<'a>(&'a self, _ctx: &'a Context, _title: std::borrow::Cow<'a, str>) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

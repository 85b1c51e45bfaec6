//! An error that is none of ours.

use mozaiks_core::prelude::*;

struct Broken;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context) -> Result<(), Broken> {
        Err(Broken)
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

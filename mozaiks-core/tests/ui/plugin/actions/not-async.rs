//! An action is async.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    fn create(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

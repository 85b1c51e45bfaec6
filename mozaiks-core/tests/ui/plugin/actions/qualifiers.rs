//! An action is a plain method.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async unsafe fn create(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[action]
    async extern "C" fn list(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

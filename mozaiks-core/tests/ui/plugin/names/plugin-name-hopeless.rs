//! A name that cannot be guessed.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "3 notes!")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

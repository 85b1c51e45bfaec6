//! A type that is only called `Context`.

use mozaiks_core::prelude::*;

mod other {
    pub struct Context;
}

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &other::Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! A plugin that cannot be shared.

use mozaiks_core::prelude::*;

struct Notes {
    _seen: std::cell::Cell<u32>,
}

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {}

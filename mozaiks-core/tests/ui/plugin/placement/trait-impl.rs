//! On the impl of a trait.

use mozaiks_core::prelude::*;

struct Notes;

trait Create {
    async fn create(&self, ctx: &Context) -> Result<()>;
}

#[plugin(name = "notes")]
impl Create for Notes {
    #[action]
    async fn create(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = Notes;
}

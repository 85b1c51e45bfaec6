//! An argument that stays on its thread.

use mozaiks_core::prelude::*;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct NotSend(#[serde(skip)] std::marker::PhantomData<*const u8>);

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, _it: NotSend) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

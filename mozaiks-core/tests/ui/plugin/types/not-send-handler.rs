//! A handler that stays on its thread.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[on_event("user:registered")]
    async fn heard(&self, _ctx: &Context) -> Result<()> {
        let count = std::rc::Rc::new(1);
        std::future::ready(()).await;
        drop(count);
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

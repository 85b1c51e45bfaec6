//! An action that cannot fail.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context) -> String {
        String::new()
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

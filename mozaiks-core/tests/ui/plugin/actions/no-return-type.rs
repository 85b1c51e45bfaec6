//! An action returns a result.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context) {
        
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

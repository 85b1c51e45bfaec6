//! A reply has a type with a name.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn one(&self, _ctx: &Context) -> Result<impl serde::Serialize> {
        Ok("")
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

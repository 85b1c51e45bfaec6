//! A reply owns what it holds.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn one(&self, _ctx: &Context) -> Result<&str> {
        Ok("")
    }

    #[action]
    async fn two<'a>(&'a self, _ctx: &'a Context) -> Result<std::borrow::Cow<'a, str>> {
        Ok("".into())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

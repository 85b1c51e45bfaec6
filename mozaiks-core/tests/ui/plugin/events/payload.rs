//! A payload that cannot be read.

use mozaiks_core::prelude::*;

struct User;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[on_event("user:registered")]
    async fn heard(&self, _ctx: &Context, _user: User) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

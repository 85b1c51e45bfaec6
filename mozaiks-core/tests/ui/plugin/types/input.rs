//! A type that cannot be read, as the whole request.

use mozaiks_core::prelude::*;

struct Note;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, Input(_note): Input<Note>) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

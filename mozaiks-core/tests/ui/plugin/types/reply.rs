//! A type that cannot be written.

use mozaiks_core::prelude::*;

struct Note;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context) -> Result<Note> {
        Ok(Note)
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

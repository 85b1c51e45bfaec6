//! Three wrong types, three errors.

use mozaiks_core::prelude::*;

struct Title;
struct Body;
struct Note;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, _title: Title, _body: Body) -> Result<Note> {
        Ok(Note)
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

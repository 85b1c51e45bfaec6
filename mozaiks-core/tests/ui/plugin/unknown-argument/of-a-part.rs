//! The arguments of a part.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", notification(id = "notes_saved", name = "Saved", chanels = ["email"]), widget(id = "recent", typ = "card", size = 3))]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

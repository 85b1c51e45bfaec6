//! Events are declared in snake case, without the plugin.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", publishes = ["notes:note_created", "NoteDeleted", "tasks:done"])]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

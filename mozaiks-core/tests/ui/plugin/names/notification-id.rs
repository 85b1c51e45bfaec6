//! The id of a notification begins with the plugin.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", notification(id = "created", name = "Created"), notification(id = "notes_Saved", name = "Saved"))]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

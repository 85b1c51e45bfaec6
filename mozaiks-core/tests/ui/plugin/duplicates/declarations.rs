//! What is declared twice.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", publishes = ["made", "made"], permissions = ["crm:read", "crm:read"], widget(id = "a"), widget(id = "a"), notification(id = "notes_a", name = "A"), notification(id = "notes_a", name = "B"))]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

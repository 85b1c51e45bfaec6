//! Parts of which something is missing or wrong.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(
    name = "notes",
    author(email = "ada@example.com"),
    notification(name = "Saved"),
    notification(id = "notes_saved", name = "Saved", default = "yes"),
    notification = "notes_saved",
    widget(component = "Recent"),
    route(id = "all", props = [1, 2]),
    notification_category(id = "notes"),
)]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

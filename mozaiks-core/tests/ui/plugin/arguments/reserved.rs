//! Names that a request gives another meaning to.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, user_id: String, app_id: String, _context: String, action: String) -> Result<()> {
        let _ = (user_id, app_id, action);
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

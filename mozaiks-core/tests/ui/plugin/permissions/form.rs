//! Permissions of another form.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", permissions = ["tasks", "send email", "crm:Import Contacts"])]
impl Notes {
    #[action]
    async fn ping(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! A type that does not exist.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    async fn create(&self, _ctx: &Context, _title: Titel) -> Result<Creatd> {
        Err(Error::conflict("There is one already"))
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

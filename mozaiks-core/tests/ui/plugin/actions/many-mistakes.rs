//! Several mistakes of one method, and of several.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes", version = "x")]
impl Notes {
    #[action]
    fn create(self, title: &str) {
        let _ = title;
    }

    #[query]
    fn list(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

//! On a type that borrows.

use mozaiks_core::prelude::*;

struct Notes<'a>(&'a str);

#[plugin(name = "notes")]
impl<'a> Notes<'a> {
    #[action]
    async fn create(&self, _ctx: &Context) -> Result<()> {
        let _ = self.0;
        Ok(())
    }
}

fn main() {
    let _ = <Notes<'static> as Plugin>::router();
}

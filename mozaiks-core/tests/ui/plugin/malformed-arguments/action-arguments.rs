//! What stands in the attributes of methods.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action("create")]
    async fn one(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[action(nam = "other")]
    async fn two(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[query(name = 3)]
    async fn three(&self, _ctx: &QueryContext) -> Result<()> {
        Ok(())
    }

    #[install(once)]
    async fn four(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[action = "five"]
    async fn five(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}

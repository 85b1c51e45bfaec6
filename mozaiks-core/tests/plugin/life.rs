//! Events, and the life of a user's copy and of the runtime.

use mozaiks_core::prelude::*;

#[derive(serde::Deserialize)]
struct Registered {
    name: String,
}

/// An error of the author's.
struct Broken;

impl From<Broken> for Error {
    fn from(_: Broken) -> Self {
        Error::internal("broken")
    }
}

struct Life;

#[plugin(name = "life")]
impl Life {
    #[on_event("user:registered")]
    async fn raw(&self, _ctx: &Context, event: Event) -> Result<()> {
        let _ = event.topic();
        Ok(())
    }

    #[on_event("user:registered")]
    async fn typed(&self, _ctx: &Context, Registered { name }: Registered) -> Result<(), Broken> {
        let _ = name;
        Err(Broken)
    }

    #[on_event("life:*")]
    #[on_event("*:deleted")]
    #[on_event("*")]
    #[on_event("plugin_executed")]
    async fn bare(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[install]
    async fn fill(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[activate]
    async fn wake(&self, _ctx: &Context) -> Result<(), Broken> {
        Ok(())
    }

    #[deactivate]
    async fn sleep(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[uninstall]
    async fn clear(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[initialize]
    async fn open(&self, _ctx: &PluginContext) -> Result<()> {
        Ok(())
    }

    #[shutdown]
    async fn close(&self, _ctx: &PluginContext) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_plugin_may_do_nothing_but_listen() {
    assert!(crate::names::<Life>().is_empty());
}

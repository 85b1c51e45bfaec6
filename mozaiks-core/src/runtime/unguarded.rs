//! The way of a request without what guards it, for benchmarks to tell the two apart.

use super::Runtime;
use super::call::Call;
use crate::context::{Context, Grants};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::plugin::Request;

#[doc(hidden)]
impl Runtime {
    /// A context of a plugin, for benchmarks.
    pub fn context_without_guards(&self, identity: &Identity, plugin: &str) -> Option<Context> {
        let info = self.inner.entry(plugin)?.info.clone();
        Some(Context::new(self.inner.services.clone(), info, identity.clone(), Grants::AllAskedFor, 0))
    }

    /// The router alone, for benchmarks: no access, no limits, no deadline, no net under a panic, no effects.
    pub async fn route_without_guards(&self, ctx: &Context, body: &[u8]) -> Result<Vec<u8>> {
        let entry = self.inner.entry(ctx.plugin()).ok_or_else(|| Error::not_found("Plugin"))?;
        let future = {
            let mut request = Request::of(ctx.identity());
            let action = self.inner.read(entry, &mut request, &Call::new(ctx.plugin(), body))?;
            entry.code().run(action, ctx, &request)?
        };
        future.await
    }
}

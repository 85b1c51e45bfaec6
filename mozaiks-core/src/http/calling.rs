//! Calling plugins, and counting it.

use super::caller::Caller;
use super::shared::Shared;
use crate::error::Error;
use crate::runtime::{Call, Reply};

impl Shared {
    /// Calls an action.
    pub async fn call(&self, caller: &Caller<'_>, call: &Call<'_>) -> Reply {
        let begun = self.metrics.is_some().then(|| self.runtime.services().clock.monotonic());
        let reply = self.runtime.reply(&caller.identity, call, begun).await;
        if let Some(metrics) = &self.metrics {
            metrics.count(call.plugin(), &reply);
        }
        reply
    }

    /// What is said to somebody whose body is wrong: that they may not call the plugin, if so, and else what is wrong.
    pub async fn refused(&self, caller: &Caller<'_>, plugin: &str, mistake: Error) -> Error {
        let error = self.runtime.access(&caller.identity, plugin).await.err().unwrap_or(mistake);
        if let Some(metrics) = &self.metrics {
            metrics.count_refused(plugin, &error);
        }
        error
    }
}

//! What the ready router needs of a runtime beside calls.

use std::future::Future;
use std::time::Duration;

use super::Runtime;
use super::failure::away;
use super::limits::Limits;
use crate::context::Services;
use crate::error::Result;
use crate::guard::within;

impl Runtime {
    /// The services that the host handed over.
    pub(crate) fn services(&self) -> &Services {
        &self.inner.services
    }

    /// How much one call may take.
    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Whether it serves: it is started if nobody has, and was not shut down.
    pub(crate) async fn is_ready(&self) -> Result<()> {
        self.ready().await
    }

    /// Waits for a service of the host's as long as an action may take.
    pub(crate) async fn within<R>(&self, work: impl Future<Output = R>) -> Result<R> {
        within(&*self.services().clock, self.limits().deadline, work).await.map_err(away)
    }

    /// Waits for a service of the host's as long as whoever asks for its health does.
    pub(crate) async fn quickly<R>(&self, work: impl Future<Output = R>) -> Result<R, String> {
        let patience = Duration::from_secs(2);
        within(&*self.services().clock, patience, work).await.map_err(|crash| crash.to_string())
    }

    /// The plugins and all their actions, by their numbers.
    pub(crate) fn action_names(&self) -> Vec<(&str, Vec<&str>)> {
        self.inner.entries.iter().map(|entry| (entry.name(), entry.action_names())).collect()
    }
}

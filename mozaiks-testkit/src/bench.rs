//! Services that do as little as services can, for measuring what a runtime itself costs.

use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};
use mozaiks_core::events::{EventBus, EventBusError, EventHandler, Subscription, TopicPattern};
use mozaiks_core::realtime::{Push, Realtime, RealtimeError};
use mozaiks_core::runtime::RuntimeBuilder;
use mozaiks_core::{Clock, Event, Runtime, SystemClock, UserKey};

use crate::journal::Journal;
use crate::notifications::MemoryNotifications;
use crate::settings::MemorySettings;
use crate::storage::MemoryStorage;

/// A builder over services that do as little as services can: the bus and the live connections take everything and
/// forget it, time is the machine's, and everything is installed for everybody.
pub fn quiet_runtime() -> RuntimeBuilder {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Runtime::builder()
        .storage(Arc::new(MemoryStorage::with_clock(Arc::clone(&clock))))
        .notifications(Arc::new(MemoryNotifications::new(Journal::new(), Arc::clone(&clock))))
        .settings(Arc::new(MemorySettings::new(clock)))
        .events(Arc::new(Nowhere))
        .realtime(Arc::new(Nowhere))
}

/// Where everything goes that nobody wants.
struct Nowhere;

impl EventBus for Nowhere {
    fn publish(&self, _: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        Box::pin(ready(Ok(())))
    }

    fn subscribe(
        &self,
        _: &str,
        _: TopicPattern,
        _: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        Ok(Subscription::new(|| {}))
    }
}

impl Realtime for Nowhere {
    fn push(&self, _: &UserKey, _: Push) -> Result<(), RealtimeError> {
        Ok(())
    }
}

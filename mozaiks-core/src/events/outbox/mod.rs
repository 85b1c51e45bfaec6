//! The durable outbox: events are stored before they are delivered, and until they have been.

mod ledger;
mod record;
mod recovery;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, OnceCell, RwLock};

use super::local::{Completion, DrainReport, LocalEventBus, Source};
use super::{Event, EventBus, EventBusError, EventHandler, Subscription, TopicPattern};
use crate::detached::Detached;
use crate::gate::Gate;
use crate::guard::within;
use crate::storage::Storage;
use ledger::Ledger;

pub use recovery::RecoveryReport;

/// How long events may wait for [`recover`](Outbox::recover) before the log has a warning.
const PATIENCE: Duration = Duration::from_secs(10);

/// A bus whose events survive a crash: they are in a [`Storage`] before [`publish`](EventBus::publish) returns, and
/// until every subscriber has handled them. Cloning gives the same outbox.
///
/// - What was published is delivered at least once to each who subscribes to it, also if the process is killed at any
///   moment: what is left is delivered by [`recover`](Self::recover) after the next start. **A subscriber may get
///   an event twice**: when the process ends between its handler's end and the removal of the event.
/// - After a crash the events of one user come in their order, and before new ones.
/// - Dead letters are kept over a restart too, and can be replayed then.
/// - An event that nobody subscribes to is not stored: nobody would get it after a restart either. Subscriptions are
///   made when a host starts, and are the same at the next start; `plugin_executed`, which follows every call, so costs
///   no write.
/// - If the storage fails, nothing is published. If it does not answer, the event may be published later all the same.
///
/// The events of one host are in one place, whatever their app, in a collection that no plugin reaches.
///
/// ```no_run
/// use mozaiks_core::events::{LocalEventBus, Outbox};
/// use mozaiks_core::runtime::RuntimeBuilder;
/// use mozaiks_core::{Clock, SystemClock};
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// # async fn host(storage: Arc<dyn mozaiks_core::storage::Storage>, services: RuntimeBuilder)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let bus = LocalEventBus::new(Arc::new(SystemClock));
/// let outbox = Outbox::new(Arc::clone(&storage), bus);
/// let runtime = services.storage(storage).events(Arc::new(outbox.clone())).build()?;
/// // First the subscriptions, then what is left for them.
/// runtime.start().await?;
/// outbox.recover().await?;
/// // ... serve ...
/// outbox.shutdown(Duration::from_secs(10)).await;
/// runtime.shutdown().await;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Outbox {
    inner: Arc<Inner>,
}

struct Inner {
    bus: LocalEventBus,
    ledger: Arc<Ledger>,
    /// The last number that was given to an event. Known once somebody has asked the storage for those before.
    last: OnceCell<AtomicU64>,
    /// Whether what was left has been delivered, so that new events may be.
    live: AtomicBool,
    /// When the first event was stored that has to wait for that.
    waiting_since: OnceLock<Duration>,
    /// Whether it was said that nobody seems to deliver what waits.
    warned: AtomicBool,
    /// Held for reading while an event is stored before that.
    gate: RwLock<()>,
    /// What is stored though its publisher went away.
    alone: Arc<Gate>,
    /// The last number that was recovered. Held while recovering.
    recovered: Mutex<u64>,
}

impl Outbox {
    /// An outbox in front of a bus, which nobody else publishes on.
    ///
    /// What is published is stored only, until [`recover`](Self::recover) was called. Where that was forgotten, the log
    /// has a warning after 10 s, and [`is_recovered`](Self::is_recovered) tells a readiness check.
    pub fn new(storage: Arc<dyn Storage>, bus: LocalEventBus) -> Self {
        Self::of_instance("", storage, bus)
    }

    /// An outbox for one of several hosts on one storage: each recovers what it has left itself. An instance has the
    /// same name after a restart.
    pub fn of_instance(instance: &str, storage: Arc<dyn Storage>, bus: LocalEventBus) -> Self {
        let inner = Inner {
            ledger: Ledger::new(storage, Arc::clone(bus.clock()), instance),
            bus,
            last: OnceCell::new(),
            live: AtomicBool::new(false),
            waiting_since: OnceLock::new(),
            warned: AtomicBool::new(false),
            gate: RwLock::default(),
            alone: Arc::default(),
            recovered: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Whether what was left has been delivered, and what is published now is delivered too.
    pub fn is_recovered(&self) -> bool {
        self.inner.live.load(Ordering::Acquire)
    }

    /// The bus behind it: its statistics, history and dead letters. What is published there is not stored.
    pub fn bus(&self) -> &LocalEventBus {
        &self.inner.bus
    }

    /// As [`LocalEventBus::shutdown`]. What was delivered is removed from the storage; what was not stays there for the
    /// next start.
    pub async fn shutdown(&self, deadline: Duration) -> DrainReport {
        /// What removing takes, where delivering has used up all the time.
        const AT_LEAST: Duration = Duration::from_secs(1);
        let clock = self.inner.bus.clock();
        let started = clock.monotonic();
        let left = || deadline.saturating_sub(clock.monotonic().saturating_sub(started));
        // Whoever published before has its events stored.
        let _late = within(&**clock, deadline, self.inner.alone.emptied()).await;
        if self.inner.waiting_since.get().is_some() && !self.is_recovered() {
            tracing::warn!("events stay stored that were not delivered: nobody has called `Outbox::recover`");
        }
        let report = self.inner.bus.shutdown(left()).await;
        if within(&**clock, left().max(AT_LEAST), self.inner.ledger.swept()).await.is_err() {
            tracing::warn!(
                "not all delivered events could be removed: they are delivered again after the next start"
            );
        }
        report
    }
}

impl Inner {
    /// Stores events, then hands them over.
    async fn take(&self, events: Vec<Event>) -> Result<(), EventBusError> {
        if !self.live.load(Ordering::Acquire) {
            let _before = self.gate.read().await;
            if !self.live.load(Ordering::Acquire) {
                self.warn_of_waiting();
                return self.store(&events).await.map(drop);
            }
        }
        let numbers = self.store(&events).await?;
        self.hand_over(&events, &numbers, Source::Publisher);
        Ok(())
    }

    /// Says once that events wait, if they have for longer than a start takes.
    fn warn_of_waiting(&self) {
        let now = self.bus.clock().monotonic();
        let since = *self.waiting_since.get_or_init(|| now);
        if now.saturating_sub(since) >= PATIENCE && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "events are stored and not delivered: call `Outbox::recover` once the runtime has started"
            );
        }
    }

    async fn store(&self, events: &[Event]) -> Result<Vec<u64>, EventBusError> {
        let count = events.len() as u64;
        let first = self.last().await?.fetch_add(count, Ordering::AcqRel) + 1;
        let numbers: Vec<_> = (first..first + count).collect();
        self.ledger.add(&numbers, events).await?;
        Ok(numbers)
    }

    /// The last number that was given.
    async fn last(&self) -> Result<&AtomicU64, EventBusError> {
        self.last.get_or_try_init(|| async { Ok(AtomicU64::new(self.ledger.last().await?)) }).await
    }

    fn completion(&self) -> Arc<dyn Completion> {
        Arc::clone(&self.ledger) as _
    }

    fn hand_over(&self, events: &[Event], numbers: &[u64], from: Source) {
        if self.bus.publish_tracked(events, numbers, &self.completion(), from).is_err() {
            // They are stored, so they are published. The next start delivers them.
            tracing::debug!(
                events = events.len(),
                "events wait for the next start: the bus has been shut down"
            );
        }
    }
}

impl EventBus for Outbox {
    fn publish(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        Box::pin(async move {
            if let Some(published) = self.publish_now(&events) {
                return published;
            }
            let inner = Arc::clone(&self.inner);
            // What is stored is handed over, though the publisher goes away in between.
            let alone = Arc::clone(&inner.alone);
            Detached::new(&alone, Box::pin(async move { inner.take(events).await })).await
        })
    }

    /// What nobody wants need not be stored.
    fn publish_now(&self, events: &[Event]) -> Option<Result<(), EventBusError>> {
        let Inner { bus, live, .. } = &*self.inner;
        let wanted = |event: &Event| bus.has_subscriber(event.topic());
        if !live.load(Ordering::Acquire) || events.iter().any(wanted) {
            return None;
        }
        bus.publish_now(events)
    }

    fn subscribe(
        &self,
        subscriber: &str,
        pattern: TopicPattern,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        self.inner.bus.subscribe(subscriber, pattern, handler)
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

//! An event bus in memory, which a test can make misbehave.

mod subscriber;

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use mozaiks_core::events::{EventBus, EventBusError, EventHandler, Subscription, TopicPattern};
use mozaiks_core::{Clock, Error, Event};
use tokio::sync::Notify;
use tracing::instrument::WithSubscriber;

use crate::faults::Faults;
use crate::journal::{Happening, Journal};

pub(crate) use subscriber::waits_for_the_clock;
use subscriber::{RUNS, Subscriber, WAITS};

/// An event bus in memory. Each subscriber has a task of its own, which takes its events one after another.
///
/// It does not retry: a handler that fails stands in [`failures`](Self::failures). Cloning gives the same bus.
#[derive(Clone)]
pub struct MemoryEventBus {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    faults: Faults,
    subscribers: Mutex<Vec<Arc<Subscriber>>>,
    failures: Mutex<Vec<Arc<HandlerFailure>>>,
    misbehaviour: Mutex<Misbehaviour>,
    /// Whoever waits for the bus to come to rest.
    changed: Notify,
    /// Counts how often a handler got on.
    progress: AtomicU64,
}

#[derive(Default)]
struct Misbehaviour {
    duplicate: bool,
    drop_next: usize,
    /// Events held back so that later ones overtake them, while there is reordering.
    held: Option<VecDeque<Event>>,
}

/// An event whose handler failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct HandlerFailure {
    /// Who failed: the plugin's name and the number of its handler.
    pub subscriber: String,
    /// What it was given.
    pub event: Event,
    /// What it said.
    pub error: Error,
}

/// How often the bus lets others run before it takes a handler that waits for the clock to be at rest.
const TURNS: usize = 16;

/// How long, in real time, the bus waits for handlers that wait for something else than the clock, before it takes them
/// for hanging.
const PATIENCE: Duration = Duration::from_secs(1);

impl MemoryEventBus {
    /// A bus that tells a journal what is published.
    pub fn new(journal: Journal, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            journal,
            faults: Faults::new(clock),
            subscribers: Mutex::default(),
            failures: Mutex::default(),
            misbehaviour: Mutex::default(),
            changed: Notify::new(),
            progress: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Makes publishing fail or take long.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Delivers every event twice, from now on.
    pub fn duplicate(&self, on: bool) {
        self.misbehaviour().duplicate = on;
    }

    /// Delivers none of the next `events`.
    pub fn drop_next(&self, events: usize) {
        self.misbehaviour().drop_next = events;
    }

    /// Holds events back and delivers the last first, whenever the bus [settles](Self::settle).
    pub fn reorder(&self, on: bool) {
        let held = {
            let mut misbehaviour = self.misbehaviour();
            let held = misbehaviour.held.take();
            if on {
                misbehaviour.held = Some(held.clone().unwrap_or_default());
                return;
            }
            held
        };
        self.deliver(held.into_iter().flatten().rev());
    }

    /// The events whose handlers failed so far.
    pub fn failures(&self) -> Vec<Arc<HandlerFailure>> {
        lock(&self.inner.failures).clone()
    }

    /// Waits until every handler has done what it can: it has ended, or it waits for the clock to be moved. One that
    /// waits for anything else is given up after a second of real time in which no handler gets on.
    pub async fn settle(&self) {
        let held = self.misbehaviour().held.as_mut().map(std::mem::take);
        self.deliver(held.into_iter().flatten().rev());
        let (mut turns, mut progress, mut since) = (0, 0, Instant::now());
        loop {
            let changed = self.inner.changed.notified();
            let states = self.pending_states();
            if states.is_empty() {
                return;
            }
            if states.contains(&RUNS) {
                turns = 0;
                changed.await;
                continue;
            }
            let so_far = self.inner.progress.load(Ordering::Acquire);
            if so_far != progress {
                (turns, progress, since) = (0, so_far, Instant::now());
            }
            let hangs = states.contains(&WAITS) && since.elapsed() > PATIENCE;
            if hangs || (turns >= TURNS && !states.contains(&WAITS)) {
                return;
            }
            turns += 1;
            tokio::task::yield_now().await;
        }
    }

    /// What the handlers do that have something to do.
    fn pending_states(&self) -> Vec<u8> {
        let subscribers = lock(&self.inner.subscribers);
        let pending = subscribers.iter().filter(|subscriber| subscriber.is_pending());
        pending.map(|subscriber| subscriber.state()).collect()
    }

    fn misbehaviour(&self) -> MutexGuard<'_, Misbehaviour> {
        lock(&self.inner.misbehaviour)
    }

    fn deliver(&self, events: impl IntoIterator<Item = Event>) {
        let duplicate = self.misbehaviour().duplicate;
        for event in events {
            for subscriber in lock(&self.inner.subscribers).iter() {
                if subscriber.pattern.matches(event.topic()) {
                    for _ in 0..=usize::from(duplicate) {
                        subscriber.take(event.clone());
                    }
                }
            }
        }
    }
}

impl EventBus for MemoryEventBus {
    fn publish(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        Box::pin(async move {
            let fault = self.inner.faults.before("publish").await;
            fault.map_err(|fault| EventBusError::Unavailable { source: Some(fault.into()) })?;
            for event in events {
                self.inner.journal.add(Happening::Event(event.clone()));
                {
                    let mut misbehaviour = self.misbehaviour();
                    if misbehaviour.drop_next > 0 {
                        misbehaviour.drop_next -= 1;
                        continue;
                    }
                    if let Some(held) = &mut misbehaviour.held {
                        held.push_back(event);
                        continue;
                    }
                }
                self.deliver([event]);
            }
            Ok(())
        })
    }

    fn subscribe(
        &self,
        subscriber: &str,
        pattern: TopicPattern,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|error| EventBusError::Backend { source: error.into() })?;
        let (subscriber, events) = Subscriber::new(subscriber, pattern);
        lock(&self.inner.subscribers).push(Arc::clone(&subscriber));
        let task = subscriber::serve(Arc::downgrade(&self.inner), Arc::clone(&subscriber), events, handler);
        let task = runtime.spawn(task.with_current_subscriber());
        let inner = Arc::downgrade(&self.inner);
        Ok(Subscription::new(move || {
            task.abort();
            if let Some(inner) = inner.upgrade() {
                lock(&inner.subscribers).retain(|other| !Arc::ptr_eq(other, &subscriber));
                inner.changed.notify_waiters();
            }
        }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for MemoryEventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryEventBus").finish_non_exhaustive()
    }
}

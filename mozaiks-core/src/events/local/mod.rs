//! The event bus within one process.

mod attempt;
mod buried;
mod dead_letters;
mod history;
mod idle;
mod inbox;
mod index;
mod lanes;
mod letter;
mod options;
mod replay;
mod shared;
mod shutdown;
mod statistics;
mod tracked;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bson::oid::ObjectId;
use futures_util::future::BoxFuture;
use tracing::instrument::WithSubscriber;

use super::{Event, EventBus, EventBusError, EventHandler, Subscription, TopicPattern};
use crate::clock::Clock;
use crate::datetime::DateTime;
use inbox::Subscriber;
use shared::{Shared, Tracked};

pub(crate) use inbox::Source;
pub use letter::{DeadLetter, DeadLetterReason};
pub use options::{LocalEventBusOptions, Retry};
pub use shutdown::DrainReport;
pub use statistics::{BusStatistics, SubscriberStatistics, TopicStatistics};
pub(crate) use tracked::Completion;

/// The event bus within one process. Cloning gives the same bus.
///
/// - Each subscriber has a queue and a worker of its own: one that is slow delays nobody.
/// - A subscriber gets the events of one user in order, and those of several users at the same time.
/// - A handler that fails, panics or takes too long gets the event again, after a pause that grows. Meanwhile the later
///   events of that user wait, those of others do not. After the last attempt the event is a [dead letter](DeadLetter)
///   of that subscriber.
/// - An event is delivered at least once as long as the process lives; an [`Outbox`](super::Outbox) carries it over.
/// - When [more events](LocalEventBusOptions::queue) wait for a subscriber than may, those that come are dead letters
///   of that subscriber, with a warning in the log: a publisher never waits, and memory is bounded.
///   [Replayed](Self::replay), they come after what was published in the meantime.
/// - When a subscription is dropped, what waits for it is dropped, and a handler that waits for something goes on no
///   further.
///
/// Handlers run on the tokio runtime in which they subscribed. One that holds its thread (rather than waiting) holds
/// that thread of the runtime.
///
/// ```
/// use mozaiks_core::events::{Event, EventBus, LocalEventBus, typed};
/// use mozaiks_core::{Clock, SystemClock};
/// use std::sync::Arc;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// #[derive(serde::Deserialize)]
/// struct Registered { email: String }
///
/// let bus = LocalEventBus::new(Arc::new(SystemClock));
/// let mails = bus.subscribe("mails", "user:registered".parse()?, typed(|_event, user: Registered| async move {
///     assert_eq!(user.email, "alice@example.org");
///     Ok(())
/// }))?;
///
/// let clock = SystemClock;
/// let payload = serde_json::json!({ "email": "alice@example.org" });
/// let topic = "user:registered".parse()?;
/// let event = Event::new(clock.new_id(), topic, "shop", Some("alice".into()), &payload, clock.now())?;
/// bus.publish(vec![event]).await?;
/// bus.idle().await;
/// assert_eq!(bus.statistics().topics[0].delivered, 1);
/// assert!(bus.dead_letters().is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct LocalEventBus {
    shared: Arc<Shared>,
}

impl LocalEventBus {
    /// A bus that measures its pauses and deadlines with `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_options(clock, LocalEventBusOptions::default())
    }

    /// A bus that keeps as much, and tries as often, as it is told to.
    pub fn with_options(clock: Arc<dyn Clock>, options: LocalEventBusOptions) -> Self {
        Self { shared: Arc::new(Shared::new(clock, options)) }
    }

    /// The events that a pattern matches, as far as they are [kept](LocalEventBusOptions::history): the last `limit`,
    /// the newest first.
    pub fn history(&self, pattern: &TopicPattern, limit: usize) -> Vec<Event> {
        let index = self.shared.index();
        let mut events = Vec::new();
        for topic in index.topics() {
            events
                .extend(topic.history().last(limit).filter(|event| pattern.matches(event.topic())).cloned());
        }
        drop(index);
        // Stable, so that events of one topic and one moment stay as they were published.
        events.sort_by_key(|event| std::cmp::Reverse(event.time()));
        events.truncate(limit);
        events
    }

    /// What the bus has done, and what it still has to do.
    pub fn statistics(&self) -> BusStatistics {
        let now = self.shared.clock.now();
        let index = self.shared.index();
        let mut topics: Vec<_> = index
            .topics()
            .map(|topic| (topic.counts.read(topic.topic.clone()), Pending::default()))
            .collect();
        let mut subscribers = Vec::new();
        for subscriber in index.subscribers() {
            let mut of_subscriber = Pending::default();
            let refused = subscriber.look(|waiting, events| {
                of_subscriber.add(waiting.time, events);
                if let Some((_, pending)) = topics.get_mut(waiting.topic as usize) {
                    pending.add(waiting.time, events);
                }
            });
            subscribers.push(SubscriberStatistics {
                subscriber: subscriber.name.to_string(),
                pattern: subscriber.pattern.to_string(),
                pending: of_subscriber.events,
                lag: of_subscriber.lag(now),
                refused,
            });
        }
        drop(index);
        let mut topics: Vec<_> = topics
            .into_iter()
            .map(|(topic, pending)| TopicStatistics {
                pending: pending.events,
                lag: pending.lag(now),
                ..topic
            })
            .filter(|topic| topic.published > 0)
            .collect();
        topics.sort_by(|a, b| a.topic.cmp(&b.topic));
        let dead = self.shared.dead();
        let (dead_letters, dead_letters_dropped) = (dead.len() as u64, dead.dropped());
        BusStatistics { topics, subscribers, dead_letters, dead_letters_dropped }
    }

    /// The events that subscribers could not handle, the oldest first.
    pub fn dead_letters(&self) -> Vec<Arc<DeadLetter>> {
        self.shared.dead().all(&*self.shared.clock)
    }

    /// Sends a dead letter to its subscriber again, with all the attempts of a new event. It comes after what was
    /// published in the meantime.
    ///
    /// `false` if there is no dead letter of that id, or nobody subscribes under its name now, or the subscriber's queue
    /// is full: then it stays.
    pub fn replay(&self, id: ObjectId) -> bool {
        self.shared.replay(id)
    }

    /// [Replays](Self::replay) every dead letter, the oldest first. Gives how many are on their way.
    pub fn replay_all(&self) -> usize {
        self.dead_letters().iter().filter(|letter| self.replay(letter.id)).count()
    }

    /// Forgets a dead letter. `false` if there is none of that id.
    pub fn discard(&self, id: ObjectId) -> bool {
        self.shared.discard(id)
    }

    /// True if an event of that topic would be delivered to anybody now.
    pub fn has_subscriber(&self, topic: &super::Topic) -> bool {
        self.shared.is_wanted(topic)
    }

    /// True if anybody subscribes to anything now.
    pub(crate) fn has_subscribers(&self) -> bool {
        !self.shared.index().subscribers().is_empty()
    }

    /// As [`publish`](EventBus::publish), and says of each event, by its number, when everybody is done with it.
    pub(crate) fn publish_tracked(
        &self,
        events: &[Event],
        numbers: &[u64],
        completion: &Arc<dyn Completion>,
        from: Source,
    ) -> Result<(), EventBusError> {
        self.shared.publish(events, Some(Tracked { numbers, completion, from }))
    }

    /// Takes over the dead letters that an event left before, under its number. Nobody else gets the event.
    pub(crate) fn restore(
        &self,
        number: u64,
        letters: Vec<Arc<DeadLetter>>,
        completion: &Arc<dyn Completion>,
    ) {
        self.shared.restore(number, letters, completion);
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    pub(crate) fn options(&self) -> &LocalEventBusOptions {
        &self.shared.options
    }
}

/// What waits, and since when.
#[derive(Default)]
struct Pending {
    events: u64,
    since: Option<DateTime>,
}

impl Pending {
    fn add(&mut self, time: DateTime, events: u64) {
        self.events += events;
        self.since = Some(self.since.map_or(time, |since| since.min(time)));
    }

    fn lag(&self, now: DateTime) -> Duration {
        self.since.map_or(Duration::ZERO, |since| now - since)
    }
}

impl EventBus for LocalEventBus {
    fn publish(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        Box::pin(async move { self.shared.publish(&events, None) })
    }

    fn publish_now(&self, events: &[Event]) -> Option<Result<(), EventBusError>> {
        Some(self.shared.publish(events, None))
    }

    fn subscribe(
        &self,
        subscriber: &str,
        pattern: TopicPattern,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|error| EventBusError::Backend { source: error.into() })?;
        let subscriber = Subscriber::new(subscriber, pattern, handler, self.shared.options.queue);
        let mut index = self.shared.index_mut();
        if index.closed {
            return Err(shared::closed());
        }
        let worker = worker::serve(Arc::clone(&self.shared), Arc::clone(&subscriber));
        let task = runtime.spawn(worker.with_current_subscriber());
        subscriber.served_by(task.abort_handle());
        index.add(&subscriber);
        drop(index);
        let shared = Arc::downgrade(&self.shared);
        Ok(Subscription::new(move || {
            if let Some(shared) = shared.upgrade() {
                shared.index_mut().remove(&subscriber);
                subscriber.end();
                shared.idle.tell();
            }
        }))
    }
}

impl fmt::Debug for LocalEventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalEventBus").finish_non_exhaustive()
    }
}

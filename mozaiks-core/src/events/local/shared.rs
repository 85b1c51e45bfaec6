//! What the handles and the workers of one bus share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::Waker;

use smallvec::SmallVec;

use super::buried::Burial;
use super::dead_letters::DeadLetters;
use super::idle::Idle;
use super::inbox::{Delivery, Source};
use super::index::{Index, TopicState};
use super::options::LocalEventBusOptions;
use super::statistics::Tally;
use super::tracked::{Completion, Tracker};
use crate::clock::Clock;
use crate::events::{Event, EventBusError, Topic};

/// What the handles and the workers of one bus share.
pub(super) struct Shared {
    pub clock: Arc<dyn Clock>,
    pub options: LocalEventBusOptions,
    /// Told whenever a subscriber has nothing left to do.
    pub idle: Idle,
    index: RwLock<Index>,
    dead: Mutex<DeadLetters>,
}

/// Who wants to know what becomes of events, and the numbers that they have there.
#[derive(Clone, Copy)]
pub(super) struct Tracked<'t> {
    pub numbers: &'t [u64],
    pub completion: &'t Arc<dyn Completion>,
    pub from: Source,
}

/// What found no room.
struct Refused {
    burial: Arc<Burial>,
    deliveries: SmallVec<[Delivery; 1]>,
    /// True where nothing did not before it.
    first: bool,
}

impl Shared {
    pub fn new(clock: Arc<dyn Clock>, options: LocalEventBusOptions) -> Self {
        let index = RwLock::new(Index::new(options.history));
        let dead = Mutex::new(DeadLetters::new(options.dead_letters));
        Self { clock, options, idle: Idle::default(), index, dead }
    }

    /// Queues events for everybody who wants them.
    pub fn publish(&self, mut events: &[Event], tracked: Option<Tracked<'_>>) -> Result<(), EventBusError> {
        let mut numbers = tracked.map_or(&[] as &[u64], |tracked| tracked.numbers);
        let from = tracked.map_or(Source::Publisher, |tracked| tracked.from);
        let mut wakers = SmallVec::<[Waker; 16]>::new();
        let mut refused = SmallVec::<[Refused; 1]>::new();
        let mut index = self.index();
        if index.closed {
            return Err(closed());
        }
        while let Some(first) = events.first() {
            let Some(route) = index.route(first.topic()) else {
                drop(index);
                self.index_mut().learn(first.topic());
                index = self.index();
                continue;
            };
            // Most batches are of one topic, or of a few in a row.
            let run = events.iter().take_while(|event| event.topic() == first.topic()).count();
            let (now, later) = events.split_at(run);
            let (numbers_now, numbers_later) = numbers.split_at(run.min(numbers.len()));
            (events, numbers) = (later, numbers_later);
            route.topic.published(now);
            let subscribers = &*route.subscribers;
            if subscribers.is_empty() && tracked.is_none() {
                continue;
            }
            let trackers: Vec<_> = tracked.map_or_else(Vec::new, |tracked| {
                let completion = || Arc::clone(tracked.completion);
                numbers_now.iter().map(|&one| Tracker::new(one, subscribers.len(), completion())).collect()
            });
            if subscribers.is_empty()
                && let Some(tracked) = tracked
            {
                for &number in numbers_now {
                    tracked.completion.handled(number);
                }
            }
            for subscriber in subscribers {
                let delivery = |(number, event): (usize, &Event)| Delivery {
                    event: event.clone(),
                    topic: route.topic.number,
                    tracker: trackers.get(number).map(Arc::clone),
                };
                let taken = subscriber.take(now.iter().enumerate().map(delivery), from);
                wakers.extend(taken.waker);
                if taken.count < now.len() {
                    let deliveries: SmallVec<_> =
                        now.iter().enumerate().skip(taken.count).map(delivery).collect();
                    route.topic.counts.add(Tally { dead: deliveries.len() as u64, ..Tally::default() });
                    let burial = Arc::clone(subscriber.refusal());
                    refused.push(Refused { burial, deliveries, first: taken.fills });
                }
            }
        }
        drop(index);
        wakers.drain(..).for_each(Waker::wake);
        refused.drain(..).for_each(|refused| self.refuse(refused));
        Ok(())
    }

    /// What finds no room with a subscriber is a dead letter of its.
    fn refuse(&self, Refused { burial, deliveries, first }: Refused) {
        if first {
            tracing::warn!(
                subscriber = &*burial.name,
                capacity = self.options.queue,
                "a subscriber's queue is full: what comes now is a dead letter"
            );
        }
        for delivery in deliveries {
            self.bury(delivery, Arc::clone(&burial));
        }
    }

    /// True if somebody gets the topic.
    pub fn is_wanted(&self, topic: &Topic) -> bool {
        self.index().is_wanted(topic)
    }

    /// What is kept of a topic, by its number.
    pub fn topic(&self, number: u32) -> Option<Arc<TopicState>> {
        self.index().topic(number).map(Arc::clone)
    }

    pub fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn dead(&self) -> MutexGuard<'_, DeadLetters> {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a bus says that has been shut down.
pub(super) fn closed() -> EventBusError {
    EventBusError::Unavailable { source: Some("the bus has been shut down".into()) }
}

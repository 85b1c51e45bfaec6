//! What a bus has done, in figures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

use crate::events::Topic;

/// What a bus has done since it was made, and what it still has to do.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct BusStatistics {
    /// By topic, in order of their names. Of those that were published.
    pub topics: Vec<TopicStatistics>,
    /// By subscriber, in the order in which they subscribed.
    pub subscribers: Vec<SubscriberStatistics>,
    /// The dead letters that are kept.
    pub dead_letters: u64,
    /// The dead letters that made room for others: these events are lost to their subscribers, unless an outbox has
    /// them.
    pub dead_letters_dropped: u64,
}

/// What became of the events of one topic.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TopicStatistics {
    /// Which topic.
    pub topic: Topic,
    /// How many events were published.
    pub published: u64,
    /// How often a subscriber has handled one.
    pub delivered: u64,
    /// How often an attempt to handle one failed.
    pub failed: u64,
    /// How often one was tried again.
    pub retried: u64,
    /// How often one became a dead letter.
    pub dead: u64,
    /// How many deliveries are still to be made: an event counts once for each subscriber that has not handled it.
    pub pending: u64,
    /// How old the oldest event is that a subscriber has not handled.
    pub lag: Duration,
}

/// How far one subscriber has come.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SubscriberStatistics {
    /// The name under which it subscribed.
    pub subscriber: String,
    /// What it subscribed to.
    pub pattern: String,
    /// How many events wait for it.
    pub pending: u64,
    /// How old the oldest of them is.
    pub lag: Duration,
    /// How many events found its queue full.
    pub refused: u64,
}

/// Counts of one topic, to which everybody adds.
#[derive(Default)]
pub(super) struct Counts {
    pub published: AtomicU64,
    pub delivered: AtomicU64,
    pub failed: AtomicU64,
    pub retried: AtomicU64,
    pub dead: AtomicU64,
}

/// Counts that are not yet added.
#[derive(Default, Clone, Copy)]
pub(super) struct Tally {
    pub delivered: u64,
    pub failed: u64,
    pub retried: u64,
    pub dead: u64,
}

impl Counts {
    /// Adds what was counted elsewhere.
    pub fn add(&self, tally: Tally) {
        for (count, more) in [
            (&self.delivered, tally.delivered),
            (&self.failed, tally.failed),
            (&self.retried, tally.retried),
            (&self.dead, tally.dead),
        ] {
            if more > 0 {
                count.fetch_add(more, Ordering::Relaxed);
            }
        }
    }

    /// As figures, with nothing pending.
    pub fn read(&self, topic: Topic) -> TopicStatistics {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        TopicStatistics {
            topic,
            published: read(&self.published),
            delivered: read(&self.delivered),
            failed: read(&self.failed),
            retried: read(&self.retried),
            dead: read(&self.dead),
            pending: 0,
            lag: Duration::ZERO,
        }
    }
}

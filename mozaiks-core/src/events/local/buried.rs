//! A dead letter as the bus keeps it: small, because a subscriber that hangs soon has thousands.

use std::sync::{Arc, OnceLock, Weak};

use bson::oid::ObjectId;

use super::inbox::{Delivery, Subscriber};
use super::letter::{DeadLetter, DeadLetterReason};
use super::tracked::Tracker;
use crate::clock::Clock;
use crate::datetime::DateTime;
use crate::events::Event;

/// Who could not handle events, and why. One stands for all that found the same queue full.
pub(super) struct Burial {
    /// Whose it is, by name.
    pub name: Arc<str>,
    /// Whose it is; gone with the subscription.
    pub subscriber: Weak<Subscriber>,
    reason: DeadLetterReason,
    error: String,
    attempts: u32,
}

impl Burial {
    /// By a subscriber that tried so often.
    pub fn new(
        subscriber: &Arc<Subscriber>,
        reason: DeadLetterReason,
        error: String,
        attempts: u32,
    ) -> Arc<Self> {
        let (name, subscriber) = (Arc::clone(&subscriber.name), Arc::downgrade(subscriber));
        Arc::new(Self { name, subscriber, reason, error, attempts })
    }
}

/// A dead letter, and what is needed to deliver it after all.
pub(super) struct Buried {
    pub event: Event,
    pub burial: Arc<Burial>,
    time: DateTime,
    pub tracker: Option<Arc<Tracker>>,
    /// Made when somebody looks, and its id with it: of a flood, most are gone before.
    letter: OnceLock<Arc<DeadLetter>>,
}

impl Buried {
    /// An event that is dead since then.
    pub fn new(time: DateTime, delivery: Delivery, burial: Arc<Burial>) -> Self {
        let Delivery { event, tracker, .. } = delivery;
        Self { event, burial, time, tracker, letter: OnceLock::new() }
    }

    /// As it was before a restart: of nobody who subscribes now.
    pub fn restored(letter: Arc<DeadLetter>, tracker: &Arc<Tracker>) -> Self {
        let burial = Burial {
            name: Arc::from(&*letter.subscriber),
            subscriber: Weak::new(),
            reason: letter.reason,
            error: letter.error.clone(),
            attempts: letter.attempts,
        };
        Self {
            event: letter.event.clone(),
            burial: Arc::new(burial),
            time: letter.time,
            tracker: Some(Arc::clone(tracker)),
            letter: letter.into(),
        }
    }

    /// True if it was shown under that id.
    pub fn has_id(&self, id: ObjectId) -> bool {
        self.letter.get().is_some_and(|letter| letter.id == id)
    }

    /// As it is shown.
    pub fn letter(&self, clock: &dyn Clock) -> &Arc<DeadLetter> {
        self.letter.get_or_init(|| {
            let Burial { name, reason, error, attempts, .. } = &*self.burial;
            Arc::new(DeadLetter {
                id: clock.new_id(),
                subscriber: name.to_string(),
                event: self.event.clone(),
                reason: *reason,
                error: error.clone(),
                attempts: *attempts,
                time: self.time,
            })
        })
    }
}

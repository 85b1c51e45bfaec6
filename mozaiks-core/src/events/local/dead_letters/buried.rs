//! A dead letter as the bus keeps it: small, because a subscriber that hangs soon has thousands.

use std::sync::{Arc, OnceLock, Weak};

use bson::oid::ObjectId;

use super::{DeadLetter, DeadLetterReason};
use crate::datetime::DateTime;
use crate::events::Event;
use crate::events::local::attempt::Failure;
use crate::events::local::inbox::{Delivery, Subscriber};
use crate::events::local::tracked::Tracker;

/// Whose a dead letter is, and why. One stands for all that found the same queue full.
pub(in crate::events::local) struct Why {
    /// Whose it is, by name.
    pub name: Arc<str>,
    /// Whose it is; gone with the subscription.
    pub subscriber: Weak<Subscriber>,
    reason: DeadLetterReason,
    error: String,
    attempts: u32,
}

impl Why {
    /// A subscriber could not handle it, and was tried so often.
    pub fn new(subscriber: &Arc<Subscriber>, failure: Failure, attempts: u32) -> Arc<Self> {
        let Failure { reason, text: error } = failure;
        let (name, subscriber) = (Arc::clone(&subscriber.name), Arc::downgrade(subscriber));
        Arc::new(Self { name, subscriber, reason, error, attempts })
    }
}

/// A dead letter, and what is needed to deliver it after all.
pub(in crate::events::local) struct Buried {
    pub id: ObjectId,
    pub event: Event,
    pub why: Arc<Why>,
    time: DateTime,
    pub tracker: Option<Arc<Tracker>>,
    /// Made when somebody looks: of a flood, most are gone before.
    letter: OnceLock<Arc<DeadLetter>>,
}

impl Buried {
    /// An event that is dead from now on.
    pub fn new((time, id): (DateTime, ObjectId), delivery: Delivery, why: Arc<Why>) -> Self {
        let Delivery { event, tracker, .. } = delivery;
        Self { id, event, why, time, tracker, letter: OnceLock::new() }
    }

    /// As it was before a restart: of nobody who subscribes now.
    pub fn restored(letter: Arc<DeadLetter>, tracker: &Arc<Tracker>) -> Self {
        let why = Why {
            name: Arc::from(&*letter.subscriber),
            subscriber: Weak::new(),
            reason: letter.reason,
            error: letter.error.clone(),
            attempts: letter.attempts,
        };
        Self {
            id: letter.id,
            event: letter.event.clone(),
            why: Arc::new(why),
            time: letter.time,
            tracker: Some(Arc::clone(tracker)),
            letter: letter.into(),
        }
    }

    /// As it is shown.
    pub fn letter(&self) -> &Arc<DeadLetter> {
        self.letter.get_or_init(|| {
            let Why { name, reason, error, attempts, .. } = &*self.why;
            Arc::new(DeadLetter {
                id: self.id,
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

//! Events that a subscriber could not handle, kept to be looked at and tried again.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use bson::oid::ObjectId;
use serde::{Deserialize, Serialize};

use super::inbox::Subscriber;
use super::tracked::Tracker;
use crate::datetime::DateTime;
use crate::events::Event;

/// An event that one subscriber could not handle.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// What it is replayed and discarded by.
    pub id: ObjectId,
    /// The name of the subscriber.
    pub subscriber: String,
    /// What it could not handle.
    pub event: Event,
    /// Why, in short.
    pub reason: DeadLetterReason,
    /// What the last attempt said. This is for operators: it may be an internal error's text.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it is dead.
    pub time: DateTime,
}

/// Why an event is a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadLetterReason {
    /// The handler answered with an error.
    Failed,
    /// The handler panicked.
    Panicked,
    /// The handler took longer than it may.
    TimedOut,
    /// It was not tried: too many events waited for the subscriber.
    QueueFull,
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the handler failed",
            Self::Panicked => "the handler panicked",
            Self::TimedOut => "the handler took too long",
            Self::QueueFull => "the queue was full",
        })
    }
}

/// A dead letter, and what is needed to deliver it after all.
pub(super) struct Buried {
    pub id: ObjectId,
    pub event: Event,
    /// Whose it is, by name.
    pub name: Arc<str>,
    pub reason: DeadLetterReason,
    pub error: Arc<str>,
    pub attempts: u32,
    pub time: DateTime,
    /// Whose it is; gone with the subscription.
    pub subscriber: Weak<Subscriber>,
    pub tracker: Option<Arc<Tracker>>,
    /// Made when somebody looks: of a flood, most are gone before.
    pub letter: OnceLock<Arc<DeadLetter>>,
}

impl Buried {
    /// As it was before a restart: of nobody who subscribes now.
    pub fn restored(letter: Arc<DeadLetter>, tracker: &Arc<Tracker>) -> Self {
        Self {
            id: letter.id,
            event: letter.event.clone(),
            name: Arc::from(&*letter.subscriber),
            reason: letter.reason,
            error: Arc::from(&*letter.error),
            attempts: letter.attempts,
            time: letter.time,
            subscriber: Weak::new(),
            tracker: Some(Arc::clone(tracker)),
            letter: letter.into(),
        }
    }

    /// As it is shown.
    pub fn letter(&self) -> &Arc<DeadLetter> {
        self.letter.get_or_init(|| {
            Arc::new(DeadLetter {
                id: self.id,
                subscriber: self.name.to_string(),
                event: self.event.clone(),
                reason: self.reason,
                error: self.error.to_string(),
                attempts: self.attempts,
                time: self.time,
            })
        })
    }
}

/// The dead letters of a bus, the oldest first.
pub(super) struct DeadLetters {
    letters: VecDeque<Buried>,
    most: usize,
    dropped: u64,
}

impl DeadLetters {
    pub fn new(most: usize) -> Self {
        Self { letters: VecDeque::new(), most, dropped: 0 }
    }

    /// Keeps one more; gives the one that made room.
    pub fn add(&mut self, buried: Buried) -> Option<Buried> {
        self.letters.push_back(buried);
        if self.letters.len() <= self.most {
            return None;
        }
        self.dropped += 1;
        self.letters.pop_front()
    }

    pub fn take(&mut self, id: ObjectId) -> Option<Buried> {
        let at = self.letters.iter().position(|buried| buried.id == id)?;
        self.letters.remove(at)
    }

    pub fn all(&self) -> Vec<Arc<DeadLetter>> {
        self.letters.iter().map(|buried| Arc::clone(buried.letter())).collect()
    }

    pub fn len(&self) -> usize {
        self.letters.len()
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

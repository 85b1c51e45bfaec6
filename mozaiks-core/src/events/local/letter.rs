//! A dead letter, as it is shown.

use std::fmt;

use bson::oid::ObjectId;
use serde::{Deserialize, Serialize};

use crate::datetime::DateTime;
use crate::events::Event;

/// An event that one subscriber could not handle.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// What it is replayed and discarded by. It is given when somebody first looks, so it says nothing of when the
    /// event died: [`time`](Self::time) does.
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

//! Messages to a user's live connections.

#[cfg(feature = "axum")]
pub mod hub;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::datetime::DateTime;
use crate::error::{BoxError, Error};
use crate::identity::UserKey;

/// A message to a user's live connections, as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Push {
    /// What kind it is: `{plugin}_{event_type}` for a plugin's, `notification` for a notification.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened: `created`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What is said of it.
    pub data: Value,
    /// When it was made; of a message to somebody who had no live connection then, when it left.
    pub timestamp: DateTime,
}

impl Push {
    /// A message without an action.
    pub fn new(kind: impl Into<String>, data: Value, timestamp: DateTime) -> Self {
        Self { kind: kind.into(), action: None, data, timestamp }
    }

    /// Says what happened.
    #[must_use]
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }
}

/// What brings messages to a user's live connections.
pub trait Realtime: Send + Sync + 'static {
    /// Queues a message for each live connection of a user.
    ///
    /// - It never waits: a connection that does not keep up is the implementation's to close.
    /// - The messages of one user keep their order.
    /// - A user without a connection misses the message; that is no error.
    ///
    /// # Errors
    /// [`RealtimeError`] if nothing can be queued at all.
    fn push(&self, to: &UserKey, message: Push) -> Result<(), RealtimeError>;

    /// Whether a message to this user would reach anybody now: `false` spares the work of making it. It is asked again
    /// when the message leaves. What cannot tell says `true`.
    fn reaches(&self, to: &UserKey) -> bool {
        let _ = to;
        true
    }
}

/// Why nothing could be queued.
#[derive(Debug, thiserror::Error)]
#[error("live connections are unavailable")]
pub struct RealtimeError {
    /// What the implementation said.
    #[source]
    pub source: Option<BoxError>,
}

impl From<RealtimeError> for Error {
    fn from(error: RealtimeError) -> Self {
        Self::unavailable("Live connections are unavailable").with_source(error)
    }
}

//! A notification, before and after it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::datetime::DateTime;
use crate::storage::DocumentId;

/// The id of a notification.
pub type NotificationId = DocumentId;

/// A notification to send: of a type that the plugin declares, with a title.
///
/// ```
/// use mozaiks_core::Notification;
///
/// let saved = Notification::new("notes_created", "Note saved").message("Milk").metadata("note_id", "42");
/// assert_eq!(saved.title, "Note saved");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notification {
    /// Its type, as declared: `notes_created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says in a line.
    pub title: String,
    /// What it says in full.
    #[serde(default)]
    pub message: String,
    /// What a front end needs to go with it.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

impl Notification {
    /// A notification of a declared type.
    pub fn new(kind: impl Into<String>, title: impl Into<String>) -> Self {
        Self { kind: kind.into(), title: title.into(), message: String::new(), metadata: Map::new() }
    }

    /// What it says in full.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Adds something that a front end needs to go with it.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }
}

/// A notification as its user sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredNotification {
    /// Its id.
    pub id: NotificationId,
    /// What was sent.
    #[serde(flatten)]
    pub notification: Notification,
    /// Whether the user has read it.
    pub read: bool,
    /// When it was sent.
    pub created_at: DateTime,
    /// The plugin that sent it; none for the host's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
}

impl StoredNotification {
    /// One that nobody has read yet.
    pub fn new(
        id: NotificationId,
        notification: Notification,
        created_at: DateTime,
        plugin: Option<String>,
    ) -> Self {
        Self { id, notification, read: false, created_at, plugin }
    }
}

impl std::ops::Deref for StoredNotification {
    type Target = Notification;

    fn deref(&self) -> &Notification {
        &self.notification
    }
}

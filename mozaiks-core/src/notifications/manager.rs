//! What keeps notifications and tells users of them.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::notification::{Notification, NotificationId, StoredNotification};
use crate::error::{BoxError, Error};
use crate::identity::UserKey;

/// What keeps notifications and tells users of them. Nobody sees those of another user.
pub trait NotificationsManager: Send + Sync + 'static {
    /// Sends a notification; `plugin` is who sends it, none for the host.
    ///
    /// - When it returns `Ok`, the notification is stored and unread.
    /// - Its id and time are the runtime's clock's.
    fn send<'a>(
        &'a self,
        to: &'a UserKey,
        plugin: Option<&'a str>,
        notification: Notification,
    ) -> BoxFuture<'a, Result<StoredNotification, NotificationsError>>;

    /// The notifications of a user, the newest first.
    ///
    /// - `total` counts what the filter selects; `unread_count` all that are unread.
    /// - `limit: 0` gives none, but the counts all the same.
    fn list<'a>(
        &'a self,
        of: &'a UserKey,
        options: ListNotifications,
    ) -> BoxFuture<'a, Result<NotificationList, NotificationsError>>;

    /// How many the user has not read.
    fn unread_count<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>>;

    /// Marks one as read, or as unread. `false` if it is not the user's; marking twice is no error.
    fn mark<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
        read: bool,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>>;

    /// Marks all of a user's as read; gives how many were not.
    fn mark_all_read<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>>;

    /// Removes one. `false` if it is not the user's.
    fn delete<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>>;
}

/// Which notifications to list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListNotifications {
    /// Only those that are not read.
    pub unread_only: bool,
    /// How many at most; held to [`MAX_LIMIT`](Self::MAX_LIMIT).
    pub limit: u64,
    /// How many to pass over.
    pub offset: u64,
}

impl ListNotifications {
    /// The most that one call gives.
    pub const MAX_LIMIT: u64 = 200;
}

impl Default for ListNotifications {
    fn default() -> Self {
        Self { unread_only: false, limit: 50, offset: 0 }
    }
}

/// Notifications of a user, the newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotificationList {
    /// The ones asked for.
    pub notifications: Vec<StoredNotification>,
    /// How many these are.
    pub count: u64,
    /// How many the filter selects.
    pub total: u64,
    /// How many of the user's are unread.
    pub unread_count: u64,
}

impl NotificationList {
    /// The ones asked for, of `total`; so many of the user's are unread.
    pub fn new(notifications: Vec<StoredNotification>, total: u64, unread_count: u64) -> Self {
        let count = u64::try_from(notifications.len()).unwrap_or(u64::MAX);
        Self { notifications, count, total, unread_count }
    }
}

/// Why notifications could not be sent or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationsError {
    /// What keeps them cannot be reached. The same call may succeed later.
    #[error("notifications are unavailable")]
    Unavailable {
        /// What was said.
        #[source]
        source: Option<BoxError>,
    },
    /// Any other failure.
    #[error("notifications failed")]
    Backend {
        /// What was said.
        #[source]
        source: BoxError,
    },
}

impl From<NotificationsError> for Error {
    fn from(error: NotificationsError) -> Self {
        match error {
            NotificationsError::Unavailable { .. } => {
                Self::unavailable("Notifications are unavailable").with_source(error)
            }
            NotificationsError::Backend { .. } => Self::internal(error),
        }
    }
}

//! Notifications: what a user reads later, in the app or elsewhere.

mod manager;
mod notification;
mod raise;
mod stored;

pub use manager::{ListNotifications, NotificationList, NotificationsError, NotificationsManager};
pub use notification::{Notification, NotificationId, StoredNotification};
pub use stored::StoredNotifications;

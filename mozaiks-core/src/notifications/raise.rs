//! Notifications that events raise.

use std::sync::Arc;

use super::manager::NotificationsManager;
use super::notification::Notification;
use super::stored::StoredNotifications;
use crate::error::Error;
use crate::events::{Event, EventBus, EventBusError, Subscription, TopicPattern};

impl StoredNotifications {
    /// Sends a notification of the host's for each event of a pattern that `make` makes one of, to the user who caused
    /// the event. It ends when the subscription is dropped.
    ///
    /// Where the storage is away, the event is the bus's to deliver again.
    ///
    /// ```
    /// use mozaiks_core::Notification;
    /// use mozaiks_core::events::{EventBus, EventBusError, Subscription};
    /// use mozaiks_core::notifications::StoredNotifications;
    ///
    /// fn greet(
    ///     notifications: &StoredNotifications,
    ///     bus: &dyn EventBus,
    /// ) -> Result<Subscription, EventBusError> {
    ///     let pattern = "user:registered".parse().unwrap();
    ///     notifications.raise(bus, pattern, |_| Some(Notification::new("welcome", "Welcome")))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`EventBusError`] if the bus takes no subscriber now.
    pub fn raise(
        &self,
        bus: &dyn EventBus,
        pattern: TopicPattern,
        make: impl Fn(&Event) -> Option<Notification> + Send + Sync + 'static,
    ) -> Result<Subscription, EventBusError> {
        let (notifications, make) = (self.clone(), Arc::new(make));
        let subscriber = format!("notifications of {pattern}");
        let handler = move |event: Event| {
            let (notifications, make) = (notifications.clone(), Arc::clone(&make));
            let handled = async move {
                if let (Some(user), Some(notification)) = (event.user(), make(&event)) {
                    notifications.send(&user, None, notification).await?;
                }
                Ok::<_, Error>(())
            };
            Box::pin(handled) as futures_util::future::BoxFuture<'static, Result<(), Error>>
        };
        bus.subscribe(&subscriber, pattern, Arc::new(handler))
    }
}

//! A service of every kind that does nothing: enough to put a runtime together.

use std::sync::Arc;

use bson::Bson;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use mozaiks_core::UserKey;
use mozaiks_core::events::{Event, EventBus, EventBusError, EventHandler, Subscription, TopicPattern};
use mozaiks_core::notifications::{
    ListNotifications, Notification, NotificationId, NotificationList, NotificationsError,
    NotificationsManager, StoredNotification,
};
use mozaiks_core::realtime::{Push, Realtime, RealtimeError};
use mozaiks_core::runtime::{Runtime, RuntimeBuilder};
use mozaiks_core::settings::{SettingsError, SettingsManager, SettingsScope};
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};
use serde_json::{Map, Value};

/// Does nothing, and says that all went well.
pub struct Nothing;

/// A builder that lacks nothing but plugins.
pub fn services() -> RuntimeBuilder {
    Runtime::builder()
        .storage(Arc::new(Nothing))
        .events(Arc::new(Nothing))
        .notifications(Arc::new(Nothing))
        .settings(Arc::new(Nothing))
        .realtime(Arc::new(Nothing))
}

/// The same at once and always.
fn now<'a, T: Default + Send + 'a, E: Send + 'a>() -> BoxFuture<'a, Result<T, E>> {
    ready(Ok(T::default())).boxed()
}

impl Storage for Nothing {
    fn insert<'a>(
        &'a self,
        _: StorageScope<'a>,
        _: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        now()
    }

    fn find<'a>(&'a self, _: StorageScope<'a>, _: Query) -> BoxFuture<'a, Result<Found, StorageError>> {
        now()
    }

    fn count<'a>(&'a self, _: StorageScope<'a>, _: Selector) -> BoxFuture<'a, Result<u64, StorageError>> {
        now()
    }

    fn distinct<'a>(
        &'a self,
        _: StorageScope<'a>,
        _: &'a str,
        _: Selector,
    ) -> BoxFuture<'a, Result<Vec<Bson>, StorageError>> {
        now()
    }

    fn aggregate<'a>(
        &'a self,
        _: StorageScope<'a>,
        _: Vec<bson::Document>,
    ) -> BoxFuture<'a, Result<Vec<bson::Document>, StorageError>> {
        now()
    }

    fn update<'a>(
        &'a self,
        _: StorageScope<'a>,
        _: Selector,
        _: Change,
        _: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>> {
        now()
    }

    fn find_and_update<'a>(
        &'a self,
        _: StorageScope<'a>,
        _: Selector,
        _: Change,
        _: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>, StorageError>> {
        now()
    }

    fn delete<'a>(
        &'a self,
        _: StorageScope<'a>,
        _: Selector,
        _: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        now()
    }

    fn create_indexes<'a>(&'a self, _: &'a str, _: &'a [Index]) -> BoxFuture<'a, Result<(), StorageError>> {
        now()
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        now()
    }
}

impl EventBus for Nothing {
    fn publish(&self, _: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        now()
    }

    fn subscribe(
        &self,
        _: &str,
        _: TopicPattern,
        _: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        Ok(Subscription::new(|| ()))
    }
}

impl NotificationsManager for Nothing {
    fn send<'a>(
        &'a self,
        _: &'a UserKey,
        _: Option<&'a str>,
        _: Notification,
    ) -> BoxFuture<'a, Result<StoredNotification, NotificationsError>> {
        ready(Err(NotificationsError::Unavailable { source: None })).boxed()
    }

    fn list<'a>(
        &'a self,
        _: &'a UserKey,
        _: ListNotifications,
    ) -> BoxFuture<'a, Result<NotificationList, NotificationsError>> {
        now()
    }

    fn unread_count<'a>(&'a self, _: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        now()
    }

    fn mark<'a>(
        &'a self,
        _: &'a UserKey,
        _: &'a NotificationId,
        _: bool,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        now()
    }

    fn mark_all_read<'a>(&'a self, _: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        now()
    }

    fn delete<'a>(
        &'a self,
        _: &'a UserKey,
        _: &'a NotificationId,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        now()
    }
}

impl SettingsManager for Nothing {
    fn load<'a>(
        &'a self,
        _: &'a SettingsScope,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, SettingsError>> {
        now()
    }

    fn save<'a>(
        &'a self,
        _: &'a SettingsScope,
        _: Map<String, Value>,
    ) -> BoxFuture<'a, Result<(), SettingsError>> {
        now()
    }

    fn delete<'a>(&'a self, _: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>> {
        now()
    }
}

impl Realtime for Nothing {
    fn push(&self, _: &UserKey, _: Push) -> Result<(), RealtimeError> {
        Ok(())
    }
}

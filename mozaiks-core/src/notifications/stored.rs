//! Notifications kept in a storage, and pushed to whoever is connected.

use std::fmt;
use std::sync::Arc;

use bson::{doc, rawdoc};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::manager::{ListNotifications, NotificationList, NotificationsError, NotificationsManager};
use super::notification::{Notification, NotificationId, StoredNotification};
use crate::clock::Clock;
use crate::datetime::DateTime;
use crate::identity::UserKey;
use crate::realtime::{Push, Realtime};
use crate::storage::{
    Change, FoundDocument, Index, NewDocument, Query, Selector, Sharing, Storage, StorageError, StorageScope,
    UpdateOptions,
};

/// What stands in the place of a plugin's name: none is called so.
const OWNER: &str = "_notifications";
const COLLECTION: &str = "sent";

/// The `type` of a push that tells of a notification.
const PUSH_KIND: &str = "notification";

/// Notifications kept in a storage, among the documents of their user, and pushed to whoever is connected.
///
/// ```
/// use std::sync::Arc;
/// use mozaiks_core::SystemClock;
/// use mozaiks_core::notifications::StoredNotifications;
/// use mozaiks_core::realtime::Realtime;
/// use mozaiks_core::storage::Storage;
///
/// fn notifications(storage: Arc<dyn Storage>, realtime: Arc<dyn Realtime>) -> StoredNotifications {
///     StoredNotifications::new(storage, realtime, Arc::new(SystemClock))
/// }
/// ```
#[derive(Clone)]
pub struct StoredNotifications {
    storage: Arc<dyn Storage>,
    realtime: Arc<dyn Realtime>,
    clock: Arc<dyn Clock>,
    /// Set once the storage has the index.
    indexed: Arc<OnceCell<()>>,
}

/// A notification as it is stored, beside its id.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    message: String,
    /// As JSON text: BSON has no place for some keys and numbers.
    metadata: String,
    read: bool,
    created_at: DateTime,
    plugin: Option<String>,
}

impl StoredNotifications {
    /// Those of a storage; each that is sent is pushed too.
    pub fn new(storage: Arc<dyn Storage>, realtime: Arc<dyn Realtime>, clock: Arc<dyn Clock>) -> Self {
        Self { storage, realtime, clock, indexed: Arc::default() }
    }

    /// The storage, with the index that counts what is unread.
    async fn storage(&self) -> Result<&dyn Storage, StorageError> {
        let index =
            || async { self.storage.create_indexes(OWNER, &[Index::new(COLLECTION, [("read", 1)])]).await };
        self.indexed.get_or_try_init(index).await?;
        Ok(&*self.storage)
    }

    /// Tells whoever is connected. The notification is stored: that nobody hears of it now is no failure.
    fn push(&self, to: &UserKey, sent: &StoredNotification) {
        let data = json!({
            "id": sent.id,
            "type": sent.kind,
            "title": sent.title,
            "message": sent.message,
            "metadata": sent.metadata,
        });
        if let Err(error) = self.realtime.push(to, Push::new(PUSH_KIND, data, sent.created_at)) {
            tracing::warn!(error = ?error, "a notification was stored and not pushed");
        }
    }
}

impl NotificationsManager for StoredNotifications {
    fn send<'a>(
        &'a self,
        to: &'a UserKey,
        plugin: Option<&'a str>,
        notification: Notification,
    ) -> BoxFuture<'a, Result<StoredNotification, NotificationsError>> {
        Box::pin(async move {
            let (id, now) = (self.clock.new_id(), self.clock.now());
            let metadata = serde_json::to_string(&notification.metadata)
                .map_err(|error| NotificationsError::Backend { source: error.into() })?;
            let mut document = rawdoc! {
                "type": notification.kind.as_str(),
                "title": notification.title.as_str(),
                "message": notification.message.as_str(),
                "metadata": metadata,
                "read": false,
                "created_at": bson::DateTime::from(now),
            };
            if let Some(plugin) = plugin {
                document.append(bson::raw::cstr!("plugin"), plugin);
            }
            let new = NewDocument::generated(id, document);
            self.storage().await?.insert(place(to), vec![new]).await?;
            let sent = StoredNotification::new(id.into(), notification, now, plugin.map(str::to_owned));
            self.push(to, &sent);
            Ok(sent)
        })
    }

    fn list<'a>(
        &'a self,
        of: &'a UserKey,
        options: ListNotifications,
    ) -> BoxFuture<'a, Result<NotificationList, NotificationsError>> {
        Box::pin(async move {
            let filter = if options.unread_only {
                unread()
            } else {
                doc! {}
            };
            let mut query = Query::new(Selector::Filter(filter));
            query.sort = Some(doc! { "_id": -1 });
            query.skip = options.offset;
            query.limit = Some(options.limit.min(ListNotifications::MAX_LIMIT));
            query.count_all = true;
            let found = self.storage().await?.find(place(of), query).await?;
            let total = found.total.unwrap_or_default();
            let unread = if options.unread_only { total } else { self.unread_count(of).await? };
            let notifications = found.documents.into_iter().map(read).collect::<Result<_, _>>()?;
            Ok(NotificationList::new(notifications, total, unread))
        })
    }

    fn unread_count<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        Box::pin(async move { Ok(self.storage().await?.count(place(of), Selector::Filter(unread())).await?) })
    }

    fn mark<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
        read: bool,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        Box::pin(async move {
            let (change, options) = marked(read, self.clock.now());
            let selector = Selector::Id(id.clone());
            let outcome = self.storage().await?.update(place(of), selector, change, options).await?;
            Ok(outcome.matched > 0)
        })
    }

    fn mark_all_read<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        Box::pin(async move {
            let (change, mut options) = marked(true, self.clock.now());
            options.many = true;
            let selector = Selector::Filter(unread());
            let outcome = self.storage().await?.update(place(of), selector, change, options).await?;
            Ok(outcome.modified)
        })
    }

    fn delete<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        Box::pin(async move {
            let selector = Selector::Id(id.clone());
            Ok(self.storage().await?.delete(place(of), selector, false).await? > 0)
        })
    }
}

fn place(user: &UserKey) -> StorageScope<'_> {
    StorageScope {
        app_id: user.app_id(),
        user_id: user.user_id(),
        plugin: OWNER,
        collection: COLLECTION,
        sharing: Sharing::Private,
    }
}

fn unread() -> bson::Document {
    doc! { "read": false }
}

fn marked(read: bool, now: DateTime) -> (Change, UpdateOptions) {
    (Change::Operators(doc! { "$set": { "read": read } }), UpdateOptions::new(now))
}

fn read(found: FoundDocument) -> Result<StoredNotification, NotificationsError> {
    let backend = |source: crate::error::BoxError| NotificationsError::Backend { source };
    let record: Record =
        bson::deserialize_from_slice(found.document.as_bytes()).map_err(|error| backend(error.into()))?;
    let metadata: Map<String, Value> =
        serde_json::from_str(&record.metadata).map_err(|error| backend(error.into()))?;
    let notification = Notification { metadata, ..Notification::new(record.kind, record.title) };
    let notification = notification.message(record.message);
    let sent = StoredNotification::new(found.id, notification, record.created_at, record.plugin);
    Ok(StoredNotification { read: record.read, ..sent })
}

impl From<StorageError> for NotificationsError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable { .. } | StorageError::Timeout => {
                Self::Unavailable { source: Some(error.into()) }
            }
            other => Self::Backend { source: other.into() },
        }
    }
}

impl fmt::Debug for StoredNotifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredNotifications").finish_non_exhaustive()
    }
}

//! Notifications kept in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use mozaiks_core::notifications::{
    ListNotifications, Notification, NotificationId, NotificationList, NotificationsError,
    NotificationsManager, StoredNotification,
};
use mozaiks_core::{Clock, UserKey};

use crate::faults::Faults;
use crate::journal::{Happening, Journal};

/// Notifications kept in memory. Cloning gives the same ones.
#[derive(Clone)]
pub struct MemoryNotifications {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    clock: Arc<dyn Clock>,
    faults: Faults,
    /// The oldest first.
    by_user: Mutex<BTreeMap<UserKey, Vec<StoredNotification>>>,
}

impl MemoryNotifications {
    /// None yet; a journal is told of each that is sent.
    pub fn new(journal: Journal, clock: Arc<dyn Clock>) -> Self {
        let faults = Faults::new(Arc::clone(&clock));
        Self { inner: Arc::new(Inner { journal, clock, faults, by_user: Mutex::default() }) }
    }

    /// Makes calls fail or take long.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Those of a user, the newest first.
    pub fn of(&self, user: &UserKey) -> Vec<StoredNotification> {
        self.by_user().get(user).map(|list| list.iter().rev().cloned().collect()).unwrap_or_default()
    }

    fn by_user(&self) -> MutexGuard<'_, BTreeMap<UserKey, Vec<StoredNotification>>> {
        self.inner.by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn before(&self, operation: &'static str) -> Result<(), NotificationsError> {
        let fault = self.inner.faults.before(operation).await;
        fault.map_err(|fault| NotificationsError::Unavailable { source: Some(fault.into()) })
    }
}

fn count(list: &[StoredNotification]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

fn unread(list: &[StoredNotification]) -> u64 {
    u64::try_from(list.iter().filter(|one| !one.read).count()).unwrap_or(u64::MAX)
}

impl NotificationsManager for MemoryNotifications {
    fn send<'a>(
        &'a self,
        to: &'a UserKey,
        plugin: Option<&'a str>,
        notification: Notification,
    ) -> BoxFuture<'a, Result<StoredNotification, NotificationsError>> {
        Box::pin(async move {
            self.before("send").await?;
            let (id, now) = (self.inner.clock.new_id(), self.inner.clock.now());
            let sent = StoredNotification::new(id.into(), notification, now, plugin.map(str::to_owned));
            self.by_user().entry(to.clone()).or_default().push(sent.clone());
            self.inner.journal.add(Happening::Notification(to.clone(), sent.clone()));
            Ok(sent)
        })
    }

    fn list<'a>(
        &'a self,
        of: &'a UserKey,
        options: ListNotifications,
    ) -> BoxFuture<'a, Result<NotificationList, NotificationsError>> {
        Box::pin(async move {
            self.before("list").await?;
            let all = self.of(of);
            let unread = unread(&all);
            let selected: Vec<_> = all.into_iter().filter(|one| !(options.unread_only && one.read)).collect();
            let total = count(&selected);
            let limit = options.limit.min(ListNotifications::MAX_LIMIT);
            let (skip, limit) =
                (usize::try_from(options.offset), usize::try_from(limit).unwrap_or(usize::MAX));
            let page = selected.into_iter().skip(skip.unwrap_or(usize::MAX)).take(limit).collect();
            Ok(NotificationList::new(page, total, unread))
        })
    }

    fn unread_count<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        Box::pin(async move {
            self.before("unread_count").await?;
            Ok(unread(&self.of(of)))
        })
    }

    fn mark<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
        read: bool,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        Box::pin(async move {
            self.before("mark").await?;
            let mut by_user = self.by_user();
            let found = by_user.get_mut(of).and_then(|list| list.iter_mut().find(|one| one.id == *id));
            Ok(found.map(|one| one.read = read).is_some())
        })
    }

    fn mark_all_read<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        Box::pin(async move {
            self.before("mark_all_read").await?;
            let mut by_user = self.by_user();
            let list = by_user.entry(of.clone()).or_default();
            let before = unread(list);
            for one in list.iter_mut() {
                one.read = true;
            }
            Ok(before)
        })
    }

    fn delete<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        Box::pin(async move {
            self.before("delete").await?;
            let mut by_user = self.by_user();
            let Some(list) = by_user.get_mut(of) else { return Ok(false) };
            let before = list.len();
            list.retain(|one| one.id != *id);
            Ok(list.len() < before)
        })
    }
}

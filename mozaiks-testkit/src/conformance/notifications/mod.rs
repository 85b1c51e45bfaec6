//! What a [`NotificationsManager`] must do: the cases of [`conformance::notifications`](super::notifications()).

mod lists;
mod marks;
mod sends;
mod users;

use std::sync::Arc;

use mozaiks_core::notifications::{
    ListNotifications, Notification, NotificationList, NotificationsManager, StoredNotification,
};
use mozaiks_core::{DocumentId, UserKey};

use super::suite::{Case, cases};
use super::texts::user;
use super::wait::answer;
use crate::clock::TestClock;

pub use lists::{
    a_limit_is_held_to_the_most, a_limit_of_none_gives_the_counts, an_offset_passes_over_the_newest,
    pages_together_are_the_whole, the_newest_comes_first, the_newest_comes_first_while_time_stands_still,
    the_unread_alone_are_listed_and_counted,
};
pub use marks::{
    all_are_marked_and_counted, marking_does_not_change_anything_else, marking_twice_is_no_error,
    what_is_deleted_is_gone, what_is_not_there_is_not_marked_and_not_deleted,
    what_was_read_can_be_unread_again,
};
pub use sends::{
    ids_and_times_are_of_the_clock, many_sent_at_once_are_all_kept, odd_texts_and_data_stay,
    the_sender_is_kept, what_is_sent_is_stored_and_unread,
};
pub use users::{
    nobody_deletes_what_is_anothers, nobody_marks_what_is_anothers, nobody_sees_what_is_anothers,
    odd_users_and_apps_are_kept_apart, the_same_user_of_another_app_is_somebody_else,
    to_mark_all_leaves_others_alone,
};

/// What keeps notifications, as cases take it, with the clock that it was given.
#[derive(Clone)]
pub struct Subject {
    manager: Arc<dyn NotificationsManager>,
    clock: TestClock,
}

impl Subject {
    /// A manager that takes its ids and times from this clock.
    pub fn new(manager: impl NotificationsManager, clock: TestClock) -> Self {
        Self { manager: Arc::new(manager), clock }
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("clock", &self.clock).finish_non_exhaustive()
    }
}

pub(super) const CASES: &[Case<Subject>] = cases![
    what_is_sent_is_stored_and_unread,
    ids_and_times_are_of_the_clock,
    the_sender_is_kept,
    odd_texts_and_data_stay,
    many_sent_at_once_are_all_kept,
    the_newest_comes_first,
    the_newest_comes_first_while_time_stands_still,
    a_limit_of_none_gives_the_counts,
    a_limit_is_held_to_the_most,
    an_offset_passes_over_the_newest,
    pages_together_are_the_whole,
    the_unread_alone_are_listed_and_counted,
    marking_twice_is_no_error,
    marking_does_not_change_anything_else,
    what_was_read_can_be_unread_again,
    all_are_marked_and_counted,
    what_is_deleted_is_gone,
    what_is_not_there_is_not_marked_and_not_deleted,
    nobody_sees_what_is_anothers,
    nobody_marks_what_is_anothers,
    nobody_deletes_what_is_anothers,
    to_mark_all_leaves_others_alone,
    the_same_user_of_another_app_is_somebody_else,
    odd_users_and_apps_are_kept_apart,
];

fn alice() -> UserKey {
    user("shop", "alice")
}

fn bob() -> UserKey {
    user("shop", "bob")
}

impl Subject {
    async fn send(&self, to: &UserKey, title: &str) -> StoredNotification {
        let notification = Notification::new("notes_created", title);
        answer("send", self.manager.send(to, Some("notes"), notification)).await
    }

    async fn list(&self, of: &UserKey, unread_only: bool, offset: u64, limit: u64) -> NotificationList {
        let mut options = ListNotifications::default();
        (options.unread_only, options.offset, options.limit) = (unread_only, offset, limit);
        let list = answer("list", self.manager.list(of, options)).await;
        assert_eq!(list.count, length(&list.notifications), "`count` is not how many were listed");
        list
    }

    /// All of a user's, by their titles.
    async fn titles(&self, of: &UserKey) -> Vec<String> {
        titles(&self.list(of, false, 0, ListNotifications::MAX_LIMIT).await)
    }

    async fn unread_count(&self, of: &UserKey) -> u64 {
        answer("unread_count", self.manager.unread_count(of)).await
    }

    async fn mark(&self, of: &UserKey, id: &DocumentId, read: bool) -> bool {
        answer("mark", self.manager.mark(of, id, read)).await
    }

    async fn delete(&self, of: &UserKey, id: &DocumentId) -> bool {
        answer("delete", self.manager.delete(of, id)).await
    }

    /// Checks what a user has, the newest first, and how many of them are unread, wherever that is said.
    async fn expect(&self, of: &UserKey, expected: &[&str], unread: u64) {
        let list = self.list(of, false, 0, ListNotifications::MAX_LIMIT).await;
        assert_eq!(titles(&list), expected, "these are the notifications of {of:?}");
        assert_eq!(list.total, length(&list.notifications), "`total` of {of:?}");
        assert_eq!(list.unread_count, unread, "`unread_count` in the list of {of:?}");
        assert_eq!(self.unread_count(of).await, unread, "`unread_count` of {of:?}");
    }
}

fn titles(list: &NotificationList) -> Vec<String> {
    list.notifications.iter().map(|one| one.title.clone()).collect()
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

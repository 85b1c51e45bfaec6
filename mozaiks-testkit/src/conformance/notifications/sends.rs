//! What is sent is stored as it was sent.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use mozaiks_core::Clock;
use mozaiks_core::notifications::Notification;
use serde_json::json;

use super::{Subject, alice};
use crate::conformance::texts::odd_ids;
use crate::conformance::wait::{answer, at_once, fail};

/// Once `send` has answered, the notification is stored and unread, and the answer is what is listed.
pub async fn what_is_sent_is_stored_and_unread(notifications: &Subject) {
    notifications.expect(&alice(), &[], 0).await;
    let sent = notifications.send(&alice(), "Note saved").await;
    assert!(!sent.read, "what was sent is said to be read");
    notifications.expect(&alice(), &["Note saved"], 1).await;
    let list = notifications.list(&alice(), false, 0, 50).await;
    assert_eq!(list.notifications, [sent], "what is listed is not what `send` answered");
}

/// An id comes from the clock that the manager was given, and so does the time.
pub async fn ids_and_times_are_of_the_clock(notifications: &Subject) {
    let clock = &notifications.clock;
    for _ in 0..3 {
        let before = clock.new_id();
        let sent = notifications.send(&alice(), "Note saved").await;
        let after = clock.new_id();
        let id = sent.id.as_object_id();
        let Some(id) = id else { fail(&format!("the id {} is none of the clock's", sent.id)) };
        assert!(
            before < id && id < after,
            "the id {id} is not between {before} and {after}, which are the clock's"
        );
        assert_eq!(sent.created_at, clock.now(), "the time is not the clock's");
        clock.advance(Duration::from_millis(90_001));
    }
}

/// Who has sent it is kept; a host's own has nobody.
pub async fn the_sender_is_kept(notifications: &Subject) {
    for plugin in [Some("notes"), None, Some("task_manager")] {
        let notification = Notification::new("kind", "Title");
        answer("send", notifications.manager.send(&alice(), plugin, notification)).await;
        let list = notifications.list(&alice(), false, 0, 1).await;
        let listed = list.notifications.first().map(|one| one.plugin.as_deref());
        assert_eq!(listed, Some(plugin), "this is the sender of the newest");
    }
}

/// Type, title, message and data are listed as they were sent, whatever stands in them.
pub async fn odd_texts_and_data_stay(notifications: &Subject) {
    let mut all = Vec::new();
    for odd in
        odd_ids().into_iter().chain([String::new(), "line\nbreak \u{7f}".to_owned(), "\u{e9}".repeat(10_000)])
    {
        let notification = Notification::new(odd.clone(), odd.clone())
            .message(format!("<b>{odd}</b>"))
            .metadata(odd.clone(), odd.clone())
            .metadata("a.b", json!({ "$set": 1, "a.b": [null, {}], "": i64::MAX }))
            .metadata("null", json!(null));
        answer("send", notifications.manager.send(&alice(), Some("notes"), notification.clone())).await;
        all.push(notification);
    }
    let listed = notifications.list(&alice(), false, 0, 200).await.notifications;
    assert_eq!(listed.len(), all.len(), "so many are listed");
    for (listed, sent) in listed.into_iter().rev().zip(all) {
        assert_eq!(listed.notification, sent, "what is listed is not what was sent");
    }
}

/// Those that are sent at the same time are all stored, each with an id of its own.
pub async fn many_sent_at_once_are_all_kept(notifications: &Subject) {
    let sends = (0..100).map(|number| {
        let notifications = notifications.clone();
        at_once(async move {
            notifications.send(&alice(), &format!("number {number}")).await;
        })
    });
    join_all(sends).await;
    let list = notifications.list(&alice(), false, 0, 200).await;
    assert_eq!((list.count, list.total, list.unread_count), (100, 100, 100), "count, total and unread_count");
    let ids: BTreeSet<_> = list.notifications.iter().map(|one| &one.id).collect();
    assert_eq!(ids.len(), 100, "so many different ids are listed");
}

//! Marking and deleting.

use mozaiks_core::{Clock, DocumentId};

use super::{Subject, alice};

/// Marking twice is no error, and says twice that it is the user's.
pub async fn marking_twice_is_no_error(notifications: &Subject) {
    let sent = notifications.send(&alice(), "one").await;
    for read in [true, true, false, false] {
        assert!(
            notifications.mark(&alice(), &sent.id, read).await,
            "marking one's own (read: {read}) gave false"
        );
        notifications.expect(&alice(), &["one"], u64::from(!read)).await;
    }
}

/// Marking changes the one, and of it nothing but whether it is read.
pub async fn marking_does_not_change_anything_else(notifications: &Subject) {
    for title in ["a", "b", "c"] {
        notifications.send(&alice(), title).await;
    }
    let before = notifications.list(&alice(), false, 0, 50).await.notifications;
    let mut expected = before.clone();
    for one in expected.iter_mut().filter(|one| one.title == "b") {
        one.read = true;
        notifications.mark(&alice(), &one.id, true).await;
    }
    let after = notifications.list(&alice(), false, 0, 50).await.notifications;
    assert_eq!(after, expected, "`b` alone was marked");
}

/// What was read can be unread again.
pub async fn what_was_read_can_be_unread_again(notifications: &Subject) {
    let sent = notifications.send(&alice(), "one").await;
    notifications.mark(&alice(), &sent.id, true).await;
    notifications.mark(&alice(), &sent.id, false).await;
    let list = notifications.list(&alice(), true, 0, 50).await;
    assert_eq!(list.notifications, [sent], "it is as it was when it was sent");
}

/// Marking all gives how many were not read, and leaves none.
pub async fn all_are_marked_and_counted(notifications: &Subject) {
    let mark_all = async || {
        crate::conformance::wait::answer("mark_all_read", notifications.manager.mark_all_read(&alice())).await
    };
    assert_eq!(mark_all().await, 0, "there is nothing to mark");
    let read = notifications.send(&alice(), "a").await;
    for title in ["b", "c"] {
        notifications.send(&alice(), title).await;
    }
    notifications.mark(&alice(), &read.id, true).await;
    assert_eq!(mark_all().await, 2, "so many were not read");
    notifications.expect(&alice(), &["c", "b", "a"], 0).await;
    assert_eq!(mark_all().await, 0, "all were read already");
    notifications.send(&alice(), "d").await;
    notifications.expect(&alice(), &["d", "c", "b", "a"], 1).await;
}

/// What is deleted is gone from lists and counts, and can neither be marked nor deleted again.
pub async fn what_is_deleted_is_gone(notifications: &Subject) {
    let (first, second) =
        (notifications.send(&alice(), "first").await, notifications.send(&alice(), "second").await);
    assert!(notifications.delete(&alice(), &first.id).await, "deleting one's own gave false");
    notifications.expect(&alice(), &["second"], 1).await;
    assert!(!notifications.delete(&alice(), &first.id).await, "deleting a second time gave true");
    assert!(!notifications.mark(&alice(), &first.id, true).await, "marking what is deleted gave true");
    assert!(notifications.delete(&alice(), &second.id).await, "deleting one's own gave false");
    notifications.expect(&alice(), &[], 0).await;
}

/// An id of nothing is not found, whatever it looks like.
pub async fn what_is_not_there_is_not_marked_and_not_deleted(notifications: &Subject) {
    notifications.send(&alice(), "one").await;
    let unknown = DocumentId::from(notifications.clock.new_id());
    let odd = ["", "*", "%", "_", "$ne", "{\"$gt\": \"\"}", "one", "' OR '1'='1", "0", "\u{1f600}", "x\0"];
    for id in odd.into_iter().map(DocumentId::from).chain([unknown, "x".repeat(5_000).as_str().into()]) {
        for read in [true, false] {
            assert!(!notifications.mark(&alice(), &id, read).await, "marking {id:?} gave true");
        }
        assert!(!notifications.delete(&alice(), &id).await, "deleting {id:?} gave true");
    }
    notifications.expect(&alice(), &["one"], 1).await;
}

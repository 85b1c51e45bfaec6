//! Nobody sees, marks or deletes what is another user's.

use super::{Subject, alice, bob};
use crate::conformance::texts::{odd_users, user};
use crate::conformance::wait::answer;

/// Lists and counts are of the user's own alone.
pub async fn nobody_sees_what_is_anothers(notifications: &Subject) {
    notifications.send(&alice(), "for alice").await;
    notifications.expect(&bob(), &[], 0).await;
    notifications.send(&bob(), "for bob").await;
    notifications.expect(&alice(), &["for alice"], 1).await;
    notifications.expect(&bob(), &["for bob"], 1).await;
}

/// To mark what is another's gives `false`, as if there were no such id, and changes nothing.
pub async fn nobody_marks_what_is_anothers(notifications: &Subject) {
    let sent = notifications.send(&alice(), "for alice").await;
    notifications.send(&bob(), "for bob").await;
    for read in [true, false] {
        assert!(!notifications.mark(&bob(), &sent.id, read).await, "marking what is another's gave true");
        notifications.expect(&alice(), &["for alice"], 1).await;
    }
    notifications.mark(&alice(), &sent.id, true).await;
    assert!(!notifications.mark(&bob(), &sent.id, false).await, "marking what is another's gave true");
    notifications.expect(&alice(), &["for alice"], 0).await;
    notifications.expect(&bob(), &["for bob"], 1).await;
}

/// To delete what is another's gives `false`, and deletes nothing.
pub async fn nobody_deletes_what_is_anothers(notifications: &Subject) {
    let sent = notifications.send(&alice(), "for alice").await;
    assert!(!notifications.delete(&bob(), &sent.id).await, "deleting what is another's gave true");
    notifications.expect(&alice(), &["for alice"], 1).await;
}

/// To mark all is to mark all of one's own.
pub async fn to_mark_all_leaves_others_alone(notifications: &Subject) {
    notifications.send(&alice(), "for alice").await;
    notifications.send(&bob(), "for bob").await;
    let marked = answer("mark_all_read", notifications.manager.mark_all_read(&bob())).await;
    assert_eq!(marked, 1, "so many of bob's were unread");
    notifications.expect(&alice(), &["for alice"], 1).await;
    notifications.expect(&bob(), &["for bob"], 0).await;
}

/// A user of the same id in another app is somebody else, for all that can be done.
pub async fn the_same_user_of_another_app_is_somebody_else(notifications: &Subject) {
    let other = user("school", "alice");
    let sent = notifications.send(&alice(), "in the shop").await;
    notifications.expect(&other, &[], 0).await;
    assert!(!notifications.mark(&other, &sent.id, true).await, "marking in another app gave true");
    assert!(!notifications.delete(&other, &sent.id).await, "deleting in another app gave true");
    let marked = answer("mark_all_read", notifications.manager.mark_all_read(&other)).await;
    assert_eq!(marked, 0, "so many were marked in another app");
    notifications.expect(&alice(), &["in the shop"], 1).await;
}

/// Users are compared byte by byte: neither case, accents, spaces, patterns nor paths make two of them one.
pub async fn odd_users_and_apps_are_kept_apart(notifications: &Subject) {
    let users = odd_users();
    for (index, odd) in users.iter().enumerate() {
        notifications.expect(odd, &[], 0).await;
        notifications.send(odd, &index.to_string()).await;
    }
    for (index, odd) in users.iter().enumerate() {
        notifications.expect(odd, &[&index.to_string()], 1).await;
    }
}

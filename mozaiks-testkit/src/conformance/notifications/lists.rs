//! Lists: their order, their pages, their counts.

use std::time::Duration;

use mozaiks_core::notifications::ListNotifications;

use super::{Subject, alice, titles};

/// The newest comes first.
pub async fn the_newest_comes_first(notifications: &Subject) {
    for title in ["first", "second", "third"] {
        notifications.send(&alice(), title).await;
        notifications.clock.advance(Duration::from_secs(60));
    }
    notifications.expect(&alice(), &["third", "second", "first"], 3).await;
}

/// The newest comes first, also of those that were sent within one millisecond: their ids tell.
pub async fn the_newest_comes_first_while_time_stands_still(notifications: &Subject) {
    let sent: Vec<_> = (0..30).map(|number| format!("number {number}")).collect();
    for title in &sent {
        notifications.send(&alice(), title).await;
    }
    let newest_first: Vec<_> = sent.iter().rev().cloned().collect();
    assert_eq!(notifications.titles(&alice()).await, newest_first, "the newest first");
}

/// A limit of 0 gives none, but the counts all the same.
pub async fn a_limit_of_none_gives_the_counts(notifications: &Subject) {
    let read = notifications.send(&alice(), "read").await;
    notifications.send(&alice(), "unread").await;
    notifications.mark(&alice(), &read.id, true).await;
    for (unread_only, total) in [(false, 2), (true, 1)] {
        let list = notifications.list(&alice(), unread_only, 0, 0).await;
        assert_eq!(titles(&list), [""; 0], "a limit of 0 gives none");
        assert_eq!(
            (list.total, list.unread_count),
            (total, 1),
            "total and unread_count, unread only: {unread_only}"
        );
    }
}

/// A limit is held to the most that one call gives.
pub async fn a_limit_is_held_to_the_most(notifications: &Subject) {
    let most = ListNotifications::MAX_LIMIT;
    for number in 0..most + 5 {
        notifications.send(&alice(), &number.to_string()).await;
    }
    for limit in [most - 1, most, most + 1, most + 5, u64::MAX] {
        let list = notifications.list(&alice(), false, 0, limit).await;
        assert_eq!(list.count, limit.min(most), "so many are listed of a limit of {limit}");
        assert_eq!((list.total, list.unread_count), (most + 5, most + 5), "total and unread_count");
    }
}

/// An offset passes over the newest; one beyond the end gives none, but the counts.
pub async fn an_offset_passes_over_the_newest(notifications: &Subject) {
    for title in ["a", "b", "c", "d", "e"] {
        notifications.send(&alice(), title).await;
    }
    let none: &[&str] = &[];
    let pages: [(u64, u64, &[&str]); 7] = [
        (0, 2, &["e", "d"]),
        (2, 2, &["c", "b"]),
        (4, 2, &["a"]),
        (3, u64::MAX, &["b", "a"]),
        (5, 2, none),
        (1_000_000, 2, none),
        (u64::MAX, u64::MAX, none),
    ];
    for (offset, limit, expected) in pages {
        let list = notifications.list(&alice(), false, offset, limit).await;
        assert_eq!(titles(&list), expected, "offset {offset}, limit {limit}");
        assert_eq!((list.total, list.unread_count), (5, 5), "total and unread_count at offset {offset}");
    }
}

/// Page after page gives each once.
pub async fn pages_together_are_the_whole(notifications: &Subject) {
    for number in 0..25 {
        notifications.send(&alice(), &number.to_string()).await;
    }
    let mut seen = Vec::new();
    for page in 0..4 {
        seen.extend(titles(&notifications.list(&alice(), false, page * 7, 7).await));
    }
    assert_eq!(seen, notifications.titles(&alice()).await, "the pages are not the whole");
}

/// A filter selects what is listed and what `total` counts, and has nothing to do with `unread_count`.
pub async fn the_unread_alone_are_listed_and_counted(notifications: &Subject) {
    for title in ["a", "b", "c", "d", "e"] {
        let sent = notifications.send(&alice(), title).await;
        if title == "b" || title == "d" {
            notifications.mark(&alice(), &sent.id, true).await;
        }
    }
    let list = notifications.list(&alice(), true, 0, 50).await;
    assert_eq!(titles(&list), ["e", "c", "a"], "these are unread");
    assert_eq!((list.total, list.unread_count), (3, 3), "total and unread_count of the unread");
    let page = notifications.list(&alice(), true, 1, 1).await;
    assert_eq!(titles(&page), ["c"], "the second of the unread");
    assert_eq!((page.total, page.unread_count), (3, 3), "total and unread_count on a page of the unread");
    let all = notifications.list(&alice(), false, 0, 50).await;
    assert_eq!((all.total, all.unread_count), (5, 3), "total and unread_count of all");
}

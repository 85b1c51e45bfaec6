//! Notifications managers that are wrong in one way each.

use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt, ready};
use mozaiks_core::notifications::{
    ListNotifications, Notification, NotificationId, NotificationList, NotificationsError,
    NotificationsManager, StoredNotification,
};
use mozaiks_core::{Clock, SystemClock, UserKey};
use mozaiks_testkit::conformance;

use crate::{SHORT, assert_caught, assert_caught_only};

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    ListsTheOldestFirst,
    LeaksToAnotherUser,
    IgnoresTheApp,
    CountsThePage,
    CountsTheUnreadSelected,
    HoldsNoLimit,
    TakesNoneForAll,
    HasAClockOfItsOwn,
    MarksWhatIsAnothers,
    DeletesWhatIsAnothers,
    RefusesToMarkTwice,
    CannotUnread,
    MarksAllOfEverybody,
    ForgetsTheSender,
    LosesSome,
}

type Kept = Vec<(UserKey, StoredNotification)>;

struct Broken {
    wrong: Wrong,
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

impl Broken {
    fn is_of(&self, owner: &UserKey, user: &UserKey) -> bool {
        match self.wrong {
            Wrong::LeaksToAnotherUser => owner.app_id() == user.app_id(),
            Wrong::IgnoresTheApp => owner.user_id() == user.user_id(),
            _ => owner == user,
        }
    }
}

fn count<T>(list: &[T]) -> u64 {
    list.len() as u64
}

fn answer<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T, NotificationsError>> {
    ready(Ok(value)).boxed()
}

impl NotificationsManager for Broken {
    fn send<'a>(
        &'a self,
        to: &'a UserKey,
        plugin: Option<&'a str>,
        notification: Notification,
    ) -> BoxFuture<'a, Result<StoredNotification, NotificationsError>> {
        let clock =
            if self.wrong == Wrong::HasAClockOfItsOwn { &SystemClock as &dyn Clock } else { &*self.clock };
        let plugin = plugin.filter(|_| self.wrong != Wrong::ForgetsTheSender).map(str::to_owned);
        let sent = StoredNotification::new(clock.new_id().into(), notification, clock.now(), plugin);
        let mut kept = self.kept.lock().unwrap();
        if self.wrong != Wrong::LosesSome || kept.len() < 50 {
            kept.push((to.clone(), sent.clone()));
        }
        answer(sent)
    }

    fn list<'a>(
        &'a self,
        of: &'a UserKey,
        options: ListNotifications,
    ) -> BoxFuture<'a, Result<NotificationList, NotificationsError>> {
        let kept = self.kept.lock().unwrap();
        let own = kept.iter().filter(|(owner, _)| self.is_of(owner, of)).map(|(_, one)| one.clone());
        let mut own: Vec<_> = own.collect();
        if self.wrong != Wrong::ListsTheOldestFirst {
            own.reverse();
        }
        let mut unread = own.iter().filter(|one| !one.read).count() as u64;
        own.retain(|one| !(options.unread_only && one.read));
        let mut total = count(&own);
        let limit = match self.wrong {
            Wrong::HoldsNoLimit => options.limit,
            Wrong::TakesNoneForAll if options.limit == 0 => 200,
            _ => options.limit.min(200),
        };
        let [offset, limit] =
            [options.offset, limit].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        let page: Vec<_> = own.into_iter().skip(offset).take(limit).collect();
        if self.wrong == Wrong::CountsThePage {
            total = count(&page);
        }
        if self.wrong == Wrong::CountsTheUnreadSelected {
            unread = page.iter().filter(|one| !one.read).count() as u64;
        }
        answer(NotificationList::new(page, total, unread))
    }

    fn unread_count<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        let kept = self.kept.lock().unwrap();
        answer(kept.iter().filter(|(owner, one)| self.is_of(owner, of) && !one.read).count() as u64)
    }

    fn mark<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
        read: bool,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        let mut kept = self.kept.lock().unwrap();
        let all = self.wrong == Wrong::MarksWhatIsAnothers;
        let found = kept.iter_mut().find(|(owner, one)| (all || self.is_of(owner, of)) && one.id == *id);
        let Some((_, one)) = found else { return answer(false) };
        if self.wrong == Wrong::RefusesToMarkTwice && one.read == read {
            return answer(false);
        }
        one.read = read || self.wrong == Wrong::CannotUnread;
        answer(true)
    }

    fn mark_all_read<'a>(&'a self, of: &'a UserKey) -> BoxFuture<'a, Result<u64, NotificationsError>> {
        let mut kept = self.kept.lock().unwrap();
        let all = self.wrong == Wrong::MarksAllOfEverybody;
        let mut marked = 0;
        for (_, one) in kept.iter_mut().filter(|(owner, one)| (all || self.is_of(owner, of)) && !one.read) {
            one.read = true;
            marked += 1;
        }
        answer(marked)
    }

    fn delete<'a>(
        &'a self,
        of: &'a UserKey,
        id: &'a NotificationId,
    ) -> BoxFuture<'a, Result<bool, NotificationsError>> {
        let mut kept = self.kept.lock().unwrap();
        let before = kept.len();
        let all = self.wrong == Wrong::DeletesWhatIsAnothers;
        kept.retain(|(owner, one)| !((all || self.is_of(owner, of)) && one.id == *id));
        answer(kept.len() < before)
    }
}

async fn report(wrong: Wrong) -> conformance::Report {
    let fresh = |clock| async move { Broken { wrong, clock, kept: Mutex::default() } };
    conformance::notifications(fresh).patience(SHORT).await
}

#[tokio::test]
async fn the_oldest_first_is_caught() {
    let cases = ["the_newest_comes_first", "the_newest_comes_first_while_time_stands_still"];
    assert_caught(&report(Wrong::ListsTheOldestFirst).await, &cases);
}

#[tokio::test]
async fn a_leak_to_another_user_is_caught() {
    let cases =
        ["nobody_sees_what_is_anothers", "nobody_marks_what_is_anothers", "nobody_deletes_what_is_anothers"];
    let report = report(Wrong::LeaksToAnotherUser).await;
    assert_caught(&report, &cases);
    assert!(report.passed().contains(&"the_same_user_of_another_app_is_somebody_else"));
}

#[tokio::test]
async fn an_app_that_is_ignored_is_caught() {
    let cases = ["the_same_user_of_another_app_is_somebody_else", "odd_users_and_apps_are_kept_apart"];
    assert_caught_only(&report(Wrong::IgnoresTheApp).await, &cases);
}

#[tokio::test]
async fn a_total_of_the_page_is_caught() {
    let cases = [
        "a_limit_of_none_gives_the_counts",
        "an_offset_passes_over_the_newest",
        "a_limit_is_held_to_the_most",
    ];
    assert_caught(&report(Wrong::CountsThePage).await, &cases);
}

#[tokio::test]
async fn an_unread_count_of_the_page_is_caught() {
    let cases = ["a_limit_of_none_gives_the_counts", "the_unread_alone_are_listed_and_counted"];
    assert_caught(&report(Wrong::CountsTheUnreadSelected).await, &cases);
}

#[tokio::test]
async fn a_limit_that_does_not_hold_is_caught() {
    assert_caught_only(&report(Wrong::HoldsNoLimit).await, &["a_limit_is_held_to_the_most"]);
}

#[tokio::test]
async fn a_limit_of_none_that_gives_all_is_caught() {
    assert_caught_only(&report(Wrong::TakesNoneForAll).await, &["a_limit_of_none_gives_the_counts"]);
}

#[tokio::test]
async fn ids_and_times_of_another_clock_are_caught() {
    assert_caught_only(&report(Wrong::HasAClockOfItsOwn).await, &["ids_and_times_are_of_the_clock"]);
}

#[tokio::test]
async fn marking_what_is_anothers_is_caught() {
    let cases = ["nobody_marks_what_is_anothers", "the_same_user_of_another_app_is_somebody_else"];
    assert_caught_only(&report(Wrong::MarksWhatIsAnothers).await, &cases);
}

#[tokio::test]
async fn deleting_what_is_anothers_is_caught() {
    let cases = ["nobody_deletes_what_is_anothers", "the_same_user_of_another_app_is_somebody_else"];
    assert_caught_only(&report(Wrong::DeletesWhatIsAnothers).await, &cases);
}

#[tokio::test]
async fn refusing_to_mark_twice_is_caught() {
    assert_caught_only(&report(Wrong::RefusesToMarkTwice).await, &["marking_twice_is_no_error"]);
}

#[tokio::test]
async fn what_cannot_be_unread_is_caught() {
    let cases = ["what_was_read_can_be_unread_again", "marking_twice_is_no_error"];
    assert_caught_only(&report(Wrong::CannotUnread).await, &cases);
}

#[tokio::test]
async fn marking_all_of_everybody_is_caught() {
    let cases = ["to_mark_all_leaves_others_alone", "the_same_user_of_another_app_is_somebody_else"];
    assert_caught_only(&report(Wrong::MarksAllOfEverybody).await, &cases);
}

#[tokio::test]
async fn a_sender_that_is_forgotten_is_caught() {
    assert_caught(&report(Wrong::ForgetsTheSender).await, &["the_sender_is_kept"]);
}

#[tokio::test]
async fn what_is_lost_is_caught() {
    assert_caught(&report(Wrong::LosesSome).await, &["many_sent_at_once_are_all_kept"]);
}

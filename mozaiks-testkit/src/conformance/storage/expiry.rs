//! Documents that go by themselves, by an index with a time.

use std::time::Duration;

use bson::{Bson, bson, doc};
use mozaiks_core::storage::{Index, Sharing, StorageScope};

use super::Subject;
use super::ask::{ALICE, BOB, by_id, date, ids, insert, options, update};
use super::unique::declare;
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("expiry.rs");
    a_document_goes_when_its_time_is_over,
    the_time_counts_from_the_date_in_the_field,
    a_document_without_a_date_stays,
    of_several_dates_the_earliest_counts,
    without_an_index_nothing_goes,
    documents_of_every_scope_go,
    a_document_whose_date_was_changed_follows_the_new_one,
];

const HOUR: Duration = Duration::from_secs(3600);

/// Long over, whatever the clock of the storage says: 1970.
fn long_ago() -> Bson {
    date(0)
}

/// Not over for a long time: the year 9000.
fn far_away() -> Bson {
    date(221_845_392_000_000)
}

async fn sessions(storage: &Subject, after: Duration) {
    declare(storage, &[Index::new("items", [("at", 1)]).expire_after(after)]).await;
}

/// What is due goes, and the rest stays.
pub async fn a_document_goes_when_its_time_is_over(storage: &Subject) {
    sessions(storage, HOUR).await;
    insert(storage, ALICE, "old", doc! { "at": long_ago() }).await;
    insert(storage, ALICE, "new", doc! { "at": far_away() }).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, ["new"]);
}

/// A document goes so long after the date, not at the date; after no time at all, with it.
pub async fn the_time_counts_from_the_date_in_the_field(storage: &Subject) {
    let ages = Duration::from_secs(2_000_000_000);
    sessions(storage, ages).await;
    // 63 years after 1970 is not yet; 63 years after 1800 is long over.
    insert(storage, ALICE, "later", doc! { "at": date(1_000_000_000_000) }).await;
    insert(storage, ALICE, "over", doc! { "at": date(-5_364_662_400_000) }).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, ["later"]);
    sessions(storage, Duration::ZERO).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// A number, a text, null and nothing are no dates.
pub async fn a_document_without_a_date_stays(storage: &Subject) {
    sessions(storage, HOUR).await;
    let others =
        [bson!(0), bson!("1970-01-01"), bson!(null), bson!([]), bson!([0, "x"]), bson!({ "at": long_ago() })];
    for (number, value) in others.into_iter().enumerate() {
        insert(storage, ALICE, format!("{number}"), doc! { "at": value }).await;
    }
    insert(storage, ALICE, "none", doc! {}).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, ["0", "1", "2", "3", "4", "5", "none"]);
}

/// Of an array the earliest date counts, whatever else is in it.
pub async fn of_several_dates_the_earliest_counts(storage: &Subject) {
    sessions(storage, HOUR).await;
    insert(storage, ALICE, "over", doc! { "at": [far_away(), "x", long_ago()] }).await;
    insert(storage, ALICE, "later", doc! { "at": [far_away(), far_away()] }).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, ["later"]);
}

/// A date alone is nothing, and an index that is gone removes nothing any more.
pub async fn without_an_index_nothing_goes(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "at": long_ago() }).await;
    storage.expire().await;
    declare(storage, &[Index::new("items", [("at", 1)])]).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, ["a"]);
    let elsewhere = StorageScope { collection: "lists", ..ALICE };
    insert(storage, elsewhere, "a", doc! { "at": long_ago() }).await;
    sessions(storage, HOUR).await;
    storage.expire().await;
    assert_eq!((ids(storage, ALICE).await.len(), ids(storage, elsewhere).await.len()), (0, 1));
}

/// What is due goes in every app, for every user; what is shared has an index of its own.
pub async fn documents_of_every_scope_go(storage: &Subject) {
    let shared = StorageScope { sharing: Sharing::Shared, ..ALICE };
    let private = [ALICE, BOB, StorageScope { app_id: "bank", ..ALICE }];
    for scope in private.into_iter().chain([shared]) {
        insert(storage, scope, "old", doc! { "at": long_ago() }).await;
    }
    sessions(storage, HOUR).await;
    storage.expire().await;
    for scope in private {
        assert_eq!(ids(storage, scope).await, Vec::<String>::new());
    }
    assert_eq!(ids(storage, shared).await, ["old"]);
    declare(storage, &[Index::new("items", [("at", 1)]).expire_after(HOUR).shared()]).await;
    storage.expire().await;
    assert_eq!(ids(storage, shared).await, Vec::<String>::new());
}

/// What counts is the date that the document has now, not the one with which it came.
pub async fn a_document_whose_date_was_changed_follows_the_new_one(storage: &Subject) {
    // Before there is an index, because what is due may go at once.
    insert(storage, ALICE, "kept", doc! { "at": long_ago() }).await;
    insert(storage, ALICE, "ended", doc! { "at": far_away() }).await;
    insert(storage, ALICE, "ended_later", doc! { "at": far_away() }).await;
    update(storage, ALICE, by_id("kept"), doc! { "$set": { "at": far_away() } }, options()).await;
    update(storage, ALICE, by_id("ended"), doc! { "$set": { "at": long_ago() } }, options()).await;
    sessions(storage, HOUR).await;
    update(storage, ALICE, by_id("ended_later"), doc! { "$set": { "at": long_ago() } }, options()).await;
    storage.expire().await;
    assert_eq!(ids(storage, ALICE).await, ["kept"]);
}

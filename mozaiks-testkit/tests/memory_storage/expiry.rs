//! Documents that go by themselves.

use std::sync::Arc;
use std::time::Duration;

use bson::{Bson, doc};
use mozaiks_core::Clock;
use mozaiks_core::storage::{Index, Query, Storage, UpdateOptions};
use mozaiks_testkit::clock::TestClock;
use mozaiks_testkit::storage::MemoryStorage;

use super::{ALICE, BOB, NOW, all, by_id, find, ids, insert, operators};

const MINUTE: Duration = Duration::from_secs(60);

fn seen_at() -> Index {
    Index::new("items", [("seen_at", 1)]).expire_after(MINUTE)
}

async fn expiring() -> (MemoryStorage, TestClock) {
    let clock = TestClock::new();
    let storage = MemoryStorage::with_clock(Arc::new(clock.clone()));
    storage.create_indexes("notes", &[seen_at()]).await.unwrap();
    (storage, clock)
}

/// The ids of what Alice has, in order.
async fn left(storage: &MemoryStorage) -> Vec<String> {
    ids(storage, ALICE, Query::new(all())).await
}

fn now(clock: &TestClock) -> Bson {
    Bson::DateTime(clock.now().into())
}

#[tokio::test]
async fn a_document_goes_when_its_time_has_come() {
    let (storage, clock) = expiring().await;
    insert(&storage, ALICE, "a", doc! { "seen_at": now(&clock) }).await.unwrap();
    clock.advance(MINUTE / 2);
    insert(&storage, ALICE, "b", doc! { "seen_at": now(&clock) }).await.unwrap();
    insert(&storage, BOB, "c", doc! { "seen_at": now(&clock) }).await.unwrap();
    insert(&storage, ALICE, "d", doc! { "seen_at": "no date" }).await.unwrap();
    insert(&storage, ALICE, "e", doc! {}).await.unwrap();
    clock.advance(Duration::from_millis(29_999));
    assert_eq!(left(&storage).await, ["a", "b", "d", "e"]);
    clock.advance(Duration::from_millis(1));
    assert_eq!(left(&storage).await, ["b", "d", "e"]);
    assert_eq!(storage.len(), 4);
    clock.advance(MINUTE);
    assert_eq!(storage.len(), 2);
    assert!(find(&storage, BOB, all()).await.is_empty());
}

#[tokio::test]
async fn what_has_gone_is_neither_counted_nor_changed_nor_in_the_way() {
    let (storage, clock) = expiring().await;
    insert(&storage, ALICE, "a", doc! { "seen_at": now(&clock) }).await.unwrap();
    let snapshot = storage.snapshot();
    clock.advance(MINUTE);
    assert_eq!(storage.count(ALICE, all()).await.unwrap(), 0);
    storage.restore(&snapshot);
    let set = operators(doc! { "$set": { "n": 1 } });
    let outcome = storage.update(ALICE, by_id("a"), set, UpdateOptions::new(NOW)).await.unwrap();
    assert_eq!(outcome.matched, 0);
    storage.restore(&snapshot);
    assert_eq!(storage.delete(ALICE, all(), true).await.unwrap(), 0);
    storage.restore(&snapshot);
    insert(&storage, ALICE, "a", doc! {}).await.unwrap();
    storage.restore(&snapshot);
    assert_eq!(storage.dump(), serde_json::json!({}));
}

#[tokio::test]
async fn a_date_that_is_moved_on_keeps_the_document() {
    let (storage, clock) = expiring().await;
    insert(&storage, ALICE, "a", doc! { "seen_at": now(&clock) }).await.unwrap();
    clock.advance(MINUTE / 2);
    let seen = operators(doc! { "$set": { "seen_at": now(&clock) } });
    storage.update(ALICE, by_id("a"), seen, UpdateOptions::new(NOW)).await.unwrap();
    clock.advance(MINUTE / 2);
    assert_eq!(left(&storage).await, ["a"]);
    clock.advance(MINUTE / 2);
    assert!(left(&storage).await.is_empty());
}

#[tokio::test]
async fn documents_that_were_there_before_the_index_go_too() {
    let clock = TestClock::new();
    let storage = MemoryStorage::with_clock(Arc::new(clock.clone()));
    insert(&storage, ALICE, "a", doc! { "seen_at": now(&clock) }).await.unwrap();
    clock.advance(MINUTE * 2);
    assert_eq!(storage.find(ALICE, Query::new(all())).await.unwrap().documents.len(), 1);
    storage.create_indexes("notes", &[seen_at()]).await.unwrap();
    assert!(left(&storage).await.is_empty());
}

#[tokio::test]
async fn without_the_index_documents_stay() {
    let (storage, clock) = expiring().await;
    insert(&storage, ALICE, "a", doc! { "seen_at": now(&clock) }).await.unwrap();
    storage.create_indexes("notes", &[]).await.unwrap();
    clock.advance(MINUTE * 2);
    assert_eq!(left(&storage).await, ["a"]);
}

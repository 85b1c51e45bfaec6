//! Calls that nobody waits for any more: done or not, never half.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bson::doc;
use mozaiks_core::storage::{Query, Storage};

use crate::support::{Folder, all, count, insert, new, of, some, update};

/// Has a call begin, and gives up on it at once.
fn begin_and_drop<T>(call: impl Future<Output = T>) {
    let mut call = pin!(call);
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending));
}

#[tokio::test]
async fn a_write_that_has_begun_is_done_although_nobody_waits() {
    let folder = Folder::new();
    let storage = folder.open();
    insert(&storage, of("alice"), "counter", doc! { "n": 0 }).await.unwrap();
    for number in 0..100 {
        let both = vec![new(format!("{number}-a"), &doc! {}), new(format!("{number}-b"), &doc! {})];
        begin_and_drop(storage.insert(of("alice"), both));
        let increment = doc! { "$inc": { "n": 1 } };
        begin_and_drop(update(&storage, of("alice"), doc! { "_id": "counter" }, increment, false));
        // A task that does too much in one turn is made to wait before it begins.
        tokio::task::yield_now().await;
    }
    // What comes later is done later.
    insert(&storage, of("alice"), "last", doc! {}).await.unwrap();
    assert_eq!(count(&storage, of("alice")).await, 202);
    let exact = some(doc! { "_id": "counter", "n": 100 });
    assert_eq!(storage.count(of("alice"), exact).await.unwrap(), 1);
}

#[tokio::test]
async fn a_write_that_has_not_begun_is_not_done() {
    let folder = Folder::new();
    let storage = folder.open();
    drop(storage.insert(of("alice"), vec![new("never", &doc! {})]));
    insert(&storage, of("alice"), "last", doc! {}).await.unwrap();
    assert_eq!(all(&storage, of("alice")).await, ["last"]);
}

#[tokio::test]
async fn long_reads_that_nobody_waits_for_give_their_connections_back() {
    let folder = Folder::new();
    let storage =
        mozaiks_core::storage::sqlite::SqliteStorage::builder(folder.file()).readers(1).open().unwrap();
    let many: Vec<_> = (0..5_000).map(|number| new(format!("{number:05}"), &doc! { "n": number })).collect();
    storage.insert(of("alice"), many).await.unwrap();
    for _ in 0..50 {
        begin_and_drop(storage.find(of("alice"), Query::new(some(doc! { "n": { "$gte": 0 } }))));
    }
    // The only connection is free again.
    let read = storage.find(of("alice"), Query::new(some(doc! { "n": { "$gte": 4_990 } }))).await.unwrap();
    assert_eq!(read.documents.len(), 10);
}

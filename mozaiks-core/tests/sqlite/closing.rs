//! Closing: what was begun is finished, and then it is over.

use bson::doc;
use mozaiks_core::storage::{Query, Selector, Storage, StorageError};

use crate::support::{Folder, count, insert, of, some, update};

#[tokio::test]
async fn writes_that_wait_are_done_before_the_end() {
    let folder = Folder::new();
    let storage = folder.open();
    let writes = (0..300).map(|number| insert(&storage, of("alice"), format!("{number}"), doc! {}));
    let writes: Vec<_> = writes.map(Box::pin).collect();
    let (done, closed) =
        futures_util::future::join(futures_util::future::join_all(writes), storage.close()).await;
    closed.unwrap();
    let acknowledged = done.iter().filter(|done| done.is_ok()).count() as u64;
    assert!(acknowledged > 0);
    for refused in done.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, StorageError::Unavailable { .. }));
    }
    assert_eq!(folder.names(), ["app.db", "app.db-lock"]);
    assert_eq!(count(&folder.open(), of("alice")).await, acknowledged);
}

#[tokio::test]
async fn every_later_call_is_unavailable() {
    let folder = Folder::new();
    let storage = folder.open();
    insert(&storage, of("alice"), "a", doc! {}).await.unwrap();
    storage.close().await.unwrap();
    storage.close().await.unwrap();

    let mut refused = vec![
        insert(&storage, of("alice"), "b", doc! {}).await.unwrap_err(),
        storage.find(of("alice"), Query::new(Selector::Id("a".into()))).await.unwrap_err(),
        storage.count(of("alice"), some(doc! {})).await.unwrap_err(),
        storage.distinct(of("alice"), "a", some(doc! {})).await.unwrap_err(),
        storage.aggregate(of("alice"), vec![]).await.unwrap_err(),
        update(&storage, of("alice"), doc! {}, doc! { "$set": { "a": 1 } }, true).await.unwrap_err(),
        storage.delete(of("alice"), some(doc! {}), true).await.unwrap_err(),
        storage.create_indexes("notes", &[]).await.unwrap_err(),
        storage.ping().await.unwrap_err(),
        storage.expire_now().await.unwrap_err(),
        storage.backup(folder.path().join("copy.db")).await.unwrap_err(),
    ];
    refused.retain(|error| !matches!(error, StorageError::Unavailable { .. }));
    assert!(refused.is_empty(), "{refused:?}");
}

#[tokio::test]
async fn what_is_dropped_without_closing_is_whole_too() {
    let folder = Folder::new();
    let storage = folder.open();
    for number in 0..10 {
        insert(&storage, of("alice"), format!("{number}"), doc! {}).await.unwrap();
    }
    drop(storage);
    assert_eq!(folder.names(), ["app.db", "app.db-lock"]);
    assert_eq!(count(&folder.open(), of("alice")).await, 10);
}

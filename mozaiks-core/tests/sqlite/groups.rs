//! Writes that wait together are done together, and fail each for itself.

use std::sync::Arc;

use bson::doc;
use futures_util::future::join_all;
use mozaiks_core::storage::{Storage, StorageError};

use crate::support::{Folder, count, ids, insert, large, new, of, some, update};

#[tokio::test]
async fn many_writers_share_few_commits() {
    let folder = Folder::new();
    let storage = folder.open();
    let before = storage.statistics();
    let writes = (0..1_000).map(|number| insert(&storage, of("alice"), format!("{number}"), doc! {}));
    assert!(join_all(writes).await.into_iter().all(|done| done.is_ok()));
    let after = storage.statistics();
    let (writes, commits) = (after.writes - before.writes, after.commits - before.commits);
    assert_eq!(writes, 1_000);
    assert!(commits <= 100, "{commits} commits");
    assert!(after.largest_group >= 100, "{after:?}");
    assert_eq!(count(&storage, of("alice")).await, 1_000);
}

#[tokio::test]
async fn of_a_group_only_those_fail_that_must() {
    let folder = Folder::new();
    let storage = folder.open();
    insert(&storage, of("alice"), "taken", doc! { "n": 1 }).await.unwrap();
    let writes = (0..200).map(|number| {
        let storage = &storage;
        async move {
            match number % 4 {
                0 => insert(storage, of("alice"), "taken", doc! {}).await,
                // Two documents, of which the second is in the way: neither comes in.
                1 => {
                    let both = vec![new(format!("half-{number}"), &doc! {}), new("taken", &doc! {})];
                    storage.insert(of("alice"), both).await
                }
                2 => {
                    let operators = doc! { "$inc": { "text": 1 }, "$set": { "text": "a" } };
                    update(storage, of("alice"), doc! { "_id": "taken" }, operators, false).await.map(|_| ())
                }
                _ => insert(storage, of("alice"), format!("{number}"), doc! {}).await,
            }
        }
    });
    for (number, done) in join_all(writes).await.into_iter().enumerate() {
        match number % 4 {
            0 | 1 => assert!(matches!(done, Err(StorageError::Conflict { index }) if index == "_id")),
            2 => assert!(matches!(done, Err(StorageError::Invalid(_)))),
            _ => done.unwrap(),
        }
    }
    assert_eq!(count(&storage, of("alice")).await, 51);
    assert!(storage.statistics().largest_group > 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counters_that_many_change_at_once_are_exact_and_each_sees_its_own_write() {
    let folder = Folder::new();
    let storage = Arc::new(folder.open());
    insert(&storage, of("alice"), "shared", doc! { "n": 0 }).await.unwrap();
    let tasks = (0..16).map(|task| {
        let storage = Arc::clone(&storage);
        tokio::spawn(async move {
            for round in 0..20 {
                update(&storage, of("alice"), doc! { "_id": "shared" }, doc! { "$inc": { "n": 1 } }, false)
                    .await
                    .unwrap();
                let id = format!("{task}-{round}");
                insert(&storage, of("alice"), id.as_str(), doc! {}).await.unwrap();
                let filter = doc! { "_id": id };
                assert_eq!(storage.count(of("alice"), some(filter)).await.unwrap(), 1);
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(|done| done.unwrap());
    let query = mozaiks_core::storage::Query::new(some(doc! { "n": 320 }));
    assert_eq!(ids(&storage, of("alice"), query).await, ["shared"]);
}

#[tokio::test]
async fn readers_do_not_wait_for_a_large_write() {
    let folder = Folder::new();
    let storage = folder.open();
    insert(&storage, of("alice"), "a", doc! {}).await.unwrap();
    let much: Vec<_> = (0..20).map(|number| new(format!("{number}"), &large(1_000_000))).collect();
    let mut write = storage.insert(of("alice"), much);
    let mut reads = 0;
    loop {
        // The one is begun before the other, and both go on by turns.
        tokio::select! {
            biased;
            done = &mut write => break done.unwrap(),
            seen = count(&storage, of("alice")) => {
                assert!(seen == 1 || seen == 21);
                reads += 1;
            }
        }
        tokio::task::yield_now().await;
    }
    assert!(reads > 0);
    assert_eq!(count(&storage, of("alice")).await, 21);
}

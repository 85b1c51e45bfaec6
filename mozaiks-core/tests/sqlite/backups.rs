//! Backups: of one moment, while others write, to a file that was not there.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bson::doc;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{Index, Query, Storage, StorageError};

use crate::support::{Folder, all, count, ids, insert, new, of, some};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_of_one_moment() {
    let folder = Folder::new();
    let storage = Arc::new(folder.open());
    let much: Vec<_> =
        (0..2_000).map(|number| new(format!("old-{number}"), &doc! { "text": "x".repeat(500) })).collect();
    storage.insert(of("bob"), much).await.unwrap();
    insert(&storage, of("alice"), "0", doc! {}).await.unwrap();

    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (storage, stop) = (Arc::clone(&storage), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut pairs = 0;
            while !stop.load(Ordering::Relaxed) {
                // Two in one step: a moment has both or neither.
                let both = vec![new(format!("{pairs}-a"), &doc! {}), new(format!("{pairs}-b"), &doc! {})];
                storage.insert(of("alice"), both).await.unwrap();
                pairs += 1;
            }
            pairs
        })
    };
    let before = storage.statistics().writes;
    for number in 0..3 {
        storage.backup(folder.path().join(format!("copy-{number}.db"))).await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap() > 0);
    assert!(storage.statistics().writes > before);
    let whole = count(&storage, of("alice")).await;
    storage.close().await.unwrap();

    assert_eq!(folder.names(), ["app.db", "app.db-lock", "copy-0.db", "copy-1.db", "copy-2.db"]);
    let mut last = 0;
    for number in 0..3 {
        let copy = SqliteStorage::open(folder.path().join(format!("copy-{number}.db"))).unwrap();
        assert_eq!(count(&copy, of("bob")).await, 2_000);
        let pairs = count(&copy, of("alice")).await;
        assert_eq!(pairs % 2, 1, "a pair was torn apart");
        assert!(last <= pairs && pairs <= whole);
        last = pairs;
    }
}

#[tokio::test]
async fn a_backup_is_a_storage_of_its_own_with_its_indexes() {
    let (folder, other) = (Folder::new(), Folder::new());
    let storage = folder.open();
    storage.create_indexes("notes", &[Index::new("items", [("slug", 1)]).unique()]).await.unwrap();
    insert(&storage, of("alice"), "a", doc! { "slug": "home" }).await.unwrap();
    storage.backup(other.file()).await.unwrap();
    insert(&storage, of("alice"), "b", doc! { "slug": "later" }).await.unwrap();

    let copy = other.open();
    assert_eq!(all(&copy, of("alice")).await, ["a"]);
    let conflict = insert(&copy, of("alice"), "c", doc! { "slug": "home" }).await.unwrap_err();
    assert!(matches!(conflict, StorageError::Conflict { index } if index == "slug"));
    insert(&copy, of("alice"), "c", doc! { "slug": "own" }).await.unwrap();
    let query = Query::new(some(doc! { "slug": "own" }));
    assert_eq!(ids(&storage, of("alice"), query).await, [""; 0]);
}

#[tokio::test]
async fn a_file_that_is_there_is_not_overwritten() {
    let folder = Folder::new();
    let storage = folder.open();
    let target = folder.path().join("precious.txt");
    fs::write(&target, "precious").unwrap();
    let refused = storage.backup(&target).await.unwrap_err();
    assert!(matches!(&refused, StorageError::Invalid(text) if text.contains("precious.txt")), "{refused:?}");
    assert!(storage.backup(folder.file()).await.is_err());
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");

    let refused = storage.backup(folder.path().join("no/copy.db")).await.unwrap_err();
    assert!(matches!(refused, StorageError::Unavailable { .. }), "{refused:?}");
    assert_eq!(folder.names(), ["app.db", "app.db-lock", "app.db-shm", "app.db-wal", "precious.txt"]);
}

#[tokio::test]
async fn backups_at_once_to_one_file_do_not_disturb_each_other() {
    let folder = Folder::new();
    let storage = folder.open();
    let much: Vec<_> =
        (0..2_000).map(|number| new(format!("{number}"), &doc! { "text": "x".repeat(2_000) })).collect();
    storage.insert(of("bob"), much).await.unwrap();
    // As a crash leaves it, or as one has it that is under way.
    let other = folder.path().join(format!("copy.db-partial-{}-0", std::process::id()));
    fs::write(&other, "of another").unwrap();

    let target = folder.path().join("copy.db");
    let done = futures_util::future::join_all((0..6).map(|_| storage.backup(&target))).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    let refused = |error: &StorageError| matches!(error, StorageError::Invalid(_));
    assert!(done.iter().filter_map(|done| done.as_ref().err()).all(refused), "{done:?}");
    assert_eq!(fs::read_to_string(&other).unwrap(), "of another");
    fs::remove_file(&other).unwrap();
    assert_eq!(folder.names(), ["app.db", "app.db-lock", "app.db-shm", "app.db-wal", "copy.db"]);
    assert_eq!(count(&SqliteStorage::open(target).unwrap(), of("bob")).await, 2_000);
}

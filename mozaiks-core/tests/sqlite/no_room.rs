//! No room for more: an error, nothing lost, and all as before once there is room.

use bson::doc;
use futures_util::future::join_all;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{Storage, StorageError};

use crate::support::{Folder, all, count, insert, large, of, some, update};

const SIZE: u64 = 400 * 1024;

fn small(folder: &Folder) -> SqliteStorage {
    SqliteStorage::builder(folder.file()).max_size(SIZE).open().unwrap()
}

#[tokio::test]
async fn a_full_file_refuses_writes_and_takes_them_again_when_there_is_room() {
    let folder = Folder::new();
    let storage = small(&folder);
    let mut written = Vec::new();
    let refused = loop {
        let id = format!("{:04}", written.len());
        match insert(&storage, of("alice"), id.as_str(), large(3_000)).await {
            Ok(()) => written.push(id),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StorageError::Unavailable { source: Some(_) }), "{refused:?}");
    assert!(written.len() > 50);
    assert_eq!(all(&storage, of("alice")).await, written);

    // Reading goes on, and so does what needs no room.
    storage.ping().await.unwrap();
    update(&storage, of("alice"), doc! { "_id": "0000" }, doc! { "$set": { "text": "x" } }, false)
        .await
        .unwrap();
    let beyond = some(doc! { "_id": { "$gte": "0030" } });
    assert_eq!(storage.delete(of("alice"), beyond, true).await.unwrap(), written.len() as u64 - 30);
    for number in 0..20 {
        insert(&storage, of("alice"), format!("again-{number}"), large(3_000)).await.unwrap();
    }
    drop(storage);
    let storage = folder.open();
    assert_eq!(count(&storage, of("alice")).await, 50);
    insert(&storage, of("alice"), "more", large(1_000_000)).await.unwrap();
}

#[tokio::test]
async fn one_write_too_large_does_no_harm_to_those_beside_it() {
    let folder = Folder::new();
    let storage = small(&folder);
    insert(&storage, of("alice"), "first", doc! {}).await.unwrap();
    let writes = (0..40).map(|number| {
        let document = if number % 10 == 5 {
            large(2_000_000)
        } else {
            doc! { "n": number }
        };
        insert(&storage, of("alice"), format!("{number:02}"), document)
    });
    let done = join_all(writes).await;
    for (number, done) in done.iter().enumerate() {
        assert_eq!(done.is_ok(), number % 10 != 5, "{number}: {done:?}");
    }
    assert_eq!(count(&storage, of("alice")).await, 37);
    storage.close().await.unwrap();
    assert_eq!(count(&folder.open(), of("alice")).await, 37);
}

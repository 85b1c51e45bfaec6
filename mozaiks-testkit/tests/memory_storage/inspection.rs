//! Looking into a storage, and putting it back.

use bson::doc;
use mozaiks_core::storage::{Query, Storage, StorageScope};
use mozaiks_testkit::storage::MemoryStorage;
use serde_json::json;

use super::{ALICE, BOB, all, by_id, get, ids, insert, shared};

#[tokio::test]
async fn a_dump_lists_every_scope_and_its_documents_in_order() {
    let storage = MemoryStorage::new();
    assert_eq!(storage.dump(), json!({}));
    insert(&storage, ALICE, "b", doc! { "n": 1_i64, "at": bson::DateTime::from_millis(0) }).await.unwrap();
    insert(&storage, ALICE, "65301c2f9d1e8b3a4c5d6e7f", doc! {}).await.unwrap();
    insert(&storage, BOB, "a", doc! { "title": "Milk" }).await.unwrap();
    insert(&storage, shared(BOB), "a", doc! { "n": 1.5 }).await.unwrap();
    insert(&storage, StorageScope { user_id: "*", app_id: "a/b%", ..ALICE }, "a", doc! {}).await.unwrap();
    // One that is empty again is not listed.
    let gone = StorageScope { collection: "gone", ..ALICE };
    insert(&storage, gone, "a", doc! {}).await.unwrap();
    storage.delete(gone, by_id("a"), false).await.unwrap();

    assert_eq!(
        storage.dump(),
        json!({
            "acme/alice/notes/items": [
                { "_id": "b", "n": 1, "at": { "$date": "1970-01-01T00:00:00Z" } },
                { "_id": { "$oid": "65301c2f9d1e8b3a4c5d6e7f" } },
            ],
            "acme/bob/notes/items": [{ "_id": "a", "title": "Milk" }],
            "acme/*/notes/items": [{ "_id": "a", "user_id": "bob", "n": 1.5 }],
            "a%2Fb%25/%2A/notes/items": [{ "_id": "a" }],
        })
    );
    assert_eq!(storage.len(), 5);
}

#[tokio::test]
async fn a_snapshot_brings_everything_back_and_nothing_else() {
    let storage = MemoryStorage::new();
    insert(&storage, ALICE, "b", doc! { "n": 1 }).await.unwrap();
    insert(&storage, ALICE, "a", doc! { "n": 1 }).await.unwrap();
    let (snapshot, dump) = (storage.snapshot(), storage.dump());

    super::update(&storage, ALICE, by_id("b"), doc! { "$set": { "n": 2 } }).await.unwrap();
    storage.delete(ALICE, by_id("a"), false).await.unwrap();
    insert(&storage, BOB, "new", doc! {}).await.unwrap();
    assert_ne!(storage.dump(), dump);

    for _ in 0..2 {
        storage.restore(&snapshot);
        assert_eq!(storage.dump(), dump);
        assert_eq!(ids(&storage, ALICE, Query::new(all())).await, ["a", "b"]);
        insert(&storage, ALICE, "later", doc! {}).await.unwrap();
    }
    let other = MemoryStorage::new();
    other.restore(&snapshot);
    assert_eq!(other.dump(), dump);
}

#[tokio::test]
async fn clones_are_handles_to_one_storage() {
    let storage = MemoryStorage::new();
    insert(&storage.clone(), ALICE, "a", doc! { "n": 1 }).await.unwrap();
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 1 }));
    assert_eq!(format!("{storage:?}"), "MemoryStorage { len: 1, .. }");
}

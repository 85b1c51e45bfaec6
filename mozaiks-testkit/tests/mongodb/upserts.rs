//! Upserts under ids that others have, and by many at once.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{Change, Selector, Storage, StorageScope, UpdateOptions};

use crate::ask::{ALICE, BOB, conflict, find, get, insert, now, raw};
use crate::server::with_database;

const MADE: [u8; 12] = [9; 12];

async fn upsert(
    storage: &impl Storage,
    scope: StorageScope<'_>,
    filter: Document,
    change: Change,
) -> Result<Option<DocumentId>, mozaiks_core::storage::StorageError> {
    let mut options = UpdateOptions::new(now());
    options.upsert = Some(ObjectId::from_bytes(MADE).into());
    Ok(storage.update(scope, Selector::Filter(filter), change, options).await?.upserted)
}

#[tokio::test]
async fn an_upsert_under_an_id_that_somebody_else_has_makes_my_own() {
    with_database(|database| async move {
        let storage = database.storage().await;
        for id in [DocumentId::from("home"), ObjectId::new().into()] {
            insert(&storage, ALICE, &id, doc! { "of": "alice" }).await.unwrap();
            let change = Change::Operators(doc! { "$inc": { "n": 1 } });
            let filter = doc! { "_id": id.clone() };
            let first = upsert(&storage, BOB, filter.clone(), change.clone()).await.unwrap();
            assert_eq!(first, Some(id.clone()));
            let second = upsert(&storage, BOB, filter, change).await.unwrap();
            assert_eq!(second, None);
            assert_eq!(get(&storage, BOB, &id).await, Some(doc! { "n": 2 }));
            assert_eq!(get(&storage, ALICE, &id).await, Some(doc! { "of": "alice" }));
        }
        assert_eq!(find(&storage, BOB, doc! {}).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_upsert_whose_document_is_there_but_not_meant_is_a_conflict() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let id = ObjectId::new();
        // In the form that an id has which somebody else had first.
        insert(&storage, ALICE, id, doc! {}).await.unwrap();
        insert(&storage, BOB, id, doc! { "n": 1 }).await.unwrap();
        storage.delete(ALICE, Selector::Id(id.into()), false).await.unwrap();
        let filter = doc! { "_id": id, "n": 2 };
        let changes =
            [Change::Operators(doc! { "$set": { "m": 1 } }), Change::Replacement(raw(&doc! { "m": 1 }))];
        for change in changes {
            assert_eq!(conflict(upsert(&storage, BOB, filter.clone(), change).await), "_id");
        }
        assert_eq!(find(&storage, BOB, doc! {}).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_replacement_is_inserted_under_the_id_that_is_demanded() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let change = Change::Replacement(raw(&doc! { "n": 1 }));
        let made = upsert(&storage, ALICE, doc! { "_id": "home" }, change.clone()).await.unwrap();
        assert_eq!(made, Some("home".into()));
        let made = upsert(&storage, ALICE, doc! { "n": 9 }, change).await.unwrap();
        assert_eq!(made, Some(ObjectId::from_bytes(MADE).into()));
        assert_eq!(get(&storage, ALICE, "home").await, Some(doc! { "n": 1 }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_upserts_of_one_id_one_inserts_and_none_is_lost() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, ALICE, ObjectId::from_bytes([3; 12]), doc! {}).await.unwrap();
        for id in [DocumentId::from("counter"), ObjectId::from_bytes([3; 12]).into()] {
            let bump = || Change::Operators(doc! { "$inc": { "n": 1 } });
            let bumps = (0..32).map(|_| upsert(&storage, BOB, doc! { "_id": id.clone() }, bump()));
            let done = futures_util::future::join_all(bumps).await;
            let inserted = done.into_iter().filter(|done| done.as_ref().unwrap().is_some()).count();
            assert_eq!(inserted, 1);
            assert_eq!(get(&storage, BOB, &id).await, Some(doc! { "n": 32 }));
        }
    })
    .await;
}

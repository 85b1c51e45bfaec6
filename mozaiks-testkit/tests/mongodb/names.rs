//! Collections whose names on the server could be taken for another's.

use mongodb::bson::doc;
use mozaiks_core::storage::{Storage, StorageError, StorageScope};

use crate::ask::{ALICE, find, get, insert};
use crate::server::with_database;

const FIRST: StorageScope<'static> = StorageScope { plugin: "a", collection: "b_c", ..ALICE };
const SECOND: StorageScope<'static> = StorageScope { plugin: "a_b", collection: "c", ..ALICE };

#[tokio::test]
async fn two_plugins_whose_collections_have_one_name_do_not_meet() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, FIRST, "id", doc! { "of": "a" }).await.unwrap();
        insert(&storage, SECOND, "id", doc! { "of": "a_b" }).await.unwrap();
        // A process that starts later and asks in another order knows whose is which.
        for storage in [storage, database.storage().await] {
            assert_eq!(get(&storage, SECOND, "id").await, Some(doc! { "of": "a_b" }));
            assert_eq!(get(&storage, FIRST, "id").await, Some(doc! { "of": "a" }));
        }
        let plain = database.collection("a_b_c").count_documents(doc! {}).await.unwrap();
        let other = database.collection("_mozaiks.a_b.c").count_documents(doc! {}).await.unwrap();
        assert_eq!((plain, other), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn many_that_use_a_collection_first_at_the_same_time_agree_on_its_name() {
    with_database(|database| async move {
        let (one, two) = (database.storage().await, database.storage().await);
        let uses = (0..16).map(|n| {
            let (storage, scope) = if n % 2 == 0 { (&one, FIRST) } else { (&two, SECOND) };
            insert(storage, scope, format!("id{n}"), doc! { "of": scope.plugin })
        });
        for done in futures_util::future::join_all(uses).await {
            done.unwrap();
        }
        for scope in [FIRST, SECOND] {
            let found = find(&one, scope, doc! {}).await;
            assert_eq!(found.len(), 8);
            assert!(found.iter().all(|found| found.document.get_str("of").unwrap() == scope.plugin));
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_that_could_be_taken_for_another_is_refused() {
    with_database(|database| async move {
        let storage = database.storage().await;
        for name in ["", "items.shared", "$cmd", "a/b", "Items", "items\0", &"n".repeat(65)] {
            let scope = StorageScope { collection: name, ..ALICE };
            let refused = insert(&storage, scope, "id", doc! {}).await.unwrap_err();
            assert!(matches!(refused, StorageError::Invalid(_)), "{name:?}: {refused:?}");
        }
        let own = StorageScope { collection: "_kv", ..ALICE };
        insert(&storage, own, "id", doc! {}).await.unwrap();
        storage.ping().await.unwrap();
    })
    .await;
}

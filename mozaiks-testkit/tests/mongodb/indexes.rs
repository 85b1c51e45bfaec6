//! Indexes on the server: what a plugin declares, with the scope first.

use std::time::Duration;

use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use mozaiks_core::storage::{Index, Selector, Storage, StorageScope};

use crate::ask::{ALICE, ALICE_SHARES, BOB, BOB_SHARES, ELSEWHERE, conflict, find, insert, update};
use crate::server::{Database, is_stand_in, skip_if, with_database};

async fn names(database: &Database, collection: &str) -> Vec<String> {
    let mut names = database.collection(collection).list_index_names().await.unwrap();
    names.sort();
    names
}

async fn keys(database: &Database, collection: &str, name: &str) -> IndexModel {
    let mut indexes = database.collection(collection).list_indexes().await.unwrap();
    while indexes.advance().await.unwrap() {
        let index = indexes.deserialize_current().unwrap();
        if index.options.as_ref().and_then(|options| options.name.as_deref()) == Some(name) {
            return index;
        }
    }
    panic!("there is no {name}")
}

#[tokio::test]
async fn a_unique_index_keeps_values_apart_for_each_user_and_a_conflict_names_it() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let slug = Index::new("items", [("slug", 1)]).unique().name("one_slug");
        storage.create_indexes("notes", &[slug]).await.unwrap();
        for scope in [ALICE, BOB, ELSEWHERE] {
            insert(&storage, scope, "first", doc! { "slug": "a" }).await.unwrap();
            insert(&storage, scope, "second", doc! { "slug": "b" }).await.unwrap();
            assert_eq!(conflict(insert(&storage, scope, "third", doc! { "slug": "a" }).await), "one_slug");
            let same = doc! { "$set": { "slug": "a" } };
            let changed = update(&storage, scope, Selector::Id("second".into()), same).await;
            assert_eq!(conflict(changed), "one_slug");
            assert_eq!(find(&storage, scope, doc! { "slug": "b" }).await.len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_unique_index_of_what_is_shared_holds_for_the_app() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let slug = Index::new("items", [("slug", 1)]).unique().shared();
        storage.create_indexes("notes", &[slug]).await.unwrap();
        insert(&storage, ALICE_SHARES, "a", doc! { "slug": "a" }).await.unwrap();
        assert_eq!(conflict(insert(&storage, BOB_SHARES, "b", doc! { "slug": "a" }).await), "slug");
        let elsewhere = StorageScope { app_id: "school", ..BOB_SHARES };
        insert(&storage, elsewhere, "b", doc! { "slug": "a" }).await.unwrap();
        for id in ["c", "d"] {
            insert(&storage, ALICE, id, doc! { "slug": "a" }).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn indexes_begin_with_the_scope() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let declared = [
            Index::new("items", [("folder", 1), ("at", -1)]),
            Index::new("items", [("code", 1)]).unique().sparse(),
            Index::new("items", [("gone_at", 1)]).expire_after(Duration::from_secs(90)),
            Index::new("items", [("n", -1)]).shared(),
        ];
        storage.create_indexes("notes", &declared).await.unwrap();
        find(&storage, ALICE, doc! {}).await;
        find(&storage, ALICE_SHARES, doc! {}).await;

        let folder = keys(&database, "notes_items", "mozaiks.folder_at").await;
        assert_eq!(folder.keys, doc! { "app_id": 1, "user_id": 1, "folder": 1, "at": -1 });
        let expiry = keys(&database, "notes_items", "mozaiks.gone_at").await;
        assert_eq!(expiry.keys, doc! { "gone_at": 1 });
        assert_eq!(expiry.options.unwrap().expire_after, Some(Duration::from_secs(90)));
        let shared = keys(&database, "notes_items.shared", "mozaiks.n").await;
        assert_eq!(shared.keys, doc! { "app_id": 1, "n": -1 });
        let of_user = keys(&database, "notes_items", "mozaiks_user").await;
        assert_eq!(of_user.keys, doc! { "app_id": 1, "user_id": 1, "_id": 1 });
        let of_app = keys(&database, "notes_items.shared", "mozaiks_app").await;
        assert_eq!(of_app.keys, doc! { "app_id": 1, "_id": 1 });
        assert_eq!(keys(&database, "notes_items", "mozaiks.code").await.options.unwrap().unique, Some(true));
    })
    .await;
}

#[tokio::test]
async fn a_sparse_unique_index_leaves_out_documents_without_the_field() {
    with_database(|database| async move {
        if skip_if(is_stand_in(&database.uri).await, "this server knows no partial indexes") {
            return;
        }
        let storage = database.storage().await;
        let code = Index::new("items", [("code", 1)]).unique().sparse();
        storage.create_indexes("notes", &[code]).await.unwrap();
        insert(&storage, ALICE, "a", doc! {}).await.unwrap();
        insert(&storage, ALICE, "b", doc! {}).await.unwrap();
        insert(&storage, ALICE, "c", doc! { "code": 1 }).await.unwrap();
        assert_eq!(conflict(insert(&storage, ALICE, "d", doc! { "code": 1 }).await), "code");
    })
    .await;
}

#[tokio::test]
async fn an_index_that_is_declared_no_longer_goes_and_others_stay() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let options = IndexOptions::builder().name("by_hand".to_owned()).build();
        let by_hand = IndexModel::builder().keys(doc! { "title": 1 }).options(options).build();
        database.collection("notes_items").create_index(by_hand).await.unwrap();
        insert(&storage, ALICE, "a", doc! { "slug": "a" }).await.unwrap();

        let slug = Index::new("items", [("slug", 1)]);
        storage.create_indexes("notes", &[slug.clone(), Index::new("items", [("n", 1)])]).await.unwrap();
        storage.create_indexes("other", &[Index::new("items", [("m", 1)])]).await.unwrap();
        let all = ["_id_", "by_hand", "mozaiks.n", "mozaiks.slug", "mozaiks_user"];
        assert_eq!(names(&database, "notes_items").await, all);
        // Another definition under the same name, and one that is gone. Another process may say so.
        let storage = database.storage().await;
        storage.create_indexes("notes", &[slug.clone().unique()]).await.unwrap();
        assert_eq!(
            names(&database, "notes_items").await,
            ["_id_", "by_hand", "mozaiks.slug", "mozaiks_user"]
        );
        assert_eq!(conflict(insert(&storage, ALICE, "b", doc! { "slug": "a" }).await), "slug");
        storage.create_indexes("notes", &[]).await.unwrap();
        assert_eq!(names(&database, "notes_items").await, ["_id_", "by_hand", "mozaiks_user"]);
        assert!(names(&database, "other_items").await.contains(&"mozaiks.m".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_unique_index_over_equal_values_is_a_conflict_and_nothing_is_changed() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let before = [Index::new("items", [("slug", 1)]), Index::new("items", [("n", 1)])];
        storage.create_indexes("notes", &before).await.unwrap();
        insert(&storage, ALICE, "a", doc! { "slug": "a" }).await.unwrap();
        insert(&storage, ALICE, "b", doc! { "slug": "a" }).await.unwrap();
        let there = names(&database, "notes_items").await;
        let after = [Index::new("items", [("new", 1)]), Index::new("items", [("slug", 1)]).unique()];
        assert_eq!(conflict(storage.create_indexes("notes", &after).await), "slug");
        assert_eq!(names(&database, "notes_items").await, there);
        let slug = keys(&database, "notes_items", "mozaiks.slug").await;
        assert_ne!(slug.options.unwrap().unique, Some(true));
    })
    .await;
}

/// On a server that explains itself.
#[tokio::test]
async fn a_declared_index_is_used() {
    with_database(|database| async move {
        if skip_if(is_stand_in(&database.uri).await, "this server does not explain its plans") {
            return;
        }
        let storage = database.storage().await;
        storage.create_indexes("notes", &[Index::new("items", [("folder", 1), ("at", -1)])]).await.unwrap();
        insert(&storage, ALICE, "a", doc! { "folder": 1, "at": 1 }).await.unwrap();
        let filter = doc! { "app_id": "shop", "user_id": "alice", "folder": 1 };
        let find = doc! { "find": "notes_items", "filter": filter, "sort": { "at": -1 } };
        let plan: Document = database.run(doc! { "explain": find, "verbosity": "queryPlanner" }).await;
        assert!(plan.to_string().contains("mozaiks.folder_at"), "{plan}");
    })
    .await;
}

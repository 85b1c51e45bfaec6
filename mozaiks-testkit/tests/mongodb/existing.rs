//! What an existing application has written, and what this one writes beside it.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mozaiks_core::storage::{NewDocument, Selector, Storage};

use crate::ask::{ALICE, ALICE_SHARES, BOB, BOB_SHARES, ELSEWHERE, find, get, insert, raw, update};
use crate::server::with_database;

#[tokio::test]
async fn a_document_is_plain_on_the_server() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let id = ObjectId::new();
        let new = NewDocument::generated(id, raw(&doc! { "title": "Milk", "n": 1 }));
        storage.insert(ALICE, vec![new]).await.unwrap();
        let there = database.collection("notes_items").find_one(doc! {}).await.unwrap().unwrap();
        let expected = doc! { "_id": id, "app_id": "shop", "user_id": "alice", "title": "Milk", "n": 1 };
        assert_eq!(there, expected);

        insert(&storage, ALICE_SHARES, "poll", doc! { "n": 2 }).await.unwrap();
        let shared = database.collection("notes_items.shared").find_one(doc! {}).await.unwrap().unwrap();
        let fields = ["_mozaiks_id", "user_id", "app_id"].map(|name| shared.get_str(name).unwrap());
        assert_eq!(fields, ["poll", "alice", "shop"]);
    })
    .await;
}

#[tokio::test]
async fn documents_of_an_existing_application_are_found_and_changed() {
    with_database(|database| async move {
        let (id, text) = (ObjectId::new(), "welcome");
        let there = database.collection("notes_items");
        // Fields in whatever order, and one that some tool of the platform has left.
        let old = doc! { "_id": id, "title": "Old", "user_id": "alice", "_mozaiks_mark": 1, "app_id": "shop", "n": 1 };
        let named = doc! { "_id": text, "title": "Named", "user_id": "alice", "app_id": "shop" };
        there.insert_many([old, named]).await.unwrap();

        let storage = database.storage().await;
        assert_eq!(get(&storage, ALICE, id).await, Some(doc! { "title": "Old", "n": 1 }));
        assert_eq!(get(&storage, ALICE, text).await, Some(doc! { "title": "Named" }));
        assert_eq!(find(&storage, ALICE, doc! { "_id": { "$gte": "a" } }).await.len(), 1);
        assert_eq!(find(&storage, BOB, doc! {}).await, []);
        assert_eq!(find(&storage, ELSEWHERE, doc! {}).await, []);

        let taken = insert(&storage, ALICE, text, doc! {}).await;
        assert_eq!(crate::ask::conflict(taken), "_id");
        let outcome = update(&storage, ALICE, Selector::Id(text.into()), doc! { "$set": { "n": 2 } }).await;
        assert_eq!(outcome.unwrap().modified, 1);
        let there = there.find_one(doc! { "_id": text }).await.unwrap().unwrap();
        assert_eq!(there.get_i32("n").unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_document_without_an_app_is_of_the_app_that_the_host_names() {
    with_database(|database| async move {
        let there = database.collection("notes_items");
        there.insert_one(doc! { "user_id": "alice", "n": 1 }).await.unwrap();
        there.insert_one(doc! { "user_id": "alice", "n": 2, "app_id": "school" }).await.unwrap();

        let silent = database.storage().await;
        assert_eq!(find(&silent, ALICE, doc! {}).await, []);
        let storage = database.builder().app_of_unmarked("shop").connect().await.unwrap();
        assert_eq!(find(&storage, BOB, doc! {}).await, []);
        assert_eq!(find(&storage, ELSEWHERE, doc! {}).await.len(), 1);
        let found = find(&storage, ALICE, doc! {}).await;
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(one.document, raw(&doc! { "n": 1 }));

        let change = doc! { "$inc": { "n": 5 } };
        let outcome = update(&storage, ALICE, Selector::Id(one.id.clone()), change).await.unwrap();
        assert_eq!(outcome.modified, 1);
        let counted = storage.count(ALICE, Selector::Filter(doc! { "n": 6 })).await.unwrap();
        assert_eq!(counted, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_private_and_what_is_shared_are_two_collections() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, ALICE, "one", doc! { "n": 1 }).await.unwrap();
        insert(&storage, ALICE_SHARES, "one", doc! { "n": 2 }).await.unwrap();
        assert_eq!(get(&storage, ALICE, "one").await, Some(doc! { "n": 1 }));
        assert_eq!(get(&storage, BOB_SHARES, "one").await, Some(doc! { "n": 2 }));
        let owner = find(&storage, BOB_SHARES, doc! {}).await.remove(0).owner;
        assert_eq!(owner.as_deref(), Some("alice"));
        // A replacement by somebody else leaves the owner.
        let change = mozaiks_core::storage::Change::Replacement(raw(&doc! { "n": 3 }));
        let options = mozaiks_core::storage::UpdateOptions::new(crate::ask::now());
        let outcome = storage.update(BOB_SHARES, Selector::Id("one".into()), change, options).await.unwrap();
        assert_eq!((outcome.matched, outcome.modified), (1, 1));
        let found = find(&storage, BOB_SHARES, doc! {}).await.remove(0);
        assert_eq!((found.owner.as_deref(), found.document), (Some("alice"), raw(&doc! { "n": 3 })));
        let none: Option<Document> =
            database.collection("notes_items").find_one(doc! { "n": 3 }).await.unwrap();
        assert_eq!(none, None);
    })
    .await;
}

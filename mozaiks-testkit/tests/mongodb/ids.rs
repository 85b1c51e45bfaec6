//! Ids, which on the server are unique in a whole collection.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, Regex, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{Change, NewDocument, Selector, Sharing, Storage, StorageScope, UpdateOptions};
use mozaiks_testkit::storage::MemoryStorage;

use crate::ask::{
    ALICE, ALICE_SHARES, BOB, BOB_SHARES, ELSEWHERE, chosen, conflict, find, get, insert, now, raw, update,
};
use crate::server::with_database;

fn object_id(number: u8) -> ObjectId {
    ObjectId::from_bytes([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number])
}

#[tokio::test]
async fn everybody_has_a_document_of_the_same_id() {
    with_database(|database| async move {
        let storage = database.storage().await;
        for id in [DocumentId::from("home"), object_id(1).into()] {
            for scope in [ALICE, BOB, ELSEWHERE, ALICE_SHARES] {
                insert(&storage, scope, &id, doc! { "of": scope.user_id, "in": scope.app_id }).await.unwrap();
                assert_eq!(conflict(insert(&storage, scope, &id, doc! {}).await), "_id");
            }
            assert_eq!(conflict(insert(&storage, BOB_SHARES, &id, doc! {}).await), "_id");
            for scope in [ALICE, BOB, ELSEWHERE] {
                let expected = doc! { "of": scope.user_id, "in": scope.app_id };
                assert_eq!(get(&storage, scope, &id).await, Some(expected.clone()));
                let found = find(&storage, scope, doc! { "_id": id.clone() }).await;
                assert_eq!((&found[0].id, &found[0].document), (&id, &raw(&expected)));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_document_whose_id_somebody_else_has_is_changed_and_removed_by_it() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let id = DocumentId::from(object_id(1));
        insert(&storage, ALICE, &id, doc! { "n": 1 }).await.unwrap();
        insert(&storage, BOB, &id, doc! { "n": 1 }).await.unwrap();

        let changed = update(&storage, BOB, Selector::Id(id.clone()), doc! { "$set": { "n": 2 } }).await;
        assert_eq!(changed.unwrap().modified, 1);
        let same = doc! { "$set": { "_id": object_id(1), "m": 1 } };
        let filter = Selector::Filter(doc! { "n": 2 });
        assert_eq!(update(&storage, BOB, filter.clone(), same).await.unwrap().modified, 1);
        let other = doc! { "$set": { "_id": object_id(2), "m": 1 } };
        assert!(update(&storage, BOB, filter, other).await.is_err());
        assert_eq!(get(&storage, BOB, &id).await, Some(doc! { "n": 2, "m": 1 }));

        let replaced = Change::Replacement(raw(&doc! { "n": 3 }));
        let options = UpdateOptions::new(now());
        assert_eq!(
            storage.update(BOB, Selector::Id(id.clone()), replaced, options).await.unwrap().modified,
            1
        );
        assert_eq!(get(&storage, BOB, &id).await, Some(doc! { "n": 3 }));
        assert_eq!(storage.delete(BOB, Selector::Id(id.clone()), false).await.unwrap(), 1);
        assert_eq!(get(&storage, BOB, &id).await, None);
        assert_eq!(get(&storage, ALICE, &id).await, Some(doc! { "n": 1 }));
    })
    .await;
}

#[tokio::test]
async fn an_id_that_the_clock_makes_is_free_even_if_somebody_has_guessed_it() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, BOB, object_id(2), doc! { "of": "bob" }).await.unwrap();
        let made = (1..=3).map(|n| NewDocument::generated(object_id(n), raw(&doc! { "n": i32::from(n) })));
        storage.insert(ALICE, made.collect()).await.unwrap();
        assert_eq!(find(&storage, ALICE, doc! {}).await.len(), 3);
        assert_eq!(get(&storage, ALICE, object_id(2)).await, Some(doc! { "n": 2 }));
        assert_eq!(get(&storage, BOB, object_id(2)).await, Some(doc! { "of": "bob" }));
    })
    .await;
}

#[tokio::test]
async fn all_are_inserted_or_none() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, ALICE, "taken", doc! {}).await.unwrap();
        insert(&storage, BOB, object_id(1), doc! {}).await.unwrap();
        for twice in ["taken", "new"] {
            let first = chosen("new", &doc! { "n": 1 });
            let documents = vec![first, chosen(object_id(1), &doc! {}), chosen(twice, &doc! {})];
            assert_eq!(conflict(storage.insert(ALICE, documents).await), "_id");
        }
        let both = vec![chosen(object_id(1), &doc! {}), chosen(object_id(1), &doc! {})];
        assert_eq!(conflict(storage.insert(ALICE, both).await), "_id");
        let left: Vec<_> = find(&storage, ALICE, doc! {}).await.into_iter().map(|found| found.id).collect();
        assert_eq!(left, [DocumentId::from("taken")]);
        assert_eq!(find(&storage, BOB, doc! {}).await.len(), 1);
    })
    .await;
}

/// Whatever form an id has on the server, a filter means the id.
#[tokio::test]
async fn a_filter_of_ids_means_what_it_means_in_memory() {
    with_database(|database| async move {
        let (storage, memory) = (database.storage().await, MemoryStorage::new());
        // Bob has some of the ids already.
        for id in [DocumentId::from("b"), object_id(1).into(), object_id(3).into()] {
            insert(&storage, BOB, id, doc! { "n": 0 }).await.unwrap();
        }
        for (n, id) in ids().into_iter().enumerate() {
            let document = doc! { "n": i32::try_from(n).unwrap() };
            insert(&storage, ALICE, &id, document.clone()).await.unwrap();
            insert(&memory, ALICE, &id, document).await.unwrap();
        }
        for filter in filters() {
            let mut there = ids_of(&storage, filter.clone()).await;
            let mut here = ids_of(&memory, filter.clone()).await;
            there.sort();
            here.sort();
            assert_eq!(there, here, "{filter}");
            let count = storage.count(ALICE, Selector::Filter(filter.clone())).await.unwrap();
            assert_eq!(count, here.len() as u64, "{filter}");
        }
        let distinct = storage.distinct(ALICE, "_id", Selector::Filter(doc! {})).await.unwrap();
        assert_eq!(distinct, memory.distinct(ALICE, "_id", Selector::Filter(doc! {})).await.unwrap());
    })
    .await;
}

fn ids() -> Vec<DocumentId> {
    let texts = ["a", "b", "b.c", "~", "k:1"].map(DocumentId::from);
    texts.into_iter().chain((1..=4).map(|number| object_id(number).into())).collect()
}

fn filters() -> Vec<Document> {
    let regex =
        |pattern: &str| Regex { pattern: pattern.try_into().unwrap(), options: "i".try_into().unwrap() };
    let conditions: Vec<Bson> = vec![
        "b".into(),
        object_id(3).into(),
        Bson::Null,
        7.into(),
        Bson::RegularExpression(regex("^B")),
        doc! { "$eq": object_id(1) }.into(),
        doc! { "$ne": "b" }.into(),
        doc! { "$ne": object_id(1) }.into(),
        doc! { "$in": ["a", object_id(1), "none"] }.into(),
        doc! { "$in": ["a", Bson::RegularExpression(regex("^k"))] }.into(),
        doc! { "$in": [] }.into(),
        doc! { "$nin": ["a", object_id(1)] }.into(),
        doc! { "$gt": "a" }.into(),
        doc! { "$gte": "b", "$lt": "c" }.into(),
        doc! { "$lt": object_id(3) }.into(),
        doc! { "$gte": object_id(2) }.into(),
        doc! { "$exists": true }.into(),
        doc! { "$exists": false }.into(),
        doc! { "$type": "string" }.into(),
        doc! { "$type": "objectId" }.into(),
        doc! { "$regex": "^[ab]" }.into(),
        doc! { "$not": { "$regex": "^[ab]" } }.into(),
        doc! { "$not": { "$in": ["a", object_id(3)] } }.into(),
        doc! { "$size": 1 }.into(),
    ];
    let alone = conditions.iter().map(|condition| doc! { "_id": condition.clone() });
    let beside = conditions.iter().map(|condition| doc! { "n": { "$gt": 2 }, "_id": condition.clone() });
    let either =
        conditions.iter().map(|condition| doc! { "$or": [{ "_id": condition.clone() }, { "n": 0 }] });
    let neither = conditions.iter().map(
        |condition| doc! { "$and": [{ "$nor": [{ "_id": condition.clone() }] }, { "n": { "$lt": 7 } }] },
    );
    let inside = [doc! { "_id.x": Bson::Null }, doc! { "_id.x": 1 }];
    alone.chain(beside).chain(either).chain(neither).chain(inside).collect()
}

async fn ids_of(storage: &impl Storage, filter: Document) -> Vec<DocumentId> {
    find(storage, ALICE, filter).await.into_iter().map(|found| found.id).collect()
}

#[tokio::test]
async fn ids_sort_as_they_are() {
    with_database(|database| async move {
        let storage = database.storage().await;
        for id in ids() {
            insert(&storage, ALICE, id, doc! {}).await.unwrap();
        }
        let mut expected = ids();
        expected.sort();
        assert_eq!(ids_of(&storage, doc! {}).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_made_to_look_like_the_form_of_an_id_is_another_id() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, ALICE, "home", doc! { "n": 1 }).await.unwrap();
        let there = database.collection("notes_items").find_one(doc! {}).await.unwrap().unwrap();
        let form = there.get_str("_id").unwrap();
        for scope in [ALICE, BOB] {
            assert_eq!(get(&storage, scope, form).await, None);
            insert(&storage, scope, form, doc! { "n": 2 }).await.unwrap();
            assert_eq!(get(&storage, scope, form).await, Some(doc! { "n": 2 }));
        }
        assert_eq!(get(&storage, ALICE, "home").await, Some(doc! { "n": 1 }));
        // What separates an app from its user in a name is in neither.
        let apart = StorageScope { app_id: "shopa", user_id: "lice", ..ALICE };
        assert_eq!(get(&storage, apart, "home").await, None);
        insert(&storage, apart, "home", doc! { "n": 3 }).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_shared_document_of_another_is_in_the_way_of_mine() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let mine = StorageScope { sharing: Sharing::SharedMine, ..BOB };
        for id in [DocumentId::from("poll"), object_id(1).into()] {
            insert(&storage, ALICE_SHARES, &id, doc! {}).await.unwrap();
            assert_eq!(get(&storage, mine, &id).await, None);
            assert_eq!(conflict(insert(&storage, mine, &id, doc! {}).await), "_id");
            let mut options = UpdateOptions::new(now());
            options.upsert = Some(object_id(9).into());
            let change = Change::Operators(doc! { "$set": { "n": 1 } });
            let upsert = storage.update(mine, Selector::Id(id.clone()), change, options).await;
            assert_eq!(conflict(upsert), "_id");
        }
    })
    .await;
}

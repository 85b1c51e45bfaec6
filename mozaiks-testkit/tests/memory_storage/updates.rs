//! Updating, replacing, inserting where nothing matched.

use bson::oid::ObjectId;
use bson::{Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Query, Selector, Storage, StorageError, UpdateOptions, UpdateOutcome,
};
use mozaiks_testkit::storage::MemoryStorage;

use super::{ALICE, NOW, all, by_id, get, holding, ids, is_conflict, operators, raw, update, upserting};

fn many() -> UpdateOptions {
    let mut options = UpdateOptions::new(NOW);
    options.many = true;
    options
}

fn options(sort: Option<Document>, return_new: bool, upsert: Option<&str>) -> FindAndUpdateOptions {
    let mut options = FindAndUpdateOptions::new(NOW);
    (options.sort, options.return_new, options.upsert) = (sort, return_new, upsert.map(DocumentId::from));
    options
}

#[tokio::test]
async fn an_update_changes_one_document_or_all() {
    let storage = holding(vec![("a", doc! { "n": 1 }), ("b", doc! { "n": 1 }), ("c", doc! { "n": 5 })]).await;
    let ones = Selector::Filter(doc! { "n": 1 });
    let outcome = update(&storage, ALICE, ones.clone(), doc! { "$inc": { "n": 1 } }).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::new(1, 1));
    let set = operators(doc! { "$max": { "n": 2 } });
    let outcome = storage.update(ALICE, all(), set, many()).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::new(3, 1));
    assert_eq!(storage.distinct(ALICE, "n", all()).await.unwrap(), vec![2.into(), 5.into()]);
    let outcome = update(&storage, ALICE, by_id("nobody"), doc! { "$inc": { "n": 1 } }).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::new(0, 0));
    assert!(!ids(&storage, ALICE, Query::new(all())).await.contains(&"nobody".to_owned()));
}

#[tokio::test]
async fn the_first_document_that_cannot_be_changed_ends_the_call_and_keeps_its_shape() {
    let storage =
        holding(vec![("a", doc! { "n": 1 }), ("b", doc! { "m": 1, "n": "text" }), ("c", doc! { "n": 1 })])
            .await;
    let change = operators(doc! { "$inc": { "m": 1, "n": 1 } });
    assert!(matches!(storage.update(ALICE, all(), change, many()).await, Err(StorageError::Invalid(_))));
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 2, "m": 1 }));
    assert_eq!(get(&storage, ALICE, "b").await, Some(doc! { "m": 1, "n": "text" }));
    assert_eq!(get(&storage, ALICE, "c").await, Some(doc! { "n": 1 }));
}

#[tokio::test]
async fn the_id_never_changes() {
    let storage = holding(vec![("a", doc! { "n": 1 })]).await;
    let attempts = [
        doc! { "$set": { "_id": "b" } },
        doc! { "$unset": { "_id": "" } },
        doc! { "$rename": { "_id": "old" } },
        doc! { "$rename": { "n": "_id" } },
        doc! { "$set": { "_id.x": 1 } },
    ];
    for attempt in attempts {
        assert!(update(&storage, ALICE, by_id("a"), attempt.clone()).await.is_err(), "{attempt}");
    }
    let same = update(&storage, ALICE, by_id("a"), doc! { "$set": { "_id": "a" } }).await.unwrap();
    assert_eq!(same, UpdateOutcome::new(1, 0));
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 1 }));
    assert_eq!(storage.len(), 1);
}

#[tokio::test]
async fn a_replacement_takes_the_place_of_one_document_under_its_id() {
    let storage = holding(vec![("a", doc! { "n": 1 }), ("b", doc! { "n": 1 })]).await;
    let replacement = || Change::Replacement(raw(doc! { "title": "Milk" }));
    let one = UpdateOptions::new(NOW);
    for modified in [1, 0] {
        let outcome = storage.update(ALICE, by_id("b"), replacement(), one.clone()).await.unwrap();
        assert_eq!(outcome, UpdateOutcome::new(1, modified));
    }
    assert_eq!(get(&storage, ALICE, "b").await, Some(doc! { "title": "Milk" }));
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 1 }));
    let all_of_them = storage.update(ALICE, all(), replacement(), many()).await;
    assert!(matches!(all_of_them, Err(StorageError::Invalid(_))));
}

#[tokio::test]
async fn an_upsert_inserts_only_where_nothing_matches() {
    let storage = MemoryStorage::new();
    let milk = || Selector::Filter(doc! { "kind": "milk", "n": { "$gte": 0 } });
    let change = || operators(doc! { "$inc": { "n": 1 }, "$setOnInsert": { "fresh": true } });
    let outcome = storage.update(ALICE, milk(), change(), upserting("x")).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::upserted("x".into()));
    let outcome = storage.update(ALICE, milk(), change(), upserting("y")).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::new(1, 1));
    assert_eq!(get(&storage, ALICE, "x").await, Some(doc! { "kind": "milk", "fresh": true, "n": 2 }));
}

#[tokio::test]
async fn an_upsert_takes_the_id_that_is_demanded_before_the_one_it_is_given() {
    let storage = MemoryStorage::new();
    let set = || operators(doc! { "$set": { "n": 1 } });
    let hex = "65301c2f9d1e8b3a4c5d6e7f";
    let demands = [
        (by_id("by-id"), set(), "by-id"),
        (Selector::Filter(doc! { "_id": "by-filter" }), set(), "by-filter"),
        (Selector::Filter(doc! { "_id": ObjectId::parse_str(hex).unwrap() }), set(), hex),
        (all(), operators(doc! { "$setOnInsert": { "_id": "by-update" } }), "by-update"),
        (by_id("replaced"), Change::Replacement(raw(doc! { "n": 1 })), "replaced"),
        (
            Selector::Filter(doc! { "$and": [{ "_id": "pinned" }] }),
            Change::Replacement(raw(doc! {})),
            "pinned",
        ),
        (Selector::Filter(doc! { "_id": { "$gt": "zzz" } }), set(), "given"),
    ];
    for (selector, change, expected) in demands {
        // Each in a storage of its own, so that `all` finds nothing.
        let empty = storage.snapshot();
        let outcome = storage.update(ALICE, selector, change, upserting("given")).await.unwrap();
        assert_eq!(outcome.upserted, Some(DocumentId::from(expected)));
        assert!(get(&storage, ALICE, expected).await.is_some());
        storage.restore(&empty);
    }
    let number = storage.update(ALICE, Selector::Filter(doc! { "_id": 5 }), set(), upserting("given")).await;
    assert!(matches!(number, Err(StorageError::Invalid(_))), "{number:?}");
    assert!(storage.is_empty());
}

#[tokio::test]
async fn an_upsert_of_an_id_that_is_taken_is_a_conflict() {
    let storage = holding(vec![("a", doc! { "n": 1 })]).await;
    let filter = Selector::Filter(doc! { "_id": "a", "n": 2 });
    let change = operators(doc! { "$set": { "m": 1 } });
    assert!(is_conflict(&storage.update(ALICE, filter, change.clone(), upserting("x")).await));
    let fallback = storage.update(ALICE, Selector::Filter(doc! { "n": 2 }), change, upserting("a")).await;
    assert!(is_conflict(&fallback));
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 1 }));
}

#[tokio::test]
async fn find_and_update_gives_the_document_before_or_after() {
    let storage = holding(vec![("a", doc! { "n": 1 }), ("b", doc! { "n": 3 }), ("c", doc! { "n": 2 })]).await;
    let run = |selector, options| {
        let change = operators(doc! { "$inc": { "n": 10 } });
        storage.find_and_update(ALICE, selector, change, options)
    };
    let before = run(all(), options(Some(doc! { "n": -1 }), false, None)).await.unwrap().unwrap();
    assert_eq!((before.id, before.document), ("b".into(), raw(doc! { "n": 3 })));
    let after = run(all(), options(Some(doc! { "_id": -1 }), true, None)).await.unwrap().unwrap();
    assert_eq!((after.id, after.document), ("c".into(), raw(doc! { "n": 12 })));
    let first = run(all(), options(None, true, None)).await.unwrap().unwrap();
    assert_eq!((first.id, first.document), ("a".into(), raw(doc! { "n": 11 })));
    assert_eq!(run(by_id("none"), options(None, true, None)).await.unwrap(), None);
    assert_eq!(storage.distinct(ALICE, "n", all()).await.unwrap(), vec![11.into(), 12.into(), 13.into()]);
}

#[tokio::test]
async fn find_and_update_upserts_and_gives_only_what_is_new() {
    let storage = MemoryStorage::new();
    let change = || operators(doc! { "$set": { "n": 1 } });
    let nothing_before =
        storage.find_and_update(ALICE, by_id("a"), change(), options(None, false, Some("x"))).await.unwrap();
    assert_eq!(nothing_before, None);
    let filter = Selector::Filter(doc! { "_id": "b" });
    let inserted = storage
        .find_and_update(ALICE, filter, change(), options(None, true, Some("x")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((inserted.id, inserted.document), ("b".into(), raw(doc! { "n": 1 })));
    assert_eq!(ids(&storage, ALICE, Query::new(all())).await, ["a", "b"]);
}

#[tokio::test]
async fn the_current_date_is_the_time_that_the_call_gives() {
    let storage = holding(vec![("a", doc! {})]).await;
    update(&storage, ALICE, by_id("a"), doc! { "$currentDate": { "at": true } }).await.unwrap();
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "at": bson::DateTime::from(NOW) }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_callers_at_once_each_gets_a_turn_of_its_own() {
    let storage = holding(vec![("counter", doc! { "n": 0 })]).await;
    let turns = (0..200).map(|_| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let change = operators(doc! { "$inc": { "n": 1 } });
            let after = storage.find_and_update(ALICE, by_id("counter"), change, options(None, true, None));
            after.await.unwrap().unwrap().document.get_i32("n").unwrap()
        })
    });
    let mut seen = futures_util::future::try_join_all(turns).await.unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (1..=200).collect::<Vec<_>>());
}

//! Inserting, finding, counting, deleting.

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::eval::MAX_DOCUMENT_SIZE;
use mozaiks_core::storage::{NewDocument, Query, Selector, Storage, StorageError};
use mozaiks_testkit::storage::MemoryStorage;

use super::{ALICE, all, by_id, find, get, holding, ids, insert, is_conflict, new, raw};

fn sorted(sort: Document) -> Query {
    let mut query = Query::new(all());
    query.sort = Some(sort);
    query
}

#[tokio::test]
async fn a_document_comes_back_as_it_went_in_without_its_id() {
    let storage = MemoryStorage::new();
    let document = doc! { "title": "Milk", "tags": ["a"], "at": { "deep": 1 } };
    let made = DocumentId::from(ObjectId::new());
    for id in [made.clone(), DocumentId::from("home"), DocumentId::from("ü"), DocumentId::from("")] {
        let new = NewDocument::new(id.clone(), raw(document.clone()));
        storage.insert(ALICE, vec![new]).await.unwrap();
        let found = find(&storage, ALICE, Selector::Id(id.clone())).await;
        assert_eq!(found[0].id, id);
        assert_eq!(found[0].owner, None);
        assert_eq!(found[0].document, raw(document.clone()));
    }
    let by_filter = find(&storage, ALICE, Selector::Filter(doc! { "_id": made })).await;
    assert_eq!(by_filter.len(), 1);
    insert(&storage, ALICE, "empty", doc! {}).await.unwrap();
    assert_eq!(get(&storage, ALICE, "empty").await, Some(doc! {}));
}

#[tokio::test]
async fn documents_are_inserted_all_or_none() {
    let storage = holding(vec![("a", doc! { "n": 1 })]).await;
    let batch = vec![new("b", doc! {}), new("a", doc! { "n": 2 }), new("c", doc! {})];
    assert!(is_conflict(&storage.insert(ALICE, batch).await));
    assert_eq!(ids(&storage, ALICE, Query::new(all())).await, ["a"]);
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 1 }));

    let twice = vec![new("b", doc! {}), new("b", doc! {})];
    assert!(is_conflict(&storage.insert(ALICE, twice).await));
    assert_eq!(storage.len(), 1);
    insert(&storage, ALICE, "b", doc! {}).await.unwrap();
    storage.insert(ALICE, vec![]).await.unwrap();
    assert_eq!(ids(&storage, ALICE, Query::new(all())).await, ["a", "b"]);
}

#[tokio::test]
async fn a_document_too_deep_or_too_large_is_refused_and_nothing_is_stored() {
    let storage = MemoryStorage::new();
    let deep = (0..101).fold(doc! {}, |inner, _| doc! { "d": inner });
    let large = doc! { "text": "x".repeat(16 * 1024 * 1024) };
    for document in [deep, large] {
        let batch = vec![new("fine", doc! {}), new("not", document)];
        let refused = storage.insert(ALICE, batch).await;
        assert!(matches!(refused, Err(StorageError::TooLarge(_))), "{refused:?}");
    }
    assert!(storage.is_empty());
}

#[tokio::test]
async fn the_largest_document_there_may_be_can_be_kept_and_changed() {
    let overhead = raw(doc! { "n": 1, "text": "" }).as_bytes().len();
    let text = "x".repeat(MAX_DOCUMENT_SIZE - overhead);
    let storage = holding(vec![("a", doc! { "n": 1, "text": &text })]).await;
    super::update(&storage, ALICE, by_id("a"), doc! { "$set": { "n": 2 } }).await.unwrap();
    let grown = super::update(&storage, ALICE, by_id("a"), doc! { "$set": { "more": 2 } }).await;
    assert!(matches!(grown, Err(StorageError::TooLarge(_))));
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 2, "text": &text }));
}

#[tokio::test]
async fn without_a_sort_documents_come_in_the_order_of_their_ids() {
    let storage = holding(vec![("c", doc! {}), ("a", doc! {}), ("b", doc! {})]).await;
    storage.delete(ALICE, by_id("c"), false).await.unwrap();
    insert(&storage, ALICE, "c", doc! {}).await.unwrap();
    super::update(&storage, ALICE, by_id("a"), doc! { "$set": { "x": 1 } }).await.unwrap();
    assert_eq!(ids(&storage, ALICE, Query::new(all())).await, ["a", "b", "c"]);
    assert_eq!(ids(&storage, ALICE, sorted(doc! {})).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn the_order_survives_many_removals() {
    let storage = MemoryStorage::new();
    for n in 0..500 {
        insert(&storage, ALICE, &format!("{n:03}"), doc! { "n": n }).await.unwrap();
    }
    let removed =
        storage.delete(ALICE, Selector::Filter(doc! { "n": { "$mod": [7, 0] } }), true).await.unwrap();
    let more = storage.delete(ALICE, Selector::Filter(doc! { "n": { "$lt": 400 } }), true).await.unwrap();
    assert_eq!((removed, more), (72, 342));
    let expected: Vec<_> = (400..500).filter(|n| n % 7 != 0).map(|n| format!("{n:03}")).collect();
    assert_eq!(ids(&storage, ALICE, Query::new(all())).await, expected);
    for id in &expected {
        assert_eq!(get(&storage, ALICE, id).await, Some(doc! { "n": id.parse::<i32>().unwrap() }));
    }
}

#[tokio::test]
async fn ids_sort_in_bson_order_texts_before_object_ids() {
    let (early, late) = ("000000000000000000000001", "00000000000000000000000a");
    let storage = holding(vec![(late, doc! {}), ("z", doc! {}), (early, doc! {}), ("Z", doc! {})]).await;
    assert_eq!(ids(&storage, ALICE, sorted(doc! { "_id": 1 })).await, ["Z", "z", early, late]);
    assert_eq!(ids(&storage, ALICE, sorted(doc! { "_id": -1.0 })).await, [late, early, "z", "Z"]);
    let mut page = sorted(doc! { "_id": -1, "other": 1 });
    (page.skip, page.limit) = (1, Some(2));
    assert_eq!(ids(&storage, ALICE, page).await, [early, "z"]);
}

#[tokio::test]
async fn sorted_documents_that_are_equal_stay_in_the_order_of_their_ids() {
    let documents = (0..50).map(|n| (format!("{n:02}"), doc! { "n": n, "tens": n / 10 }));
    let storage = MemoryStorage::new();
    for (id, document) in documents.rev() {
        insert(&storage, ALICE, &id, document).await.unwrap();
    }
    let mut query = sorted(doc! { "tens": -1 });
    (query.skip, query.limit) = (8, Some(4));
    assert_eq!(ids(&storage, ALICE, query.clone()).await, ["48", "49", "30", "31"]);
    query.limit = None;
    assert_eq!(ids(&storage, ALICE, query).await.len(), 42);
}

#[tokio::test]
async fn the_total_counts_what_the_window_leaves_out() {
    let storage = MemoryStorage::new();
    for n in 0..10 {
        insert(&storage, ALICE, &format!("{n}"), doc! { "n": n }).await.unwrap();
    }
    let even = Selector::Filter(doc! { "n": { "$mod": [2, 0] } });
    let windows = [(0, Some(0), 0), (0, None, 5), (2, Some(2), 2), (4, Some(9), 1), (9, Some(1), 0)];
    for sort in [None, Some(doc! { "_id": -1 }), Some(doc! { "n": 1 })] {
        for (skip, limit, expected) in windows {
            let mut query = Query::new(even.clone());
            (query.skip, query.limit, query.sort) = (skip, limit, sort.clone());
            let found = storage.find(ALICE, query.clone()).await.unwrap();
            assert_eq!((found.documents.len(), found.total), (expected, None));
            query.count_all = true;
            let found = storage.find(ALICE, query.clone()).await.unwrap();
            assert_eq!((found.documents.len(), found.total), (expected, Some(5)));
            query.selector = all();
            assert_eq!(storage.find(ALICE, query).await.unwrap().total, Some(10));
        }
    }
    let mut one = Query::new(by_id("3"));
    (one.limit, one.count_all) = (Some(0), true);
    let found = storage.find(ALICE, one).await.unwrap();
    assert_eq!((found.documents.len(), found.total), (0, Some(1)));
    assert_eq!(storage.count(ALICE, even).await.unwrap(), 5);
    assert_eq!(storage.count(ALICE, all()).await.unwrap(), 10);
    assert_eq!(storage.count(ALICE, by_id("11")).await.unwrap(), 0);
}

#[tokio::test]
async fn an_id_in_a_filter_does_not_override_its_other_conditions() {
    let storage = holding(vec![("a", doc! { "n": 1 }), ("b", doc! { "n": 2 })]).await;
    let matching = |filter| find(&storage, ALICE, Selector::Filter(filter));
    assert_eq!(matching(doc! { "_id": "a", "n": 1 }).await.len(), 1);
    assert!(matching(doc! { "_id": "a", "n": 2 }).await.is_empty());
    assert!(matching(doc! { "$and": [{ "_id": "a" }, { "_id": "b" }] }).await.is_empty());
    assert!(matching(doc! { "_id": 5 }).await.is_empty());
    assert_eq!(matching(doc! { "_id": Bson::Symbol("a".into()) }).await.len(), 1);
    assert_eq!(matching(doc! { "_id": { "$in": ["a", "b"] } }).await.len(), 2);
    assert_eq!(matching(doc! { "_id": { "$gt": "a" } }).await.len(), 1);
    assert_eq!(matching(doc! { "$or": [{ "_id": "a" }, { "n": 2 }] }).await.len(), 2);
}

#[tokio::test]
async fn a_text_in_a_filter_is_no_object_id_even_if_it_is_written_like_one() {
    let hex = "65301c2f9d1e8b3a4c5d6e7f";
    let storage = holding(vec![(hex, doc! { "n": 1 })]).await;
    for filter in [doc! { "_id": hex }, doc! { "_id": hex, "n": 1 }, doc! { "_id": { "$eq": hex } }] {
        assert!(find(&storage, ALICE, Selector::Filter(filter)).await.is_empty());
    }
    let filter = doc! { "_id": DocumentId::from(hex) };
    assert_eq!(find(&storage, ALICE, Selector::Filter(filter)).await.len(), 1);
    assert_eq!(find(&storage, ALICE, by_id(hex)).await.len(), 1);
}

#[tokio::test]
async fn a_projection_shows_part_of_a_document_and_always_its_id() {
    let storage = holding(vec![("a", doc! { "x": 1, "y": { "z": 2, "w": 3 } })]).await;
    let cases = [
        (doc! { "x": 1 }, doc! { "x": 1 }),
        (doc! { "x": 1, "_id": 0 }, doc! { "x": 1 }),
        (doc! { "_id": 1 }, doc! {}),
        (doc! { "y.z": 0 }, doc! { "x": 1, "y": { "w": 3 } }),
    ];
    for (projection, expected) in cases {
        let mut query = Query::new(all());
        query.projection = Some(projection);
        let found = storage.find(ALICE, query).await.unwrap().documents;
        assert_eq!((found[0].id.to_string().as_str(), &found[0].document), ("a", &raw(expected)));
    }
}

#[tokio::test]
async fn distinct_gives_each_value_once_in_bson_order() {
    let storage = holding(vec![
        ("a", doc! { "v": ["b", 2] }),
        ("b", doc! { "v": 2.0 }),
        ("c", doc! { "v": [] }),
        ("d", doc! { "v": [Bson::Null, "a", "b", 1] }),
        ("e", doc! {}),
    ])
    .await;
    let values = storage.distinct(ALICE, "v", all()).await.unwrap();
    let expected: Vec<Bson> = vec![Bson::Null, 1.into(), 2.into(), "a".into(), "b".into()];
    assert_eq!(values, expected);
    assert_eq!(storage.distinct(ALICE, "v", by_id("b")).await.unwrap(), vec![Bson::Double(2.0)]);
    let of_some = Selector::Filter(doc! { "v": "b" });
    assert_eq!(storage.distinct(ALICE, "_id", of_some).await.unwrap(), vec!["a".into(), Bson::from("d")]);
    assert!(matches!(storage.distinct(ALICE, "a..b", all()).await, Err(StorageError::Invalid(_))));
}

#[tokio::test]
async fn delete_removes_one_or_all() {
    let storage = holding(vec![("b", doc! { "n": 1 }), ("a", doc! { "n": 1 }), ("c", doc! { "n": 2 })]).await;
    let ones = || Selector::Filter(doc! { "n": 1 });
    assert_eq!(storage.delete(ALICE, ones(), false).await.unwrap(), 1);
    assert_eq!(storage.count(ALICE, ones()).await.unwrap(), 1);
    assert_eq!(storage.delete(ALICE, all(), true).await.unwrap(), 2);
    assert_eq!(storage.delete(ALICE, all(), true).await.unwrap(), 0);
    assert_eq!(storage.delete(ALICE, by_id("a"), false).await.unwrap(), 0);
    assert!(storage.is_empty());
}

#[tokio::test]
async fn what_means_nothing_is_refused_where_there_is_nothing_to_find() {
    let storage = MemoryStorage::new();
    let wrong = || Selector::Filter(doc! { "$where": "true" });
    assert!(matches!(storage.count(ALICE, wrong()).await, Err(StorageError::Unsupported(_))));
    assert!(matches!(storage.delete(ALICE, wrong(), true).await, Err(StorageError::Unsupported(_))));
    assert!(storage.find(ALICE, Query::new(wrong())).await.is_err());
    assert!(storage.distinct(ALICE, "a", wrong()).await.is_err());
    assert!(storage.find(ALICE, sorted(doc! { "_id": 2 })).await.is_err());
    let mut mixed = Query::new(all());
    mixed.projection = Some(doc! { "a": 1, "b": 0 });
    assert!(storage.find(ALICE, mixed).await.is_err());
    storage.ping().await.unwrap();
}

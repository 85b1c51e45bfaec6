//! What a filter says of the id: it is looked up, and finds what the filter means.

use std::sync::Arc;

use bson::oid::ObjectId;
use bson::raw::cstr;
use bson::{Bson, Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::eval::{Filter, with_id};
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{Index, NewDocument, Query, Storage};
use proptest::prelude::*;

use crate::support::{Folder, all, count, ids, new, of, raw, some, update};

const BY_ID: &str = "SEARCH documents USING PRIMARY KEY (scope=? AND id=?)";
const BY_BOUNDS: &str = "SEARCH documents USING PRIMARY KEY (scope=? AND id>? AND id<?)";

async fn plan(storage: &SqliteStorage, filter: &Document, sort: Option<Document>) -> String {
    let mut query = Query::new(some(filter.clone()));
    query.sort = sort;
    storage.explain(of("alice"), query).await.unwrap().join("; ")
}

/// Documents `000` to `299`, with an index.
async fn filled(folder: &Folder) -> SqliteStorage {
    let storage = folder.open();
    storage.create_indexes("notes", &[Index::new("items", [("folder", 1)])]).await.unwrap();
    let many = (0..300).map(|n| new(format!("{n:03}"), &doc! { "n": n, "folder": n % 10 }));
    storage.insert(of("alice"), many.collect()).await.unwrap();
    storage
}

#[tokio::test]
async fn ids_that_a_filter_lists_are_looked_up_one_by_one() {
    let folder = Folder::new();
    let storage = filled(&folder).await;
    let some_ids = doc! { "$in": ["002", "none", "001", "002"] };
    for (filter, expected) in [
        (doc! { "_id": some_ids.clone() }, "by 3 ids"),
        (doc! { "_id": some_ids.clone(), "n": { "$gt": 1 } }, "by 3 ids"),
        // The index may lead to any number of documents.
        (doc! { "_id": some_ids.clone(), "folder": 2 }, "by 3 ids"),
        (doc! { "n": 1, "$and": [{ "$and": [{ "_id": some_ids.clone() }] }] }, "by 3 ids"),
        (doc! { "_id": { "$in": ["002", "001"], "$gt": "001" } }, "by 2 ids"),
        (doc! { "_id": { "$in": ["002", "001"], "$lt": "002" } }, "by id"),
        (doc! { "_id": some_ids.clone(), "$and": [{ "_id": { "$in": ["001", "000"] } }] }, "by id"),
        (doc! { "_id": { "$in": ["001", Bson::Null, 5] } }, "by id"),
        (doc! { "$and": [{ "_id": "001" }] }, "by id"),
        (doc! { "_id": Bson::Symbol("001".to_owned()) }, "by id"),
        (doc! { "_id": { "$in": [] } }, "by 0 ids"),
        (doc! { "_id": "001", "$and": [{ "_id": "002" }] }, "by 0 ids"),
    ] {
        for sort in [None, Some(doc! { "_id": -1 })] {
            let plan = plan(&storage, &filter, sort).await;
            assert_eq!(plan, format!("{expected}; {BY_ID}"), "{filter}");
        }
        let sorted = plan(&storage, &filter, Some(doc! { "folder": 1 })).await;
        assert_eq!(sorted, format!("{expected}; {BY_ID}; sorted at the end"), "{filter}");
    }
}

#[tokio::test]
async fn bounds_of_ids_are_sought_wherever_all_of_a_filter_must_hold() {
    let folder = Folder::new();
    let storage = filled(&folder).await;
    for filter in [
        doc! { "_id": { "$gte": "100", "$lt": "200" } },
        doc! { "$and": [{ "_id": { "$gte": "100" } }, { "_id": { "$lt": "200" } }] },
        doc! { "n": { "$gt": 1 }, "$and": [{ "$and": [{ "_id": { "$gt": "290" } }] }] },
    ] {
        let plan = plan(&storage, &filter, None).await;
        assert_eq!(plan, format!("by the keys between bounds; {BY_BOUNDS}"), "{filter}");
    }
    // Here a document may match whatever its id is.
    let pattern = bson::Regex { pattern: cstr!("^00").into(), options: cstr!("").into() };
    for filter in [
        doc! { "n": { "$gt": 1 } },
        doc! { "$or": [{ "_id": { "$gt": "290" } }, { "n": 1 }] },
        doc! { "$nor": [{ "_id": { "$in": ["001"] } }] },
        doc! { "_id": { "$not": { "$in": ["001"] } } },
        doc! { "_id": { "$nin": ["001"] } },
        doc! { "_id": { "$in": ["001", pattern] } },
    ] {
        let plan = plan(&storage, &filter, None).await;
        assert_eq!(plan, format!("by the keys; {BY_BOUNDS}"), "{filter}");
    }
}

#[tokio::test]
async fn a_page_of_ids_that_are_listed_is_the_page_that_was_asked_for() {
    let folder = Folder::new();
    let storage = filled(&folder).await;
    // More of them than are looked up where the call is, most of which are not there.
    let listed: Vec<String> = (0..2_000).rev().map(|n| format!("{n:03}")).collect();
    let filter = doc! { "_id": { "$in": listed }, "n": { "$gte": 100 } };
    let mut query = Query::new(some(filter.clone()));
    (query.sort, query.skip, query.limit, query.count_all) = (Some(doc! { "_id": -1 }), 1, Some(2), true);
    assert_eq!(ids(&storage, of("alice"), query.clone()).await, ["298", "297"]);
    assert_eq!(storage.find(of("alice"), query.clone()).await.unwrap().total, Some(200));
    query.sort = Some(doc! { "n": 1 });
    assert_eq!(ids(&storage, of("alice"), query).await, ["101", "102"]);
    assert_eq!(storage.count(of("alice"), some(filter.clone())).await.unwrap(), 200);

    let changed = update(&storage, of("alice"), filter.clone(), doc! { "$set": { "n": 0 } }, true).await;
    assert_eq!(changed.unwrap().modified, 200);
    assert_eq!(storage.count(of("alice"), some(filter)).await.unwrap(), 0);
    let two = some(doc! { "_id": { "$in": ["007", "none", "008"] } });
    assert_eq!(storage.delete(of("alice"), two.clone(), false).await.unwrap(), 1);
    assert_eq!(storage.delete(of("alice"), two, true).await.unwrap(), 1);
    assert_eq!(count(&storage, of("alice")).await, 298);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_whose_ids_are_listed_are_of_one_moment() {
    let folder = Folder::new();
    let storage = Arc::new(folder.open());
    let both = ["a", "b"].map(|id| new(id, &doc! { "n": 0 }));
    storage.insert(of("alice"), both.into()).await.unwrap();
    let filter = doc! { "_id": { "$in": ["a", "b"] } };
    let (writer, changed) = (Arc::clone(&storage), filter.clone());
    let writing = tokio::spawn(async move {
        for _ in 0..300 {
            let one_more = doc! { "$inc": { "n": 1 } };
            update(&writer, of("alice"), changed.clone(), one_more, true).await.unwrap();
        }
    });
    while !writing.is_finished() {
        let found = storage.find(of("alice"), Query::new(some(filter.clone()))).await.unwrap().documents;
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].document, found[1].document);
        tokio::task::yield_now().await;
    }
    writing.await.unwrap();
}

fn oid(number: u8) -> ObjectId {
    ObjectId::from_bytes([number; 12])
}

fn known_ids() -> Vec<DocumentId> {
    let mut known: Vec<DocumentId> = ["", "a", "a\0", "ab", "b"].map(DocumentId::from).into();
    known.extend([1, 2, 3].map(|number| DocumentId::from(oid(number))));
    known
}

/// Values that ids are compared with: those that are there and not, and what is no id.
fn value() -> impl Strategy<Value = Bson> {
    let no_ids = vec![
        Bson::String("aa".to_owned()),
        Bson::String("zz".to_owned()),
        Bson::String(oid(1).to_string()),
        Bson::Symbol("a".to_owned()),
        oid(9).into(),
        Bson::Null,
        Bson::Int32(1),
        Bson::MinKey,
        Bson::MaxKey,
        bson::bson!(["a"]),
        bson::bson!({ "a": 1 }),
    ];
    let ids: Vec<Bson> = known_ids().into_iter().map(Bson::from).collect();
    prop_oneof![3 => prop::sample::select(ids), 1 => prop::sample::select(no_ids)]
}

fn condition() -> impl Strategy<Value = Bson> {
    let compared = (prop::sample::select(vec!["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]), value(), value())
        .prop_map(|(operator, first, second)| {
            let mut condition = doc! { operator: first };
            if operator != "$gte" {
                condition.insert("$gte", second);
            }
            Bson::Document(condition)
        });
    let listed = (prop::sample::select(vec!["$in", "$nin"]), prop::collection::vec(value(), 0..4))
        .prop_map(|(operator, values)| bson::bson!({ operator: values }));
    let all = prop::collection::vec(value(), 1..3).prop_map(|values| bson::bson!({ "$all": values }));
    let negated = value().prop_map(|value| bson::bson!({ "$not": { "$gt": value } }));
    prop_oneof![3 => value(), 3 => compared, 4 => listed, 1 => all, 1 => negated]
}

fn filter() -> impl Strategy<Value = Document> {
    let leaf = prop_oneof![
        5 => condition().prop_map(|condition| doc! { "_id": condition }),
        1 => Just(doc! { "even": true }),
        1 => condition().prop_map(|condition| doc! { "_id": condition, "even": true }),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        (prop::sample::select(vec!["$and", "$and", "$or", "$nor"]), prop::collection::vec(inner, 1..3))
            .prop_map(|(operator, filters)| doc! { operator: filters })
    })
}

#[test]
fn whatever_a_filter_says_of_the_id_is_found_as_by_looking_at_every_document() {
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let folder = Folder::new();
    let storage = folder.open();
    let documents: Vec<_> = known_ids()
        .into_iter()
        .enumerate()
        .map(|(place, id)| (id, raw(&doc! { "even": place % 2 == 0 })))
        .collect();
    let inserted = documents.iter().map(|(id, document)| NewDocument::new(id.clone(), document.clone()));
    tokio.block_on(storage.insert(of("alice"), inserted.collect())).unwrap();
    assert_eq!(tokio.block_on(all(&storage, of("alice"))).len(), documents.len());
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(filter in filter())| {
        let parsed = Filter::parse(&filter).unwrap();
        let meant = documents.iter().filter(|(id, document)| parsed.matches(&with_id(id, document).unwrap()));
        let mut meant: Vec<_> = meant.map(|(id, _)| id.to_string()).collect();
        let mut query = Query::new(some(filter.clone()));
        query.sort = Some(doc! { "_id": 1 });
        prop_assert_eq!(&tokio.block_on(ids(&storage, of("alice"), query.clone())), &meant);
        meant.reverse();
        query.sort = Some(doc! { "_id": -1 });
        prop_assert_eq!(&tokio.block_on(ids(&storage, of("alice"), query)), &meant);
        let counted = tokio.block_on(storage.count(of("alice"), some(filter))).unwrap();
        prop_assert_eq!(counted, meant.len() as u64);
    });
}

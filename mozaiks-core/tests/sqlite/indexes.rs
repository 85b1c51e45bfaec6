//! Indexes: they are used, they keep what is unique apart, and documents go by them when their time has come.

use std::sync::Arc;
use std::time::Duration;

use bson::{DateTime, Document, doc};
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{Change, Index, Query, Selector, Storage, StorageError, UpdateOptions};
use mozaiks_core::{Clock, SystemClock};

use crate::support::{Folder, HandClock, all, count, ids, insert, new, of, raw, some, update};

fn query(filter: Document, sort: Option<Document>, limit: Option<u64>) -> Query {
    let mut query = Query::new(some(filter));
    (query.sort, query.limit) = (sort, limit);
    query
}

async fn plan(storage: &SqliteStorage, query: Query) -> String {
    storage.explain(of("alice"), query).await.unwrap().join("; ")
}

/// So many documents of two users, with indexes.
async fn filled(folder: &Folder) -> SqliteStorage {
    let storage = folder.open();
    let indexes = [Index::new("items", [("folder", 1), ("at", -1)]), Index::new("items", [("tags", 1)])];
    storage.create_indexes("notes", &indexes).await.unwrap();
    for user in ["alice", "bob"] {
        let many = (0..300).map(|n| {
            let document =
                doc! { "folder": format!("f{}", n % 10), "at": n / 10, "tags": [n % 7, 100 + n % 3] };
            new(format!("{n:03}"), &document)
        });
        storage.insert(of(user), many.collect()).await.unwrap();
    }
    storage
}

const SEARCH: &str = "SEARCH e USING PRIMARY KEY (index_id=? AND scope=? AND key>? AND key<?)";
const FETCH: &str = "SEARCH d USING PRIMARY KEY (scope=? AND id=?)";

#[tokio::test]
async fn equality_a_range_and_a_page_in_order_take_the_index() {
    let folder = Folder::new();
    let storage = filled(&folder).await;
    for (filter, sort) in [
        (doc! { "folder": "f3" }, None),
        (doc! { "folder": "f3", "at": { "$gt": 3, "$lte": 9 } }, None),
        (doc! { "folder": { "$in": ["f3", "f5"] } }, None),
        (doc! { "folder": "f3" }, Some(doc! { "at": -1 })),
        (doc! { "folder": "f3" }, Some(doc! { "at": 1 })),
        (doc! {}, Some(doc! { "folder": 1, "at": -1 })),
    ] {
        let plan = plan(&storage, query(filter.clone(), sort.clone(), Some(20))).await;
        assert!(plan.starts_with("by the index folder_at"), "{filter}: {plan}");
        assert!(plan.contains(SEARCH) && plan.contains(FETCH), "{filter}: {plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains("sorted at the end"), "{filter}: {plan}");
    }
    let tags = plan(&storage, query(doc! { "tags": 5 }, None, None)).await;
    assert!(tags.starts_with("by the index tags") && tags.contains(SEARCH), "{tags}");

    let unindexed = plan(&storage, query(doc! { "at": 5 }, Some(doc! { "at": 1 }), None)).await;
    assert!(unindexed.starts_with("by the keys") && unindexed.ends_with("sorted at the end"), "{unindexed}");
    let newest = plan(&storage, query(doc! {}, Some(doc! { "_id": -1 }), Some(20))).await;
    assert!(newest.contains("SEARCH documents USING PRIMARY KEY (scope=? AND id>? AND id<?)"), "{newest}");
    assert!(!newest.contains("TEMP B-TREE"), "{newest}");
    let one = storage.explain(of("alice"), Query::new(Selector::Id("007".into()))).await.unwrap().join("; ");
    assert!(one.contains("SEARCH documents USING PRIMARY KEY (scope=? AND id=?)"), "{one}");
}

#[tokio::test]
async fn with_an_index_the_answers_are_the_same() {
    let folder = Folder::new();
    let storage = filled(&folder).await;
    update(&storage, of("alice"), doc! { "at": 4 }, doc! { "$set": { "folder": "f3" } }, true).await.unwrap();
    storage.delete(of("alice"), some(doc! { "tags": 2, "at": { "$lt": 6 } }), true).await.unwrap();
    let cases = [
        query(doc! { "folder": "f3" }, Some(doc! { "_id": -1 }), Some(5)),
        query(doc! { "folder": "f3" }, Some(doc! { "at": -1 }), None),
        query(
            doc! { "folder": "f3", "at": { "$gte": 4 }, "tags": 100 },
            Some(doc! { "tags": 1, "at": 1 }),
            None,
        ),
        query(doc! { "tags": { "$gte": 3 } }, None, None),
        query(doc! { "tags": { "$in": [1, 101] } }, Some(doc! { "_id": 1 }), Some(50)),
        query(doc! {}, Some(doc! { "folder": -1, "at": 1 }), Some(7)),
        query(doc! { "folder": { "$gt": "f5" } }, Some(doc! { "folder": 1, "at": -1, "_id": 1 }), Some(40)),
    ];
    let mut with = Vec::new();
    for case in &cases {
        let mut case = case.clone();
        case.count_all = true;
        assert!(plan(&storage, case.clone()).await.starts_with("by the index"), "{case:?}");
        with.push(storage.find(of("alice"), case).await.unwrap());
    }
    storage.create_indexes("notes", &[]).await.unwrap();
    for (case, mut with) in cases.into_iter().zip(with) {
        let mut case = case;
        case.count_all = true;
        assert!(plan(&storage, case.clone()).await.starts_with("by the keys"));
        let sorted = case.sort.is_some();
        let mut without = storage.find(of("alice"), case).await.unwrap();
        if !sorted {
            // Without a sort, the order is the storage's own.
            for found in [&mut with, &mut without] {
                found.documents.sort_by(|a, b| a.id.cmp(&b.id));
            }
        }
        assert_eq!(with, without);
        assert!(!with.documents.is_empty());
    }
}

#[tokio::test]
async fn a_unique_index_keeps_values_apart_within_a_scope() {
    let folder = Folder::new();
    let storage = folder.open();
    let conflict =
        |error: StorageError| assert!(matches!(error, StorageError::Conflict { index } if index == "slug"));
    let unique = [Index::new("items", [("slug", 1)]).unique().sparse()];
    storage.create_indexes("notes", &unique).await.unwrap();
    insert(&storage, of("alice"), "a", doc! { "slug": 1 }).await.unwrap();
    insert(&storage, of("bob"), "a", doc! { "slug": 1 }).await.unwrap();
    insert(&storage, of("alice"), "none", doc! {}).await.unwrap();
    insert(&storage, of("alice"), "none too", doc! {}).await.unwrap();
    conflict(insert(&storage, of("alice"), "b", doc! { "slug": 1.0 }).await.unwrap_err());
    conflict(insert(&storage, of("alice"), "b", doc! { "slug": [5, 1] }).await.unwrap_err());
    assert_eq!(count(&storage, of("alice")).await, 3);
    insert(&storage, of("alice"), "b", doc! { "slug": [2, 3] }).await.unwrap();
    conflict(
        update(&storage, of("alice"), doc! { "_id": "a" }, doc! { "$set": { "slug": 3 } }, false)
            .await
            .unwrap_err(),
    );
    let same = Change::Replacement(raw(&doc! { "slug": 1, "more": true }));
    storage
        .update(of("alice"), Selector::Id("a".into()), same, UpdateOptions::new(SystemClock.now()))
        .await
        .unwrap();
    storage.delete(of("alice"), Selector::Id("b".into()), false).await.unwrap();
    update(&storage, of("alice"), doc! { "_id": "a" }, doc! { "$set": { "slug": 3 } }, false).await.unwrap();
    insert(&storage, of("alice"), "c", doc! { "slug": 1 }).await.unwrap();
    // An upsert that is refused inserts nothing.
    let mut upsert = UpdateOptions::new(SystemClock.now());
    upsert.upsert = Some("upserted".into());
    let taken = Change::Operators(doc! { "$set": { "slug": 3 } });
    conflict(storage.update(of("alice"), some(doc! { "n": 1 }), taken, upsert).await.unwrap_err());
    // Where the id is taken too, that is what is said.
    let both = insert(&storage, of("alice"), "a", doc! { "slug": 1 }).await.unwrap_err();
    assert!(matches!(both, StorageError::Conflict { index } if index == "_id"));
    // In one go, the second is in the way of the first.
    conflict(
        storage
            .insert(of("alice"), vec![new("x", &doc! { "slug": 9 }), new("y", &doc! { "slug": 9 })])
            .await
            .unwrap_err(),
    );
    assert_eq!(all(&storage, of("alice")).await, ["a", "c", "none", "none too"]);
}

#[tokio::test]
async fn an_index_is_made_of_what_is_there_or_not_at_all() {
    let folder = Folder::new();
    let storage = folder.open();
    for (id, slug) in [("a", 1), ("b", 2), ("c", 2)] {
        insert(&storage, of("alice"), id, doc! { "slug": slug, "folder": "f" }).await.unwrap();
    }
    let folders = Index::new("items", [("folder", 1)]);
    let slugs = Index::new("items", [("slug", 1)]).unique();
    storage.create_indexes("notes", std::slice::from_ref(&folders)).await.unwrap();
    let refused = storage.create_indexes("notes", std::slice::from_ref(&slugs)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Conflict { index } if index == "slug"));
    // The one that was there is there still.
    assert!(plan(&storage, query(doc! { "folder": "f" }, None, None)).await.contains("index folder"));

    storage.delete(of("alice"), Selector::Id("c".into()), false).await.unwrap();
    storage.create_indexes("notes", &[folders, slugs.clone()]).await.unwrap();
    let before = storage.statistics();
    storage.create_indexes("other", &[slugs]).await.unwrap();
    assert_eq!(ids(&storage, of("alice"), query(doc! { "slug": 2 }, None, None)).await, ["b"]);
    assert_eq!(storage.statistics().commits - before.commits, 1);
    drop(storage);

    let storage = folder.open();
    assert!(plan(&storage, query(doc! { "slug": 2 }, None, None)).await.contains("index slug"));
    assert!(insert(&storage, of("alice"), "d", doc! { "slug": 1 }).await.is_err());
}

#[tokio::test]
async fn documents_go_when_their_time_has_come() {
    let folder = Folder::new();
    let clock = Arc::new(HandClock::default());
    let storage = SqliteStorage::builder(folder.file()).clock(clock.clone()).open().unwrap();
    let at = |seconds: i64| DateTime::from_millis(seconds * 1000);
    insert(&storage, of("alice"), "before", doc! { "at": at(5) }).await.unwrap();
    let index = Index::new("items", [("at", 1)]).expire_after(Duration::from_secs(10));
    storage.create_indexes("notes", &[index]).await.unwrap();
    insert(&storage, of("alice"), "early", doc! { "at": at(10) }).await.unwrap();
    insert(&storage, of("alice"), "late", doc! { "at": at(1_000) }).await.unwrap();
    insert(&storage, of("alice"), "no date", doc! { "at": "soon" }).await.unwrap();
    insert(&storage, of("bob"), "early", doc! { "at": [at(50), at(10)] }).await.unwrap();
    update(&storage, of("bob"), doc! {}, doc! { "$set": { "at": at(12) } }, false).await.unwrap();

    // Within the first minute, in which nothing goes by itself.
    clock.set(14);
    assert_eq!(storage.expire_now().await.unwrap(), 0);
    clock.set(20);
    assert_eq!(storage.expire_now().await.unwrap(), 2);
    assert_eq!(all(&storage, of("alice")).await, ["late", "no date"]);
    clock.set(21);
    assert_eq!(storage.expire_now().await.unwrap(), 0);
    // By itself, with the next write after a minute.
    clock.set(100_000);
    insert(&storage, of("carol"), "any", doc! {}).await.unwrap();
    insert(&storage, of("carol"), "other", doc! {}).await.unwrap();
    assert_eq!(all(&storage, of("alice")).await, ["no date"]);
    assert_eq!(count(&storage, of("bob")).await, 0);
    assert!(SystemClock.now() > clock.now());
}

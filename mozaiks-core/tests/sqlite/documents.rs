//! What is kept, for whom: the basics of the contract that depend on how it is kept.

use std::pin::pin;
use std::time::{Duration, Instant};

use bson::{Bson, doc, oid::ObjectId};
use mozaiks_core::storage::eval::MAX_DOCUMENT_SIZE;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Query, Selector, Sharing, Storage, StorageError, StorageScope,
    UpdateOptions,
};
use mozaiks_core::{Clock, DateTime, DocumentId, SystemClock};

use crate::support::{Folder, all, count, ids, insert, large, new, of, raw, some, update};

fn shared<'s>(user: &'s str, sharing: Sharing) -> StorageScope<'s> {
    StorageScope { sharing, ..of(user) }
}

#[tokio::test]
async fn every_part_of_the_scope_separates() {
    let folder = Folder::new();
    let storage = folder.open();
    let scopes = [
        of("alice"),
        of("bob"),
        of(""),
        StorageScope { app_id: "other", ..of("alice") },
        StorageScope { plugin: "other", ..of("alice") },
        StorageScope { collection: "other", ..of("alice") },
        shared("alice", Sharing::Shared),
        StorageScope { app_id: "other", ..shared("alice", Sharing::Shared) },
        // The same letters, divided otherwise.
        StorageScope { plugin: "note", collection: "sitems", ..of("alice") },
    ];
    for (number, scope) in (0..).zip(scopes) {
        insert(&storage, scope, "same", doc! { "n": number }).await.unwrap();
    }
    drop(storage);
    let storage = folder.open();
    for (number, scope) in (0..).zip(scopes) {
        let found = storage.find(scope, Query::new(some(doc! {}))).await.unwrap().documents;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].document, raw(&doc! { "n": number }));
        update(&storage, scope, doc! {}, doc! { "$inc": { "n": 100 } }, true).await.unwrap();
    }
    for (number, scope) in (100..).zip(scopes) {
        assert_eq!(storage.delete(scope, some(doc! { "n": number }), true).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_shared_collection_keeps_who_made_what() {
    let folder = Folder::new();
    let storage = folder.open();
    for user in ["alice", "bob"] {
        insert(&storage, shared(user, Sharing::Shared), user, doc! { "n": 1 }).await.unwrap();
    }
    let everybody = shared("bob", Sharing::Shared);
    let mine = shared("bob", Sharing::SharedMine);
    let taken = insert(&storage, mine, "alice", doc! {}).await.unwrap_err();
    assert!(matches!(taken, StorageError::Conflict { .. }));
    assert_eq!(all(&storage, everybody).await, ["alice", "bob"]);
    assert_eq!(all(&storage, mine).await, ["bob"]);
    assert_eq!((count(&storage, everybody).await, count(&storage, mine).await), (2, 1));
    assert!(ids(&storage, mine, Query::new(Selector::Id("alice".into()))).await.is_empty());
    assert_eq!(storage.delete(mine, Selector::Id("alice".into()), false).await.unwrap(), 0);
    assert_eq!(
        update(&storage, mine, doc! { "n": 1 }, doc! { "$set": { "n": 2 } }, true).await.unwrap().modified,
        1
    );

    let replacement = Change::Replacement(raw(&doc! { "n": 3 }));
    let options = UpdateOptions::new(SystemClock.now());
    storage.update(everybody, Selector::Id("alice".into()), replacement, options).await.unwrap();
    let found =
        storage.find(everybody, Query::new(some(doc! { "n": { "$gte": 2 } }))).await.unwrap().documents;
    let owners: Vec<_> = found.iter().map(|found| found.owner.as_deref()).collect();
    assert_eq!(owners, [Some("alice"), Some("bob")]);
}

#[tokio::test]
async fn pages_follow_the_ids_both_ways_with_a_total() {
    let folder = Folder::new();
    let storage = folder.open();
    let made: Vec<DocumentId> = (0..10).map(|n| ObjectId::from_bytes([n; 12]).into()).collect();
    for id in made.iter().rev() {
        insert(&storage, of("alice"), id, doc! { "even": id.as_object_id().unwrap().bytes()[0] % 2 == 0 })
            .await
            .unwrap();
    }
    insert(&storage, of("alice"), "text", doc! {}).await.unwrap();
    let names: Vec<String> =
        std::iter::once("text".to_owned()).chain(made.iter().map(ToString::to_string)).collect();
    assert_eq!(all(&storage, of("alice")).await, names);

    for (filter, total) in
        [(doc! {}, 11), (doc! { "even": true }, 5), (doc! { "_id": { "$gt": made[3].clone() } }, 6)]
    {
        for direction in [1, -1] {
            let mut query = Query::new(some(filter.clone()));
            query.sort = Some(doc! { "_id": direction });
            let whole = ids(&storage, of("alice"), query.clone()).await;
            assert_eq!(whole.len(), total);
            assert!(whole.is_sorted_by(|a, b| (names.iter().position(|name| name == a)
                < names.iter().position(|name| name == b))
                == (direction == 1)));
            (query.skip, query.limit, query.count_all) = (1, Some(3), true);
            let page = storage.find(of("alice"), query.clone()).await.unwrap();
            assert_eq!(page.total, Some(total as u64));
            assert_eq!(
                page.documents.iter().map(|found| found.id.to_string()).collect::<Vec<_>>(),
                whole[1..4]
            );
            query.limit = Some(0);
            let none = storage.find(of("alice"), query).await.unwrap();
            assert_eq!((none.documents.len(), none.total), (0, Some(total as u64)));
        }
    }
    let mut nobody = Query::new(some(doc! {}));
    nobody.count_all = true;
    assert_eq!(storage.find(of("nobody"), nobody).await.unwrap().total, Some(0));
}

#[tokio::test]
async fn bounds_on_ids_give_what_the_filter_means() {
    let folder = Folder::new();
    let storage = folder.open();
    let oid = |n: u8| DocumentId::from(ObjectId::from_bytes([n; 12]));
    let made = [DocumentId::from("a"), "b".into(), "ba".into(), oid(1), oid(2), oid(3)];
    for id in &made {
        insert(&storage, of("alice"), id, doc! {}).await.unwrap();
    }
    let cases = [
        (doc! { "$gt": "a" }, &made[1..3]),
        (doc! { "$gte": "b", "$lt": "ba" }, &made[1..2]),
        (doc! { "$lte": "b" }, &made[0..2]),
        (doc! { "$gt": oid(1) }, &made[4..]),
        (doc! { "$lt": oid(3), "$gte": oid(1) }, &made[3..5]),
        (doc! { "$gt": "a", "$lt": oid(3) }, &[]),
        (doc! { "$in": ["b", oid(3)] }, &[made[1].clone(), made[5].clone()]),
        (doc! { "$not": { "$gt": "a" } }, &[made[0].clone(), oid(1), oid(2), oid(3)]),
        (doc! { "$gt": 5 }, &[]),
        (doc! { "$ne": "a" }, &made[1..]),
    ];
    for (bounds, expected) in cases {
        let found = ids(&storage, of("alice"), Query::new(some(doc! { "_id": bounds.clone() }))).await;
        assert_eq!(found, expected.iter().map(ToString::to_string).collect::<Vec<_>>(), "{bounds}");
    }
    // A text of 24 digits is no ObjectId in a filter, and equals none.
    let text = Bson::String(oid(1).to_string());
    assert_eq!(storage.count(of("alice"), some(doc! { "_id": text })).await.unwrap(), 0);
    let both = doc! { "_id": "a", "$or": [{ "_id": "b" }] };
    assert_eq!(storage.count(of("alice"), some(both)).await.unwrap(), 0);
}

#[tokio::test]
async fn long_scans_and_sorts_give_the_same_as_short_ones() {
    let folder = Folder::new();
    let storage = folder.open();
    let many: Vec<_> = (0..3_000_i32)
        .map(|n| new(format!("{n:04}"), &doc! { "n": (n * 7) % 3_000, "even": n % 2 == 0 }))
        .collect();
    storage.insert(of("alice"), many).await.unwrap();
    let mut query = Query::new(some(doc! { "even": true }));
    query.sort = Some(doc! { "n": -1 });
    (query.skip, query.limit, query.count_all) = (2, Some(3), true);
    query.projection = Some(doc! { "n": 1 });
    let page = storage.find(of("alice"), query).await.unwrap();
    let found: Vec<_> = page.documents.iter().map(|found| found.document.clone()).collect();
    assert_eq!(found, [2_994, 2_992, 2_990].map(|n| raw(&doc! { "n": n })));
    assert_eq!(page.total, Some(1_500));
    assert_eq!(storage.count(of("alice"), some(doc! { "_id": { "$gte": "1000" } })).await.unwrap(), 2_000);
    let mut last = Query::new(some(doc! {}));
    (last.skip, last.limit) = (2_990, Some(100));
    assert_eq!(ids(&storage, of("alice"), last).await.len(), 10);
    assert_eq!(
        storage.distinct(of("alice"), "even", some(doc! {})).await.unwrap(),
        [false.into(), true.into()]
    );
    let pipeline = vec![
        doc! { "$match": { "n": { "$lt": 10 } } },
        doc! { "$group": { "_id": "$even", "ids": { "$sum": 1 } } },
        doc! { "$sort": { "_id": 1 } },
    ];
    let groups = storage.aggregate(of("alice"), pipeline).await.unwrap();
    assert_eq!(groups, [doc! { "_id": false, "ids": 5 }, doc! { "_id": true, "ids": 5 }]);
    let first = storage.aggregate(of("alice"), vec![doc! { "$limit": 1 }]).await.unwrap();
    assert_eq!(first, [doc! { "_id": "0000", "n": 0, "even": true }]);
}

#[tokio::test]
async fn of_many_updates_those_before_the_first_that_fails_are_done() {
    let folder = Folder::new();
    let storage = folder.open();
    for (id, value) in [("a", Bson::from(1)), ("b", "text".into()), ("c", 3.into())] {
        insert(&storage, of("alice"), id, doc! { "n": value }).await.unwrap();
    }
    let failed =
        update(&storage, of("alice"), doc! {}, doc! { "$inc": { "n": 10 } }, true).await.unwrap_err();
    assert!(matches!(failed, StorageError::Invalid(_)));
    let changed = ids(&storage, of("alice"), Query::new(some(doc! { "n": { "$gt": 10 } }))).await;
    assert_eq!(changed, ["a"]);
}

#[tokio::test]
async fn one_is_found_and_updated_in_one_step() {
    let folder = Folder::new();
    let storage = folder.open();
    for n in 0..3 {
        insert(&storage, of("alice"), format!("{n}"), doc! { "n": n }).await.unwrap();
    }
    let mut options = FindAndUpdateOptions::new(DateTime::from_millis(0));
    options.sort = Some(doc! { "n": -1 });
    let take = || Change::Operators(doc! { "$set": { "taken": true } });
    let open = || some(doc! { "taken": { "$exists": false } });
    let before =
        storage.find_and_update(of("alice"), open(), take(), options.clone()).await.unwrap().unwrap();
    assert_eq!((before.id, before.document), ("2".into(), raw(&doc! { "n": 2 })));
    options.return_new = true;
    let after = storage.find_and_update(of("alice"), open(), take(), options.clone()).await.unwrap().unwrap();
    assert_eq!((after.id, after.document), ("1".into(), raw(&doc! { "n": 1, "taken": true })));

    options.upsert = Some("made".into());
    let upsert = some(doc! { "kind": "new" });
    let made = storage.find_and_update(of("bob"), upsert, take(), options.clone()).await.unwrap().unwrap();
    assert_eq!((made.id, made.document), ("made".into(), raw(&doc! { "kind": "new", "taken": true })));
    options.return_new = false;
    let upsert = some(doc! { "_id": "chosen" });
    assert_eq!(storage.find_and_update(of("bob"), upsert, take(), options).await.unwrap(), None);
    assert_eq!(all(&storage, of("bob")).await, ["chosen", "made"]);
}

#[tokio::test]
async fn the_largest_document_is_kept_and_a_larger_one_refused() {
    let folder = Folder::new();
    let storage = folder.open();
    let most = MAX_DOCUMENT_SIZE - raw(&large(0)).as_bytes().len();
    insert(&storage, of("alice"), "most", large(most)).await.unwrap();
    let refused = insert(&storage, of("alice"), "more", large(most + 1)).await.unwrap_err();
    assert!(matches!(refused, StorageError::TooLarge(_)));
    let grown = update(&storage, of("alice"), doc! {}, doc! { "$set": { "n": 1 } }, false).await.unwrap_err();
    assert!(matches!(grown, StorageError::TooLarge(_)));
    let found = storage.find(of("alice"), Query::new(Selector::Id("most".into()))).await.unwrap();
    assert_eq!(found.documents[0].document, raw(&large(most)));
}

#[tokio::test(flavor = "current_thread")]
async fn others_go_on_while_a_pipeline_makes_much_of_many_documents() {
    let folder = Folder::new();
    let storage = folder.open();
    let many: Vec<_> = (0..10_000).map(|number| new(format!("{number}"), &doc! { "n": number })).collect();
    storage.insert(of("alice"), many).await.unwrap();
    let each = doc! { "$group": { "_id": "$n", "sum": { "$sum": "$n" } } };
    let started = Instant::now();
    let grouped = async {
        let groups = storage.aggregate(of("alice"), vec![each, doc! { "$sort": { "sum": -1 } }]).await;
        assert_eq!(groups.unwrap().len(), 10_000);
        started.elapsed()
    };
    let mut grouped = pin!(grouped);
    let (mut last, mut longest) = (started, Duration::ZERO);
    let whole = loop {
        tokio::select! {
            biased;
            whole = &mut grouped => break whole,
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
        longest = longest.max(last.elapsed());
        last = Instant::now();
    };
    longest = longest.max(last.elapsed());
    assert!(longest < whole / 2, "nobody else went on for {longest:?} of {whole:?}");
}

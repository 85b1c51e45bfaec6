//! Attempts to reach beyond a scope.

use bson::doc;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Query, Selector, Sharing, Storage, StorageScope, UpdateOutcome,
};
use mozaiks_testkit::storage::MemoryStorage;

use super::{
    ALICE, BOB, NOW, all, by_id, find, get, ids, insert, is_conflict, mine, new, operators, raw, shared,
    update, upserting,
};

/// Everything that differs from Alice's scope in one thing.
const ELSEWHERE: [StorageScope<'static>; 7] = [
    BOB,
    StorageScope { app_id: "other", ..ALICE },
    StorageScope { plugin: "tasks", ..ALICE },
    StorageScope { collection: "lists", ..ALICE },
    StorageScope { sharing: Sharing::Shared, ..ALICE },
    StorageScope { sharing: Sharing::SharedMine, ..ALICE },
    // The same text in all, with the borders elsewhere.
    StorageScope { app_id: "acmea", user_id: "lice", ..ALICE },
];

#[tokio::test]
async fn no_other_scope_sees_counts_changes_or_removes_a_document() {
    let storage = MemoryStorage::new();
    insert(&storage, ALICE, "a", doc! { "n": 1 }).await.unwrap();
    let before = storage.dump();
    for scope in ELSEWHERE {
        for selector in [all(), by_id("a"), Selector::Filter(doc! { "_id": "a" })] {
            assert!(find(&storage, scope, selector.clone()).await.is_empty(), "{scope:?}");
            assert_eq!(storage.count(scope, selector.clone()).await.unwrap(), 0, "{scope:?}");
            assert!(storage.distinct(scope, "n", selector.clone()).await.unwrap().is_empty(), "{scope:?}");
            let outcome =
                update(&storage, scope, selector.clone(), doc! { "$set": { "n": 2 } }).await.unwrap();
            assert_eq!(outcome, UpdateOutcome::new(0, 0), "{scope:?}");
            let change = Change::Replacement(raw(doc! {}));
            let options = FindAndUpdateOptions::new(NOW);
            let found = storage.find_and_update(scope, selector.clone(), change, options).await.unwrap();
            assert_eq!(found, None, "{scope:?}");
            assert_eq!(storage.delete(scope, selector, true).await.unwrap(), 0, "{scope:?}");
        }
    }
    assert_eq!(storage.dump(), before);
}

#[tokio::test]
async fn the_same_id_in_each_scope_is_a_document_of_its_own() {
    let storage = MemoryStorage::new();
    // Of the two shared ones, both are one collection.
    let scopes: Vec<_> =
        ELSEWHERE.into_iter().chain([ALICE]).filter(|scope| scope.sharing != Sharing::SharedMine).collect();
    for (n, scope) in (0..).zip(&scopes) {
        insert(&storage, *scope, "a", doc! { "n": n }).await.unwrap();
        assert!(is_conflict(&insert(&storage, *scope, "a", doc! {}).await));
    }
    for (n, scope) in (0..).zip(&scopes) {
        assert_eq!(get(&storage, *scope, "a").await, Some(doc! { "n": n }), "{scope:?}");
    }
    let replace = |id| storage.update(BOB, by_id(id), operators(doc! { "$set": { "n": 9 } }), upserting("x"));
    replace("a").await.unwrap();
    storage.delete(scopes[1], by_id("a"), false).await.unwrap();
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 6 }));
    assert_eq!(storage.len(), scopes.len() - 1);
}

#[tokio::test]
async fn an_upsert_elsewhere_makes_a_document_there() {
    let storage = MemoryStorage::new();
    insert(&storage, ALICE, "a", doc! { "n": 1 }).await.unwrap();
    let change = operators(doc! { "$set": { "n": 2 } });
    let outcome = storage.update(BOB, by_id("a"), change, upserting("x")).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::upserted("a".into()));
    assert_eq!(get(&storage, ALICE, "a").await, Some(doc! { "n": 1 }));
    assert_eq!(get(&storage, BOB, "a").await, Some(doc! { "n": 2 }));
}

#[tokio::test]
async fn users_of_an_app_share_a_collection_and_each_document_has_its_maker() {
    let storage = MemoryStorage::new();
    insert(&storage, shared(ALICE), "a", doc! { "n": 1 }).await.unwrap();
    insert(&storage, mine(BOB), "b", doc! { "n": 1 }).await.unwrap();
    for scope in [shared(ALICE), shared(BOB), StorageScope { user_id: "carol", ..shared(ALICE) }] {
        let found = find(&storage, scope, all()).await;
        let owners: Vec<_> = found.iter().map(|found| found.owner.as_deref()).collect();
        assert_eq!(owners, [Some("alice"), Some("bob")]);
    }
    assert!(find(&storage, StorageScope { app_id: "other", ..shared(ALICE) }, all()).await.is_empty());
    assert!(find(&storage, StorageScope { plugin: "other", ..shared(ALICE) }, all()).await.is_empty());
}

#[tokio::test]
async fn mine_narrows_a_shared_collection_in_every_operation() {
    let storage = MemoryStorage::new();
    for (scope, id, n) in [(ALICE, "a", 1), (BOB, "b", 2), (ALICE, "c", 3)] {
        insert(&storage, shared(scope), id, doc! { "n": n }).await.unwrap();
    }
    let (all_of_bob, bob) = (mine(BOB), shared(BOB));
    for sort in [None, Some(doc! { "_id": 1 }), Some(doc! { "n": 1 })] {
        let mut query = Query::new(all());
        (query.sort, query.count_all) = (sort, true);
        assert_eq!(storage.find(all_of_bob, query.clone()).await.unwrap().total, Some(1));
        assert_eq!(ids(&storage, all_of_bob, query).await, ["b"]);
    }
    assert_eq!(storage.count(all_of_bob, all()).await.unwrap(), 1);
    assert_eq!(storage.distinct(all_of_bob, "n", all()).await.unwrap(), vec![2.into()]);
    for selector in [by_id("a"), Selector::Filter(doc! { "_id": "a" }), Selector::Filter(doc! { "n": 1 })] {
        assert!(find(&storage, all_of_bob, selector.clone()).await.is_empty());
        assert_eq!(storage.count(all_of_bob, selector.clone()).await.unwrap(), 0);
        assert_eq!(storage.delete(all_of_bob, selector.clone(), true).await.unwrap(), 0);
        let outcome = update(&storage, all_of_bob, selector, doc! { "$set": { "n": 9 } }).await.unwrap();
        assert_eq!(outcome, UpdateOutcome::new(0, 0));
    }
    assert_eq!(get(&storage, bob, "a").await, Some(doc! { "n": 1 }));
    assert_eq!(storage.delete(all_of_bob, all(), true).await.unwrap(), 1);
    assert_eq!(ids(&storage, bob, Query::new(all())).await, ["a", "c"]);
}

#[tokio::test]
async fn no_update_changes_who_made_a_shared_document() {
    let storage = MemoryStorage::new();
    insert(&storage, shared(ALICE), "a", doc! { "n": 1 }).await.unwrap();
    let changes = [operators(doc! { "$inc": { "n": 1 } }), Change::Replacement(raw(doc! { "new": true }))];
    for change in changes {
        storage.update(shared(BOB), by_id("a"), change, upserting("x")).await.unwrap();
        let found = find(&storage, shared(BOB), by_id("a")).await;
        assert_eq!(found[0].owner.as_deref(), Some("alice"));
    }
    let mut options = FindAndUpdateOptions::new(NOW);
    options.return_new = true;
    let change = operators(doc! { "$set": { "n": 7 } });
    let found = storage.find_and_update(shared(BOB), all(), change, options).await.unwrap().unwrap();
    assert_eq!(found.owner.as_deref(), Some("alice"));
}

#[tokio::test]
async fn whoever_upserts_into_a_shared_collection_owns_the_document() {
    let storage = MemoryStorage::new();
    let change = || operators(doc! { "$set": { "n": 1 } });
    storage.update(shared(BOB), by_id("a"), change(), upserting("x")).await.unwrap();
    let mut options = FindAndUpdateOptions::new(NOW);
    (options.return_new, options.upsert) = (true, Some("x".into()));
    let found = storage.find_and_update(mine(ALICE), all(), change(), options).await.unwrap().unwrap();
    assert_eq!((found.id, found.owner.as_deref()), ("x".into(), Some("alice")));
    assert_eq!(find(&storage, mine(BOB), all()).await.len(), 1);
}

#[tokio::test]
async fn an_id_that_another_made_in_a_shared_collection_is_taken_for_all() {
    let storage = MemoryStorage::new();
    insert(&storage, shared(ALICE), "a", doc! { "n": 1 }).await.unwrap();
    assert!(is_conflict(&storage.insert(mine(BOB), vec![new("b", doc! {}), new("a", doc! {})]).await));
    let change = operators(doc! { "$set": { "n": 2 } });
    assert!(is_conflict(&storage.update(mine(BOB), by_id("a"), change, upserting("x")).await));
    let found = find(&storage, shared(BOB), all()).await;
    assert_eq!((found.len(), &found[0].document), (1, &raw(doc! { "n": 1 })));
}

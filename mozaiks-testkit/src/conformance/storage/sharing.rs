//! Collections that an app's users share.

use bson::{bson, doc};
use mozaiks_core::storage::{Change, Query, Sharing, StorageScope, UpdateOutcome};

use super::Subject;
use super::ask::{
    ALICE, BOB, Refusal, all, by, by_id, count, delete, find, find_options, holds, ids, insert, many, new,
    options, read, refused, replacement, update, upserting,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("sharing.rs");
    what_is_shared_is_seen_by_the_users_of_the_app,
    what_is_shared_stays_in_the_app,
    what_is_shared_and_what_is_private_are_two_collections,
    whoever_inserts_is_the_owner,
    mine_narrows_every_call_to_the_caller,
    others_change_what_is_shared_and_the_owner_stays,
    an_id_in_a_shared_collection_is_taken_for_all,
    an_id_that_another_owns_is_taken_for_mine,
    whoever_upserts_owns_the_document,
    an_upsert_through_mine_does_not_change_anothers,
    find_and_update_tells_the_owner,
    mine_of_nobody_is_empty,
    aggregate_of_mine_sees_mine,
    an_owner_of_an_odd_name_is_told,
    the_total_of_mine_counts_mine,
];

fn shared(scope: StorageScope<'static>) -> StorageScope<'static> {
    StorageScope { sharing: Sharing::Shared, ..scope }
}

fn mine(scope: StorageScope<'static>) -> StorageScope<'static> {
    StorageScope { sharing: Sharing::SharedMine, ..scope }
}

/// The owner of a document, as somebody else is told.
async fn owner(storage: &Subject, id: &str) -> Option<String> {
    let carol = StorageScope { user_id: "carol", ..shared(ALICE) };
    find(storage, carol, Query::new(by_id(id))).await.into_iter().next().and_then(|found| found.owner)
}

/// A shared collection is one for all users of an app.
pub async fn what_is_shared_is_seen_by_the_users_of_the_app(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    insert(storage, shared(BOB), "b", doc! { "n": 2 }).await;
    for scope in [shared(ALICE), shared(BOB), StorageScope { user_id: "carol", ..shared(ALICE) }] {
        assert_eq!(ids(storage, scope).await, ["a", "b"]);
        holds(storage, scope, "a", Some(&doc! { "n": 1 })).await;
        assert_eq!(count(storage, scope, by(doc! { "n": { "$gt": 0 } })).await, 2);
    }
}

/// What is shared is shared in one app, by one plugin.
pub async fn what_is_shared_stays_in_the_app(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    for scope in [
        StorageScope { app_id: "bank", ..shared(ALICE) },
        StorageScope { plugin: "tasks", ..shared(ALICE) },
        StorageScope { collection: "lists", ..shared(ALICE) },
        StorageScope { app_id: "bank", ..mine(ALICE) },
    ] {
        assert_eq!(ids(storage, scope).await, Vec::<String>::new());
        assert_eq!(delete(storage, scope, all(), true).await, 0);
        insert(storage, scope, "a", doc! { "n": 2 }).await;
        assert_eq!(delete(storage, scope, by_id("a"), false).await, 1);
    }
    holds(storage, shared(BOB), "a", Some(&doc! { "n": 1 })).await;
}

/// A shared collection and a private one of the same name have nothing in common.
pub async fn what_is_shared_and_what_is_private_are_two_collections(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "shared": true }).await;
    insert(storage, ALICE, "a", doc! { "private": true }).await;
    holds(storage, shared(ALICE), "a", Some(&doc! { "shared": true })).await;
    holds(storage, mine(ALICE), "a", Some(&doc! { "shared": true })).await;
    holds(storage, ALICE, "a", Some(&doc! { "private": true })).await;
    assert_eq!(delete(storage, ALICE, all(), true).await, 1);
    assert_eq!(ids(storage, shared(ALICE)).await, ["a"]);
}

/// The caller who inserts into a shared collection becomes the owner, also through `SharedMine`.
pub async fn whoever_inserts_is_the_owner(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! {}).await;
    insert(storage, mine(BOB), "b", doc! {}).await;
    assert_eq!(owner(storage, "a").await.as_deref(), Some("alice"));
    assert_eq!(owner(storage, "b").await.as_deref(), Some("bob"));
    let found = find(storage, mine(BOB), Query::new(all())).await;
    assert_eq!(found.first().and_then(|found| found.owner.as_deref()), Some("bob"), "the owner, told to bob");
}

/// `SharedMine` narrows every call to what the caller made.
pub async fn mine_narrows_every_call_to_the_caller(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    insert(storage, shared(BOB), "b", doc! { "n": 1 }).await;
    let scope = mine(BOB);
    assert_eq!(ids(storage, scope).await, ["b"]);
    assert_eq!(answer("distinct", storage.distinct(scope, "_id", all())).await, [bson!("b")]);
    for selector in [by_id("a"), by(doc! { "_id": "a" }), by(doc! { "_id": { "$in": ["a"] } })] {
        assert_eq!(count(storage, scope, selector.clone()).await, 0);
        assert_eq!(find(storage, scope, Query::new(selector.clone())).await, []);
        let outcome = update(storage, scope, selector.clone(), doc! { "$set": { "n": 9 } }, many()).await;
        assert_eq!(outcome, UpdateOutcome::new(0, 0));
        assert_eq!(delete(storage, scope, selector, true).await, 0);
    }
    let outcome = update(storage, scope, all(), doc! { "$set": { "n": 2 } }, many()).await;
    assert_eq!(outcome, UpdateOutcome::new(1, 1));
    assert_eq!(delete(storage, scope, all(), true).await, 1);
    holds(storage, shared(BOB), "a", Some(&doc! { "n": 1 })).await;
}

/// Any user may change what is shared; who made it stays.
pub async fn others_change_what_is_shared_and_the_owner_stays(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    update(storage, shared(BOB), by_id("a"), doc! { "$inc": { "n": 1 } }, options()).await;
    holds(storage, shared(ALICE), "a", Some(&doc! { "n": 2 })).await;
    assert_eq!(owner(storage, "a").await.as_deref(), Some("alice"));
    let call = storage.update(shared(BOB), by_id("a"), replacement(&doc! { "new": 1 }), options());
    assert_eq!(answer("update by a replacement", call).await, UpdateOutcome::new(1, 1));
    holds(storage, shared(ALICE), "a", Some(&doc! { "new": 1 })).await;
    assert_eq!(owner(storage, "a").await.as_deref(), Some("alice"), "the owner after a replacement");
    let change = Change::Operators(doc! { "$unset": { "new": "" } });
    answer("find_and_update", storage.find_and_update(shared(BOB), all(), change, find_options())).await;
    assert_eq!(owner(storage, "a").await.as_deref(), Some("alice"), "the owner after find_and_update");
    assert_eq!(delete(storage, shared(BOB), by_id("a"), false).await, 1);
}

/// One id is one document in a shared collection, whoever made it.
pub async fn an_id_in_a_shared_collection_is_taken_for_all(storage: &Subject) {
    for id in ["home", "65301c2f9d1e8b3a4c5d6e7f"] {
        insert(storage, shared(ALICE), id, doc! { "n": 1 }).await;
        let call = storage.insert(shared(BOB), vec![new(id, &doc! { "n": 2 })]);
        refused("insert of an id that alice has in the shared collection", call, Refusal::Conflict("_id"))
            .await;
        holds(storage, shared(BOB), id, Some(&doc! { "n": 1 })).await;
    }
}

/// `SharedMine` does not make the ids of others free.
pub async fn an_id_that_another_owns_is_taken_for_mine(storage: &Subject) {
    insert(storage, shared(ALICE), "home", doc! { "n": 1 }).await;
    let batch = vec![new("other", &doc! {}), new("home", &doc! { "n": 2 })];
    let call = storage.insert(mine(BOB), batch);
    refused("insert through mine of an id that alice has", call, Refusal::Conflict("_id")).await;
    assert_eq!(ids(storage, shared(BOB)).await, ["home"]);
    assert_eq!(owner(storage, "home").await.as_deref(), Some("alice"));
}

/// The caller of an upsert that inserts is the owner.
pub async fn whoever_upserts_owns_the_document(storage: &Subject) {
    update(storage, shared(BOB), by_id("a"), doc! { "$set": { "n": 1 } }, upserting("x")).await;
    update(storage, mine(ALICE), by(doc! { "n": 5 }), doc! { "$set": { "m": 1 } }, upserting("b")).await;
    assert_eq!(owner(storage, "a").await.as_deref(), Some("bob"));
    assert_eq!(owner(storage, "b").await.as_deref(), Some("alice"));
}

/// An upsert through `SharedMine` does not find what another made; its id is taken all the same.
pub async fn an_upsert_through_mine_does_not_change_anothers(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    let set = || Change::Operators(doc! { "$set": { "n": 2 } });
    let call = storage.update(mine(BOB), by_id("a"), set(), upserting("x"));
    refused("an upsert through mine of an id that alice has", call, Refusal::Conflict("_id")).await;
    let mut options = find_options();
    options.upsert = Some("x".into());
    let call = storage.find_and_update(mine(BOB), by_id("a"), set(), options);
    refused("the same by find_and_update", call, Refusal::Conflict("_id")).await;
    holds(storage, shared(ALICE), "a", Some(&doc! { "n": 1 })).await;
    assert_eq!(ids(storage, shared(ALICE)).await, ["a"]);
}

/// What `find_and_update` gives says who made it, before and after the change.
pub async fn find_and_update_tells_the_owner(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    for return_new in [false, true] {
        let mut options = find_options();
        options.return_new = return_new;
        let change = Change::Operators(doc! { "$inc": { "n": 1 } });
        let call = storage.find_and_update(shared(BOB), by_id("a"), change, options);
        let found = answer("find_and_update", call).await;
        assert_eq!(found.and_then(|found| found.owner).as_deref(), Some("alice"), "return_new: {return_new}");
    }
}

/// Who made nothing has nothing.
pub async fn mine_of_nobody_is_empty(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! {}).await;
    let carol = StorageScope { user_id: "carol", ..mine(ALICE) };
    assert_eq!(ids(storage, carol).await, Vec::<String>::new());
    assert_eq!(count(storage, carol, all()).await, 0);
}

/// A pipeline over `SharedMine` begins with what the caller made.
pub async fn aggregate_of_mine_sees_mine(storage: &Subject) {
    insert(storage, shared(ALICE), "a", doc! { "n": 1 }).await;
    insert(storage, shared(BOB), "b", doc! { "n": 10 }).await;
    let sum = || vec![doc! { "$group": { "_id": null, "n": { "$sum": "$n" } } }];
    for (scope, n) in [(mine(ALICE), 1), (mine(BOB), 10), (shared(BOB), 11)] {
        let found = answer("aggregate", storage.aggregate(scope, sum())).await;
        assert_eq!(found, [doc! { "_id": null, "n": n }], "the sum of {}", super::ask::place(scope));
    }
}

/// An owner is told as they are called, whatever is in the name.
pub async fn an_owner_of_an_odd_name_is_told(storage: &Subject) {
    for (number, user_id) in
        ["$ne", "a.b", "x/y", "\u{1f600}", "null", "{}", "A", "a"].into_iter().enumerate()
    {
        let scope = StorageScope { user_id, ..shared(ALICE) };
        let id = format!("id{number}");
        insert(storage, scope, &id, doc! {}).await;
        assert_eq!(owner(storage, &id).await.as_deref(), Some(user_id));
        assert_eq!(ids(storage, mine_of(user_id)).await, [id], "what {user_id:?} made");
    }
}

fn mine_of(user_id: &str) -> StorageScope<'_> {
    StorageScope { user_id, sharing: Sharing::SharedMine, ..ALICE }
}

/// The total of a page of `SharedMine` does not count what others made.
pub async fn the_total_of_mine_counts_mine(storage: &Subject) {
    for number in 0..6 {
        let scope = shared(if number % 2 == 0 { ALICE } else { BOB });
        insert(storage, scope, format!("id{number}"), doc! { "n": number }).await;
    }
    let mut query = Query::new(by(doc! { "n": { "$gt": 0 } }));
    (query.sort, query.limit, query.count_all) = (Some(doc! { "n": 1 }), Some(1), true);
    let found = answer("find", storage.find(mine(ALICE), query)).await;
    let first = found.documents.first().map(|found| read(&found.document));
    assert_eq!((first, found.total), (Some(doc! { "n": 2 }), Some(2)));
}

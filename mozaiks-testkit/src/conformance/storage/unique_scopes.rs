//! Unique indexes and scopes: with whom a value is a conflict.

use bson::doc;
use mozaiks_core::storage::{Index, Sharing, StorageScope, UpdateOutcome};

use super::Subject;
use super::ask::{ALICE, BOB, all, count, delete, insert, many, new, update};
use super::unique::{conflicts, declare, slug};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::fail;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("unique_scopes.rs");
    values_are_unique_for_one_user,
    values_are_unique_for_one_app_where_they_are_shared,
    values_of_shared_and_private_do_not_meet,
    values_of_plugins_and_collections_do_not_meet,
    of_inserts_of_one_value_at_the_same_time_one_wins,
];

/// What is taken with one user is free with another, and in another app.
pub async fn values_are_unique_for_one_user(storage: &Subject) {
    slug(storage).await;
    for scope in [ALICE, BOB, StorageScope { app_id: "bank", ..ALICE }] {
        insert(storage, scope, "a", doc! { "v": 1 }).await;
        conflicts(storage, scope, "b", doc! { "v": 1 }, "slug").await;
    }
    let outcome = update(storage, BOB, all(), doc! { "$set": { "v": 2 } }, many()).await;
    assert_eq!(outcome, UpdateOutcome::new(1, 1));
}

/// In a shared collection a value is taken for all users of the app, and free in another app.
pub async fn values_are_unique_for_one_app_where_they_are_shared(storage: &Subject) {
    declare(storage, &[Index::new("items", [("v", 1)]).unique().shared()]).await;
    let shared = |scope| StorageScope { sharing: Sharing::Shared, ..scope };
    insert(storage, shared(ALICE), "a", doc! { "v": 1 }).await;
    conflicts(storage, shared(BOB), "b", doc! { "v": 1 }, "v").await;
    let mine = StorageScope { sharing: Sharing::SharedMine, ..BOB };
    conflicts(storage, mine, "b", doc! { "v": 1 }, "v").await;
    insert(storage, StorageScope { app_id: "bank", ..shared(BOB) }, "b", doc! { "v": 1 }).await;
}

/// An index of a shared collection says nothing of the private one of the same name, and the other way about.
pub async fn values_of_shared_and_private_do_not_meet(storage: &Subject) {
    slug(storage).await;
    let shared = StorageScope { sharing: Sharing::Shared, ..ALICE };
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    insert(storage, shared, "a", doc! { "v": 1 }).await;
    insert(storage, shared, "b", doc! { "v": 1 }).await;
    declare(storage, &[Index::new("items", [("w", 1)]).unique().sparse().shared()]).await;
    insert(storage, ALICE, "b", doc! { "v": 1, "w": 1 }).await;
    insert(storage, ALICE, "c", doc! { "v": 1, "w": 1 }).await;
}

/// An index is of one collection of one plugin.
pub async fn values_of_plugins_and_collections_do_not_meet(storage: &Subject) {
    slug(storage).await;
    for scope in [StorageScope { plugin: "tasks", ..ALICE }, StorageScope { collection: "lists", ..ALICE }] {
        insert(storage, ALICE, format!("{}{}", scope.plugin, scope.collection), doc! { "v": scope.plugin })
            .await;
        insert(storage, scope, "a", doc! { "v": scope.plugin }).await;
        insert(storage, scope, "b", doc! { "v": scope.plugin }).await;
        assert_eq!(delete(storage, ALICE, all(), true).await, 1);
    }
}

/// Of parallel inserts of one value under different ids one wins.
pub async fn of_inserts_of_one_value_at_the_same_time_one_wins(storage: &Subject) {
    slug(storage).await;
    let inserts = (0..8).map(|number| {
        let storage = storage.shared();
        crate::conformance::wait::at_once(async move {
            let call = storage.insert(ALICE, vec![new(format!("{number}"), &doc! { "v": 1 })]);
            match crate::conformance::wait::within("`insert` to answer", call).await {
                Ok(()) | Err(mozaiks_core::storage::StorageError::Conflict { .. }) => {}
                Err(error) => fail(&format!("a parallel insert failed with {error:?}")),
            }
        })
    });
    futures_util::future::join_all(inserts).await;
    assert_eq!(count(storage, ALICE, all()).await, 1, "documents with one value of a unique index");
}

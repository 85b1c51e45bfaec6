//! Scopes with odd names, and names that look the same once they are put together.

use bson::doc;
use mozaiks_core::UserKey;
use mozaiks_core::storage::{Sharing, StorageScope};

use super::Subject;
use super::ask::{ALICE, all, count, holds, insert, place};
use super::scopes::apart;
use crate::conformance::suite::{Case, cases};
use crate::conformance::texts::{GLUED, odd_users};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("odd_scopes.rs");
    odd_users_and_apps_are_kept_apart,
    users_and_apps_that_look_the_same_together_are_kept_apart,
    plugins_and_collections_that_look_the_same_together_are_kept_apart,
    long_collections_and_plugins_are_kept_apart,
];

fn of(user: &UserKey) -> StorageScope<'_> {
    StorageScope { app_id: user.app_id(), user_id: user.user_id(), ..ALICE }
}

/// Users and apps are texts: case, spaces, separators, patterns and length tell them apart.
pub async fn odd_users_and_apps_are_kept_apart(storage: &Subject) {
    let users = odd_users();
    for (number, user) in (0..).zip(&users) {
        insert(storage, of(user), "same", doc! { "n": number }).await;
    }
    for (number, user) in (0..).zip(&users) {
        assert_eq!(count(storage, of(user), all()).await, 1, "documents of {}", place(of(user)));
        holds(storage, of(user), "same", Some(&doc! { "n": number })).await;
    }
}

/// Apps and users that are the same once they are glued together are different.
pub async fn users_and_apps_that_look_the_same_together_are_kept_apart(storage: &Subject) {
    for (number, [(app, user), (other_app, other_user)]) in GLUED.into_iter().enumerate() {
        let collection = format!("items{number}");
        let of = |app_id, user_id| StorageScope { app_id, user_id, collection: &collection, ..ALICE };
        apart(storage, of(app, user), of(other_app, other_user)).await;
    }
}

/// Plugin `a` with `b_c` and plugin `a_b` with `c` are different, and so is what is shared from what is private.
pub async fn plugins_and_collections_that_look_the_same_together_are_kept_apart(storage: &Subject) {
    let of = |plugin, collection, sharing| StorageScope { plugin, collection, sharing, ..ALICE };
    let (own, shared) = (Sharing::Private, Sharing::Shared);
    apart(storage, of("a", "b_c", own), of("a_b", "c", own)).await;
    apart(storage, of("a", "b_c", shared), of("a_b", "c", shared)).await;
    apart(storage, of("notes", "shared_items", own), of("notes", "items", shared)).await;
    apart(storage, of("notes", "items_shared", own), of("notes_shared", "items", own)).await;
    apart(storage, of("shared", "x", own), of("x", "shared", own)).await;
}

/// Names of 60 letters are names, and tell apart by the last of them.
pub async fn long_collections_and_plugins_are_kept_apart(storage: &Subject) {
    let (one, other) = (format!("{}a", "x".repeat(59)), format!("{}b", "x".repeat(59)));
    let of = |plugin, collection| StorageScope { plugin, collection, ..ALICE };
    apart(storage, of("notes", &one), of("notes", &other)).await;
    apart(storage, of(&one, "items"), of(&other, "items")).await;
}

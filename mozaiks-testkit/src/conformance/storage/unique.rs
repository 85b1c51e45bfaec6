//! Unique indexes: what is a conflict, and with whom.

use bson::{Document, bson, doc};
use mozaiks_core::storage::{Change, Index, StorageScope, UpdateOutcome};

use super::Subject;
use super::ask::{
    ALICE, Refusal, all, by, by_id, count, delete, find_options, holds, ids, insert, many, new, options,
    refused, replacement, text, update, upserting,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("unique.rs");
    two_documents_with_one_value_are_a_conflict,
    a_conflict_names_the_index,
    of_many_documents_none_is_inserted_after_a_conflict,
    two_of_one_insert_can_be_the_conflict,
    an_update_into_a_taken_value_is_a_conflict,
    an_update_to_the_same_value_is_none,
    a_replacement_into_a_taken_value_is_a_conflict,
    find_and_update_into_a_taken_value_is_a_conflict,
    an_upsert_of_a_taken_value_is_a_conflict,
    an_update_of_many_into_one_value_is_a_conflict,
    a_value_is_free_after_a_delete_or_an_update,
];

pub(super) async fn declare(storage: &Subject, indexes: &[Index]) {
    answer("create_indexes", storage.create_indexes("notes", indexes)).await;
}

/// A unique index on the field `v`, called `slug`.
pub(super) async fn slug(storage: &Subject) {
    declare(storage, &[Index::new("items", [("v", 1)]).name("slug").unique()]).await;
}

pub(super) async fn conflicts(
    storage: &Subject,
    scope: StorageScope<'_>,
    id: &str,
    document: Document,
    index: &str,
) {
    let call = storage.insert(scope, vec![new(id, &document)]);
    refused(&format!("insert of {} as {id}", text(&document)), call, Refusal::Conflict(index)).await;
    holds(storage, scope, id, None).await;
}

/// A second document with the same value is refused, and the first stays.
pub async fn two_documents_with_one_value_are_a_conflict(storage: &Subject) {
    slug(storage).await;
    for value in [bson!("a"), bson!({ "x": 1 }), bson!(true), bson!(1.5)] {
        let id = format!("{value}");
        insert(storage, ALICE, &id, doc! { "v": value.clone() }).await;
        conflicts(storage, ALICE, "second", doc! { "v": value.clone(), "n": 2 }, "slug").await;
        holds(storage, ALICE, &id, Some(&doc! { "v": value })).await;
    }
    insert(storage, ALICE, "other", doc! { "v": "b" }).await;
}

/// Of several indexes the conflict names the one that it is about.
pub async fn a_conflict_names_the_index(storage: &Subject) {
    let indexes = [
        Index::new("items", [("a", 1)]).unique(),
        Index::new("items", [("b", -1)]).name("second").unique(),
        Index::new("items", [("c", 1)]),
    ];
    declare(storage, &indexes).await;
    insert(storage, ALICE, "first", doc! { "a": 1, "b": 1, "c": 1 }).await;
    conflicts(storage, ALICE, "x", doc! { "a": 1, "b": 2, "c": 1 }, "a").await;
    conflicts(storage, ALICE, "x", doc! { "a": 2, "b": 1, "c": 1 }, "second").await;
    conflicts_with_the_id(storage).await;
    insert(storage, ALICE, "x", doc! { "a": 2, "b": 2, "c": 1 }).await;
}

async fn conflicts_with_the_id(storage: &Subject) {
    let call = storage.insert(ALICE, vec![new("first", &doc! { "a": 5, "b": 5 })]);
    refused("insert of an id that is taken, with free values", call, Refusal::Conflict("_id")).await;
}

/// All are inserted or none.
pub async fn of_many_documents_none_is_inserted_after_a_conflict(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "first", doc! { "v": 1 }).await;
    for at in 0..3 {
        let mut batch = vec![new("x", &doc! { "v": 8 }), new("y", &doc! { "v": 9 })];
        batch.insert(at, new("z", &doc! { "v": 1 }));
        refused(
            "insert of three, one with a taken value",
            storage.insert(ALICE, batch),
            Refusal::Conflict("slug"),
        )
        .await;
        assert_eq!(ids(storage, ALICE).await, ["first"], "after a conflict at {at}");
    }
    // Nothing of the refused ones has taken a value.
    insert(storage, ALICE, "x", doc! { "v": 8 }).await;
}

/// Two documents of one insert may be each other's conflict.
pub async fn two_of_one_insert_can_be_the_conflict(storage: &Subject) {
    slug(storage).await;
    let batch = vec![new("x", &doc! { "v": 1 }), new("y", &doc! { "v": 1.0 })];
    refused("insert of two with one value", storage.insert(ALICE, batch), Refusal::Conflict("slug")).await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

async fn two(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    insert(storage, ALICE, "b", doc! { "v": 2 }).await;
}

async fn two_still(storage: &Subject) {
    holds(storage, ALICE, "a", Some(&doc! { "v": 1 })).await;
    holds(storage, ALICE, "b", Some(&doc! { "v": 2 })).await;
    assert_eq!(count(storage, ALICE, by(doc! { "v": 2 })).await, 1);
}

/// An update that would give a document the value of another is refused, and it stays as it was.
pub async fn an_update_into_a_taken_value_is_a_conflict(storage: &Subject) {
    two(storage).await;
    for change in
        [doc! { "$set": { "v": 1, "n": 1 } }, doc! { "$inc": { "v": -1 } }, doc! { "$set": { "v": [5, 1] } }]
    {
        let asked = format!("the update {change}");
        let call = storage.update(ALICE, by_id("b"), Change::Operators(change), options());
        refused(&asked, call, Refusal::Conflict("slug")).await;
        two_still(storage).await;
    }
}

/// A document is not its own conflict.
pub async fn an_update_to_the_same_value_is_none(storage: &Subject) {
    two(storage).await;
    let outcome = update(storage, ALICE, by_id("b"), doc! { "$set": { "v": 2.0, "n": 1 } }, options()).await;
    assert_eq!(outcome, UpdateOutcome::new(1, 1));
    let call = storage.update(ALICE, by_id("b"), replacement(&doc! { "v": 2 }), options());
    assert_eq!(answer("a replacement with the same value", call).await, UpdateOutcome::new(1, 1));
    two_still(storage).await;
}

/// So it is with a replacement.
pub async fn a_replacement_into_a_taken_value_is_a_conflict(storage: &Subject) {
    two(storage).await;
    let call = storage.update(ALICE, by_id("b"), replacement(&doc! { "v": 1 }), options());
    refused("a replacement with a taken value", call, Refusal::Conflict("slug")).await;
    two_still(storage).await;
}

/// So it is with `find_and_update`.
pub async fn find_and_update_into_a_taken_value_is_a_conflict(storage: &Subject) {
    two(storage).await;
    let change = Change::Operators(doc! { "$set": { "v": 1 } });
    let call = storage.find_and_update(ALICE, by(doc! { "v": 2 }), change, find_options());
    refused("find_and_update into a taken value", call, Refusal::Conflict("slug")).await;
    two_still(storage).await;
}

/// An upsert that would insert a taken value inserts nothing.
pub async fn an_upsert_of_a_taken_value_is_a_conflict(storage: &Subject) {
    two(storage).await;
    let change = Change::Operators(doc! { "$set": { "v": 1 } });
    let call = storage.update(ALICE, by_id("c"), change, upserting("x"));
    refused("an upsert with a taken value", call, Refusal::Conflict("slug")).await;
    two_still(storage).await;
    assert_eq!(ids(storage, ALICE).await, ["a", "b"]);
}

/// An update of many that would give them all one value ends at the first conflict: each document is as it was or as
/// it should be, and no two have one value.
pub async fn an_update_of_many_into_one_value_is_a_conflict(storage: &Subject) {
    two(storage).await;
    let change = Change::Operators(doc! { "$set": { "v": 7 } });
    let call = storage.update(ALICE, all(), change, many());
    refused("an update of two into one value", call, Refusal::Conflict("slug")).await;
    let values = answer("distinct", storage.distinct(ALICE, "v", all())).await;
    assert_eq!(
        values.len(),
        2,
        "the values of two documents, after an update that ended at a conflict: {values:?}"
    );
}

/// A value is free again when its document is gone or has another one.
pub async fn a_value_is_free_after_a_delete_or_an_update(storage: &Subject) {
    two(storage).await;
    assert_eq!(delete(storage, ALICE, by_id("a"), false).await, 1);
    insert(storage, ALICE, "c", doc! { "v": 1 }).await;
    update(storage, ALICE, by_id("b"), doc! { "$set": { "v": 3 } }, options()).await;
    insert(storage, ALICE, "d", doc! { "v": 2 }).await;
    let change = doc! { "$unset": { "v": "" } };
    update(storage, ALICE, by_id("c"), change, options()).await;
    insert(storage, ALICE, "e", doc! { "v": 1 }).await;
    conflicts(storage, ALICE, "f", doc! { "v": 3 }, "slug").await;
}

//! Ids: which there are, which are the same, and what a filter says of them.

use bson::doc;
use bson::oid::ObjectId;
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{NewDocument, Selector};

use super::Subject;
use super::ask::{ALICE, Refusal, by, by_id, count, get, holds, ids, insert, new, raw, refused};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("ids.rs");
    an_id_is_a_text_or_an_object_id,
    twenty_four_digits_and_an_object_id_are_one_id,
    ids_that_look_alike_are_different,
    a_generated_id_is_kept_as_any_other,
    an_id_that_is_taken_is_a_conflict,
    a_conflict_leaves_the_document_that_was_there,
    an_id_that_was_deleted_can_be_used_again,
    an_id_in_a_filter_is_a_value_like_others,
    an_id_in_a_filter_does_not_override_other_conditions,
    a_long_id_is_an_id,
];

/// An id is an ObjectId or any text, an empty one too.
pub async fn an_id_is_a_text_or_an_object_id(storage: &Subject) {
    let texts = ["home", "", " ", ".", "$", "$where", "_id", "a\0b", "ü", "😀", "null", "1"];
    let mut all: Vec<DocumentId> = texts.into_iter().map(DocumentId::from).collect();
    all.extend([ObjectId::from_bytes([0; 12]).into(), ObjectId::from_bytes([255; 12]).into()]);
    for (number, id) in (0..).zip(&all) {
        insert(storage, ALICE, id, doc! { "number": number }).await;
    }
    for (number, id) in (0..).zip(&all) {
        holds(storage, ALICE, id, Some(&doc! { "number": number })).await;
    }
}

/// 24 hexadecimal digits are an ObjectId, written in either case.
pub async fn twenty_four_digits_and_an_object_id_are_one_id(storage: &Subject) {
    let (lower, upper) = ("65301c2f9d1e8b3a4c5d6e7f", "65301C2F9D1E8B3A4C5D6E7F");
    insert(storage, ALICE, lower, doc! { "n": 1 }).await;
    holds(storage, ALICE, upper, Some(&doc! { "n": 1 })).await;
    let taken = storage.insert(ALICE, vec![new(upper, &doc! {})]);
    refused(&format!("insert of {upper} beside {lower}"), taken, Refusal::Conflict("_id")).await;
}

/// Ids are compared byte by byte: case, spaces and ways to write an accent tell them apart.
pub async fn ids_that_look_alike_are_different(storage: &Subject) {
    let alike = ["a", "A", "a ", " a", "\u{e9}", "e\u{301}", "\u{430}", "\u{ff41}", "a\0", "1", "01", "1.0"];
    for (number, id) in (0..).zip(alike) {
        insert(storage, ALICE, id, doc! { "number": number }).await;
    }
    for (number, id) in (0..).zip(alike) {
        holds(storage, ALICE, id, Some(&doc! { "number": number })).await;
        assert_eq!(count(storage, ALICE, by(doc! { "_id": id })).await, 1, "documents with the `_id` {id:?}");
    }
}

/// An id that the runtime made is found, compared and sorted as one that somebody chose.
pub async fn a_generated_id_is_kept_as_any_other(storage: &Subject) {
    let made = ObjectId::from_bytes([7; 12]);
    let document = doc! { "n": 1 };
    answer("insert", storage.insert(ALICE, vec![NewDocument::generated(made, raw(&document))])).await;
    holds(storage, ALICE, made, Some(&document)).await;
    assert_eq!(
        count(storage, ALICE, by(doc! { "_id": made })).await,
        1,
        "documents with the generated `_id`"
    );
    let taken = storage.insert(ALICE, vec![new(made, &document)]);
    refused("insert of an id that was generated before", taken, Refusal::Conflict("_id")).await;
}

/// A document whose id is in the scope already is a conflict with the index `_id`.
pub async fn an_id_that_is_taken_is_a_conflict(storage: &Subject) {
    for id in ["home", "65301c2f9d1e8b3a4c5d6e7f"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
        let call = storage.insert(ALICE, vec![new(id, &doc! { "n": 2 })]);
        refused(&format!("insert of the id {id} that is taken"), call, Refusal::Conflict("_id")).await;
    }
}

/// After a conflict the document is as it was.
pub async fn a_conflict_leaves_the_document_that_was_there(storage: &Subject) {
    let first = doc! { "n": 1 };
    insert(storage, ALICE, "home", first.clone()).await;
    let call = storage.insert(ALICE, vec![new("home", &doc! { "other": 2 })]);
    refused("insert of an id that is taken", call, Refusal::Conflict("_id")).await;
    holds(storage, ALICE, "home", Some(&first)).await;
    assert_eq!(ids(storage, ALICE).await, ["home"]);
}

/// What was deleted is gone, and its id is free.
pub async fn an_id_that_was_deleted_can_be_used_again(storage: &Subject) {
    insert(storage, ALICE, "home", doc! { "old": 1 }).await;
    assert_eq!(answer("delete", storage.delete(ALICE, by_id("home"), false)).await, 1);
    holds(storage, ALICE, "home", None).await;
    insert(storage, ALICE, "home", doc! { "new": 2 }).await;
    holds(storage, ALICE, "home", Some(&doc! { "new": 2 })).await;
}

/// `_id` in a filter can be compared, listed and negated.
pub async fn an_id_in_a_filter_is_a_value_like_others(storage: &Subject) {
    let made = ObjectId::from_bytes([7; 12]);
    insert(storage, ALICE, "a", doc! {}).await;
    insert(storage, ALICE, "b", doc! {}).await;
    insert(storage, ALICE, made, doc! {}).await;
    let filters = [
        (doc! { "_id": "a" }, 1),
        (doc! { "_id": made }, 1),
        (doc! { "_id": { "$in": ["a", made, "c"] } }, 2),
        (doc! { "_id": { "$ne": "a" } }, 2),
        (doc! { "_id": { "$nin": ["a", "b"] } }, 1),
        (doc! { "_id": { "$gt": "a" } }, 1),
        (doc! { "_id": { "$type": "objectId" } }, 1),
        (doc! { "_id": { "$regex": "^[ab]$" } }, 2),
        (doc! { "_id": { "$exists": true } }, 3),
        (doc! { "_id": null }, 0),
        (doc! { "_id": 1 }, 0),
        (doc! { "$or": [{ "_id": "a" }, { "_id": made }] }, 2),
        (doc! { "$nor": [{ "_id": "a" }] }, 2),
    ];
    for (filter, expected) in filters {
        assert_eq!(
            count(storage, ALICE, by(filter.clone())).await,
            expected,
            "documents that match {filter}"
        );
    }
}

/// A filter with an `_id` and other conditions asks for all of them.
pub async fn an_id_in_a_filter_does_not_override_other_conditions(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    insert(storage, ALICE, "b", doc! { "n": 2 }).await;
    let filters = [
        (doc! { "_id": "a", "n": 1 }, 1),
        (doc! { "_id": "a", "n": 2 }, 0),
        (doc! { "n": 2, "_id": "a" }, 0),
        (doc! { "$and": [{ "_id": "a" }, { "_id": "b" }] }, 0),
        (doc! { "_id": { "$eq": "a", "$ne": "a" } }, 0),
        (doc! { "$or": [{ "_id": "a", "n": 2 }, { "_id": "b", "n": 2 }] }, 1),
    ];
    for (filter, expected) in filters {
        assert_eq!(
            count(storage, ALICE, by(filter.clone())).await,
            expected,
            "documents that match {filter}"
        );
    }
}

/// An id of 512 bytes is an id, and one that differs in the last of them is another.
pub async fn a_long_id_is_an_id(storage: &Subject) {
    let (first, second) = (format!("{}a", "x".repeat(511)), format!("{}b", "x".repeat(511)));
    insert(storage, ALICE, &first, doc! { "n": 1 }).await;
    assert_eq!(get(storage, ALICE, &second).await, None);
    insert(storage, ALICE, &second, doc! { "n": 2 }).await;
    holds(storage, ALICE, &first, Some(&doc! { "n": 1 })).await;
    assert_eq!(answer("delete", storage.delete(ALICE, Selector::Id(first.into()), true)).await, 1);
    holds(storage, ALICE, &second, Some(&doc! { "n": 2 })).await;
}

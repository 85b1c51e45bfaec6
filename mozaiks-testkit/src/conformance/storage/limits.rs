//! Limits: 16 MiB less 16 KiB, 100 levels, names without NUL.

use bson::{Bson, Document, bson, doc};
use mozaiks_core::storage::Change;
use mozaiks_core::storage::eval::{MAX_DEPTH, MAX_DOCUMENT_SIZE};

use super::Subject;
use super::ask::{
    ALICE, Refusal, by_id, get, holds, ids, insert, new, options, raw, refused, replacement, upserting,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("limits.rs");
    the_largest_document_can_be_kept,
    a_document_that_is_too_large_is_refused,
    the_deepest_document_can_be_kept,
    a_document_that_is_too_deep_is_refused,
    arrays_count_as_levels,
    an_update_cannot_make_a_document_too_large,
    an_update_cannot_make_a_document_too_deep,
    a_replacement_has_the_same_limits,
    an_upsert_has_the_same_limits,
    of_many_documents_one_that_is_too_large_stops_all,
    a_document_with_many_fields_can_be_kept,
    a_wide_array_can_be_kept,
];

/// A document of so many bytes.
fn of_size(size: usize) -> Document {
    let around = raw(&doc! { "text": "" }).as_bytes().len();
    doc! { "text": "x".repeat(size - around) }
}

/// A document of so many levels, itself included.
fn of_depth(levels: usize) -> Document {
    (1..levels).fold(doc! { "n": 1 }, |inner, _| doc! { "d": inner })
}

/// A document of exactly 16 MiB less 16 KiB, its id not counted, comes back whole.
pub async fn the_largest_document_can_be_kept(storage: &Subject) {
    let document = of_size(MAX_DOCUMENT_SIZE);
    insert(storage, ALICE, "large", document.clone()).await;
    let found = get(storage, ALICE, "large").await;
    assert!(found == Some(document), "a document of 16 MiB less 16 KiB did not come back as it went in");
}

/// One byte more is refused.
pub async fn a_document_that_is_too_large_is_refused(storage: &Subject) {
    let call = storage.insert(ALICE, vec![new("large", &of_size(MAX_DOCUMENT_SIZE + 1))]);
    refused("insert of 16 MiB less 16 KiB and one byte", call, Refusal::TooLarge).await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// A document of 100 levels comes back whole.
pub async fn the_deepest_document_can_be_kept(storage: &Subject) {
    let document = of_depth(MAX_DEPTH);
    insert(storage, ALICE, "deep", document.clone()).await;
    holds(storage, ALICE, "deep", Some(&document)).await;
}

/// One level more is refused.
pub async fn a_document_that_is_too_deep_is_refused(storage: &Subject) {
    for levels in [MAX_DEPTH + 1, 2 * MAX_DEPTH] {
        let call = storage.insert(ALICE, vec![new("deep", &of_depth(levels))]);
        refused(&format!("insert of {levels} levels"), call, Refusal::TooLarge).await;
    }
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// Arrays nest as documents do.
pub async fn arrays_count_as_levels(storage: &Subject) {
    let nested =
        |levels: usize| doc! { "a": (1..levels).fold(bson!(1), |inner, _| Bson::Array(vec![inner])) };
    let document = nested(MAX_DEPTH);
    insert(storage, ALICE, "deep", document.clone()).await;
    holds(storage, ALICE, "deep", Some(&document)).await;
    let call = storage.insert(ALICE, vec![new("deeper", &nested(MAX_DEPTH + 1))]);
    refused("insert of 101 levels of arrays", call, Refusal::TooLarge).await;
}

/// What an update would make has the same limit, and the document stays as it was.
pub async fn an_update_cannot_make_a_document_too_large(storage: &Subject) {
    let half = "x".repeat(MAX_DOCUMENT_SIZE / 2);
    insert(storage, ALICE, "a", doc! { "n": 1, "half": &half }).await;
    let change = Change::Operators(doc! { "$set": { "n": 2, "other": &half } });
    refused(
        "an update beyond 16 MiB less 16 KiB",
        storage.update(ALICE, by_id("a"), change, options()),
        Refusal::TooLarge,
    )
    .await;
    let found = get(storage, ALICE, "a").await;
    assert!(found == Some(doc! { "n": 1, "half": half }), "an update that was refused changed the document");
}

/// As for the size, so for the depth.
pub async fn an_update_cannot_make_a_document_too_deep(storage: &Subject) {
    let before = of_depth(60);
    insert(storage, ALICE, "a", before.clone()).await;
    let path = vec!["d"; 59].join(".") + ".more";
    let change = Change::Operators(doc! { "$set": { path: of_depth(60) } });
    refused(
        "an update to 119 levels",
        storage.update(ALICE, by_id("a"), change, options()),
        Refusal::TooLarge,
    )
    .await;
    holds(storage, ALICE, "a", Some(&before)).await;
}

/// A replacement is a document, with a document's limits.
pub async fn a_replacement_has_the_same_limits(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    for document in [of_size(MAX_DOCUMENT_SIZE + 1), of_depth(MAX_DEPTH + 1)] {
        let call = storage.update(ALICE, by_id("a"), replacement(&document), options());
        refused("a replacement that is too large or too deep", call, Refusal::TooLarge).await;
    }
    holds(storage, ALICE, "a", Some(&doc! { "n": 1 })).await;
}

/// What an upsert inserts is a document, with a document's limits.
pub async fn an_upsert_has_the_same_limits(storage: &Subject) {
    let text = "x".repeat(MAX_DOCUMENT_SIZE);
    let change = Change::Operators(doc! { "$set": { "text": text } });
    let call = storage.update(ALICE, by_id("a"), change, upserting("x"));
    refused("an upsert beyond 16 MiB less 16 KiB", call, Refusal::TooLarge).await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// All are inserted or none.
pub async fn of_many_documents_one_that_is_too_large_stops_all(storage: &Subject) {
    for document in [of_size(MAX_DOCUMENT_SIZE + 1), of_depth(MAX_DEPTH + 1)] {
        let batch = vec![new("a", &doc! {}), new("b", &document), new("c", &doc! {})];
        refused("insert of three, one of them too large", storage.insert(ALICE, batch), Refusal::TooLarge)
            .await;
        assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
    }
}

/// Ten thousand fields are no limit.
pub async fn a_document_with_many_fields_can_be_kept(storage: &Subject) {
    let document: Document =
        (0..10_000).map(|number| (format!("field{number}"), Bson::Int32(number))).collect();
    insert(storage, ALICE, "wide", document.clone()).await;
    holds(storage, ALICE, "wide", Some(&document)).await;
}

/// A hundred thousand elements are no limit, and are searched.
pub async fn a_wide_array_can_be_kept(storage: &Subject) {
    let document = doc! { "a": (0..100_000).collect::<Vec<i32>>() };
    insert(storage, ALICE, "wide", document.clone()).await;
    holds(storage, ALICE, "wide", Some(&document)).await;
    let found = answer("count", storage.count(ALICE, super::ask::by(doc! { "a": 99_999 }))).await;
    assert_eq!(found, 1, "documents with 99,999 in the array");
}

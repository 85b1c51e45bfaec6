//! `$unwind` and `$count`.

use bson::{bson, doc};

use super::Subject;
use super::ask::decimal;
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("unwinding.rs");
    unwind_gives_one_document_for_each_element,
    unwind_drops_missing_null_and_empty,
    unwind_keeps_them_if_it_is_told,
    unwind_passes_a_scalar_through,
    unwind_numbers_elements,
    unwind_does_not_go_through_arrays,
    unwind_takes_one_level,
    count_gives_one_document,
    count_over_nothing_gives_no_document,
    match_after_unwind_sees_elements,
];

/// `$unwind` gives a document for each element, with the element in the array's place.
pub async fn unwind_gives_one_document_for_each_element(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1, "l": ["x", null, { "b": 1 }], "z": 2 }]).await;
    let row = |value: bson::Bson| doc! { "_id": "000", "a": 1, "l": value, "z": 2 };
    shelf
        .pipes([doc! { "$unwind": "$l" }], [row(bson!("x")), row(bson!(null)), row(bson!({ "b": 1 }))])
        .await;
    shelf.pipes([doc! { "$unwind": { "path": "$l" } }, doc! { "$limit": 1 }], [row(bson!("x"))]).await;
}

/// A document whose field is missing, null or `[]` is dropped.
pub async fn unwind_drops_missing_null_and_empty(storage: &Subject) {
    let shelf = shelf(storage, [doc! {}, doc! { "l": null }, doc! { "l": [] }, doc! { "l": [1] }]).await;
    shelf.pipes([doc! { "$unwind": "$l" }], [doc! { "_id": "003", "l": 1 }]).await;
}

/// With `preserveNullAndEmptyArrays` they stay; of an empty array the field goes.
pub async fn unwind_keeps_them_if_it_is_told(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "n": 0 }, doc! { "l": null }, doc! { "l": [], "n": 2 }, doc! { "l": [1] }])
            .await;
    let unwind = doc! { "$unwind": { "path": "$l", "preserveNullAndEmptyArrays": true } };
    let expected = [
        doc! { "_id": "000", "n": 0 },
        doc! { "_id": "001", "l": null },
        doc! { "_id": "002", "n": 2 },
        doc! { "_id": "003", "l": 1 },
    ];
    shelf.pipes_in_any_order([unwind], expected).await;
}

/// What is no array passes as if it were the only element.
pub async fn unwind_passes_a_scalar_through(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "l": 5 }, doc! { "l": { "a": [1] } }]).await;
    let expected = [doc! { "_id": "000", "l": 5 }, doc! { "_id": "001", "l": { "a": [1] } }];
    shelf.pipes_in_any_order([doc! { "$unwind": "$l" }], expected).await;
}

/// `includeArrayIndex` numbers the elements with longs, and has null for what is no array.
pub async fn unwind_numbers_elements(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "l": ["a", "b"] }, doc! { "l": "c" }]).await;
    let unwind = doc! { "$unwind": { "path": "$l", "includeArrayIndex": "i" } };
    let expected = [
        doc! { "_id": "000", "l": "a", "i": 0_i64 },
        doc! { "_id": "000", "l": "b", "i": 1_i64 },
        doc! { "_id": "001", "l": "c", "i": null },
    ];
    shelf.pipes([unwind, doc! { "$sort": { "_id": 1, "l": 1 } }], expected).await;
}

/// The path of an `$unwind` goes into documents, not through arrays.
pub async fn unwind_does_not_go_through_arrays(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": { "l": [1, 2] } }, doc! { "a": [{ "l": [3] }] }]).await;
    let expected = [doc! { "_id": "000", "a": { "l": 1 } }, doc! { "_id": "000", "a": { "l": 2 } }];
    shelf.pipes_in_any_order([doc! { "$unwind": "$a.l" }], expected).await;
}

/// An array inside an array is an element.
pub async fn unwind_takes_one_level(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "l": [[1, 2], [3]] }]).await;
    let once = [doc! { "_id": "000", "l": [1, 2] }, doc! { "_id": "000", "l": [3] }];
    shelf.pipes([doc! { "$unwind": "$l" }], once).await;
    let twice = [1, 2, 3].map(|n| doc! { "_id": "000", "l": n });
    shelf.pipes([doc! { "$unwind": "$l" }, doc! { "$unwind": "$l" }], twice).await;
}

/// `$count` gives one document with the number, an int.
pub async fn count_gives_one_document(storage: &Subject) {
    let shelf = values(storage, (0..5).map(bson::Bson::from)).await;
    shelf.pipes([doc! { "$count": "n" }], [doc! { "n": 5 }]).await;
    shelf.pipes([doc! { "$match": { "v": { "$gt": 2 } } }, doc! { "$count": "n" }], [doc! { "n": 2 }]).await;
}

/// `$count` over nothing gives no document, not a zero.
pub async fn count_over_nothing_gives_no_document(storage: &Subject) {
    let shelf = values(storage, [bson!(1)]).await;
    shelf.pipes([doc! { "$match": { "v": 2 } }, doc! { "$count": "n" }], []).await;
}

/// A `$match` behind an `$unwind` sees elements.
pub async fn match_after_unwind_sees_elements(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 5]), bson!([2, decimal("7")])]).await;
    let stages = [doc! { "$unwind": "$v" }, doc! { "$match": { "v": { "$gt": 4 } } }];
    shelf
        .pipes_in_any_order(stages, [doc! { "_id": "000", "v": 5 }, doc! { "_id": "001", "v": decimal("7") }])
        .await;
}

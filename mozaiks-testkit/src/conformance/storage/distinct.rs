//! Distinct values.

use bson::{Bson, bson, doc};

use super::Subject;
use super::ask::{ALICE, Refusal, all, by, by_id, decimal, insert, refused};
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("distinct.rs");
    distinct_gives_each_value_once,
    distinct_takes_arrays_apart,
    distinct_goes_along_paths,
    distinct_goes_by_an_index,
    distinct_sorts_its_values,
    distinct_knows_equal_numbers,
    distinct_leaves_out_what_is_missing_and_keeps_null,
    distinct_looks_at_what_the_selector_names,
    distinct_of_ids,
    distinct_of_a_path_that_is_none_is_refused,
];

async fn lists(storage: &Subject, field: &str, filter: bson::Document, expected: Vec<Bson>) {
    let asked = format!("distinct of {field} with {filter}");
    let found = answer(&asked, storage.distinct(ALICE, field, by(filter))).await;
    // As documents, because NaN is not itself in Rust.
    let raw = |values: &[Bson]| super::ask::raw(&doc! { "values": values.to_vec() });
    assert!(raw(&found) == raw(&expected), "{asked} must give {expected:?}, and gave {found:?}");
}

fn made_id() -> Bson {
    mozaiks_core::DocumentId::from("65301c2f9d1e8b3a4c5d6e7f").into()
}

/// Each value comes once.
pub async fn distinct_gives_each_value_once(storage: &Subject) {
    values(storage, [bson!("b"), bson!("a"), bson!("b"), bson!("a")]).await;
    lists(storage, "v", doc! {}, vec![bson!("a"), bson!("b")]).await;
    lists(storage, "w", doc! {}, vec![]).await;
}

/// The elements of an array are values, one level deep; an empty array has none.
pub async fn distinct_takes_arrays_apart(storage: &Subject) {
    values(storage, [bson!([1, 2]), bson!(2), bson!([]), bson!([[3], 1])]).await;
    lists(storage, "v", doc! {}, vec![bson!(1), bson!(2), bson!([3])]).await;
}

/// A path goes through documents and arrays of them.
pub async fn distinct_goes_along_paths(storage: &Subject) {
    shelf(
        storage,
        [doc! { "a": { "b": 1 } }, doc! { "a": [{ "b": 2 }, { "b": [3, 1] }, 5] }, doc! { "a": 7 }],
    )
    .await;
    lists(storage, "a.b", doc! {}, vec![bson!(1), bson!(2), bson!(3)]).await;
}

/// A number in the path is an index in an array.
pub async fn distinct_goes_by_an_index(storage: &Subject) {
    shelf(storage, [doc! { "a": [5, 6] }, doc! { "a": [6, 7] }, doc! { "a": { "0": 8 } }]).await;
    lists(storage, "a.0", doc! {}, vec![bson!(5), bson!(6), bson!(8)]).await;
}

/// The values come in BSON order.
pub async fn distinct_sorts_its_values(storage: &Subject) {
    values(
        storage,
        [bson!(true), bson!("a"), bson!(10), bson!({ "x": 1 }), bson!(9), bson!("B"), bson!(null)],
    )
    .await;
    let sorted =
        vec![bson!(null), bson!(9), bson!(10), bson!("B"), bson!("a"), bson!({ "x": 1 }), bson!(true)];
    lists(storage, "v", doc! {}, sorted).await;
}

/// Numbers that are equal are one value, whatever their types; which of them is given is the storage's choice.
pub async fn distinct_knows_equal_numbers(storage: &Subject) {
    values(storage, [bson!(1), bson!(1.0), bson!(1_i64), decimal("1"), bson!(2)]).await;
    let found = answer("distinct", storage.distinct(ALICE, "v", all())).await;
    assert_eq!(found.len(), 2, "1 as int, double, long and decimal, and 2, are two values, not {found:?}");
}

/// A field that is not there has no value; one that is null has.
pub async fn distinct_leaves_out_what_is_missing_and_keeps_null(storage: &Subject) {
    shelf(storage, [doc! {}, doc! { "v": null }, doc! { "v": 1 }]).await;
    lists(storage, "v", doc! {}, vec![bson!(null), bson!(1)]).await;
}

/// Only documents that the selector names count, but of those all values.
pub async fn distinct_looks_at_what_the_selector_names(storage: &Subject) {
    shelf(storage, [doc! { "v": [1, 2], "g": 1 }, doc! { "v": 3, "g": 2 }]).await;
    lists(storage, "v", doc! { "g": 1 }, vec![bson!(1), bson!(2)]).await;
    lists(storage, "v", doc! { "v": 1 }, vec![bson!(1), bson!(2)]).await;
    let one = answer("distinct", storage.distinct(ALICE, "v", by_id("001"))).await;
    assert_eq!(one, [bson!(3)]);
}

/// `_id` is a field whose values can be listed: the ids as they are.
pub async fn distinct_of_ids(storage: &Subject) {
    for id in ["b", "a", "65301c2f9d1e8b3a4c5d6e7f"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    lists(storage, "_id", doc! {}, vec![bson!("a"), bson!("b"), made_id()]).await;
    lists(storage, "_id", doc! { "_id": { "$ne": "a" }, "n": 1 }, vec![bson!("b"), made_id()]).await;
}

/// `distinct` takes a path.
pub async fn distinct_of_a_path_that_is_none_is_refused(storage: &Subject) {
    for path in ["", ".", "a.", "a..b", "$a", "a.$b", "a\0"] {
        let call = storage.distinct(ALICE, path, all());
        refused(&format!("distinct of {path:?}"), call, Refusal::Invalid).await;
    }
}

//! Null and missing: `null`, `$exists`.

use bson::{bson, doc};

use super::Subject;
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("nulls.rs");
    null_matches_null_and_missing,
    null_matches_an_array_that_holds_null,
    ne_null_matches_what_is_there,
    gte_and_lte_null_match_null_and_missing,
    gt_and_lt_null_match_nothing,
    in_with_null_matches_missing,
    nin_with_null_asks_for_a_value,
    null_behind_a_scalar_matches,
    null_behind_an_array_needs_an_element_that_lacks_it,
    null_behind_an_empty_array_does_not_match,
    scalar_elements_do_not_lack_a_field,
    type_null_asks_for_null_itself,
    exists_true_asks_for_the_field,
    exists_false_asks_that_there_is_none,
    exists_takes_numbers_for_bools,
    exists_through_an_array_asks_for_one_element,
    exists_false_through_an_array_asks_that_none_has_it,
    exists_of_an_index_asks_for_that_element,
    exists_does_not_go_into_an_array_in_an_array,
];

/// `{a: null}` matches a field that is null and one that is not there.
pub async fn null_matches_null_and_missing(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": 0 }, doc! { "a": "" }, doc! { "a": false }])
            .await;
    shelf.finds(doc! { "a": null }, &[0, 1]).await;
    shelf.finds(doc! { "a": { "$eq": null } }, &[0, 1]).await;
}

/// An array that holds null matches null; an empty one does not.
pub async fn null_matches_an_array_that_holds_null(storage: &Subject) {
    let shelf = values(storage, [bson!([1, null]), bson!([]), bson!([1])]).await;
    shelf.finds(doc! { "v": null }, &[0]).await;
}

/// `{a: {$ne: null}}` matches whatever is there and not null.
pub async fn ne_null_matches_what_is_there(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "a": null }, doc! {}, doc! { "a": 0 }, doc! { "a": [] }, doc! { "a": [null] }],
    )
    .await;
    shelf.finds(doc! { "a": { "$ne": null } }, &[2, 3]).await;
}

/// `$gte: null` and `$lte: null` match null and missing, as equality does.
pub async fn gte_and_lte_null_match_null_and_missing(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": 0 }]).await;
    shelf.finds(doc! { "a": { "$gte": null } }, &[0, 1]).await;
    shelf.finds(doc! { "a": { "$lte": null } }, &[0, 1]).await;
}

/// Nothing is above or below null within its type.
pub async fn gt_and_lt_null_match_nothing(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": 0 }]).await;
    shelf.finds(doc! { "a": { "$gt": null } }, &[]).await;
    shelf.finds(doc! { "a": { "$lt": null } }, &[]).await;
}

/// null among the operands of `$in` matches a field that is not there.
pub async fn in_with_null_matches_missing(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": 1 }, doc! { "a": 2 }]).await;
    shelf.finds(doc! { "a": { "$in": [null, 1] } }, &[0, 1, 2]).await;
}

/// null among the operands of `$nin` excludes a field that is not there.
pub async fn nin_with_null_asks_for_a_value(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": 1 }, doc! { "a": 2 }]).await;
    shelf.finds(doc! { "a": { "$nin": [null, 1] } }, &[3]).await;
    shelf.finds(doc! { "a": { "$nin": [1] } }, &[0, 1, 3]).await;
}

/// `{"a.b": null}` matches where `a` is missing or a scalar, which has no field `b`.
pub async fn null_behind_a_scalar_matches(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! {}, doc! { "a": 5 }, doc! { "a": null }, doc! { "a": {} }, doc! { "a": { "b": 1 } }],
    )
    .await;
    shelf.finds(doc! { "a.b": null }, &[0, 1, 2, 3]).await;
}

/// `{"a.b": null}` matches an array in which some document lacks `b`, or has null there.
pub async fn null_behind_an_array_needs_an_element_that_lacks_it(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "a": [{ "b": 1 }] }, doc! { "a": [{ "b": 1 }, {}] }, doc! { "a": [{ "b": null }] }],
    )
    .await;
    shelf.finds(doc! { "a.b": null }, &[1, 2]).await;
}

/// In an empty array nothing lacks `b`.
pub async fn null_behind_an_empty_array_does_not_match(storage: &Subject) {
    shelf(storage, [doc! { "a": [] }]).await.finds(doc! { "a.b": null }, &[]).await;
}

/// Elements that are no documents do not count among those that lack `b`.
pub async fn scalar_elements_do_not_lack_a_field(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [1, 2] }, doc! { "a": [1, { "c": 1 }] }]).await;
    shelf.finds(doc! { "a.b": null }, &[1]).await;
}

/// `$type: "null"` matches null, and not what is missing.
pub async fn type_null_asks_for_null_itself(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": [null] }]).await;
    shelf.finds(doc! { "a": { "$type": "null" } }, &[0, 2]).await;
    shelf.finds(doc! { "a": { "$type": 10 } }, &[0, 2]).await;
}

/// `$exists: true` matches a field that is there, null or not.
pub async fn exists_true_asks_for_the_field(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": [] }, doc! { "a": { "b": null } }]).await;
    shelf.finds(doc! { "a": { "$exists": true } }, &[0, 2, 3]).await;
    shelf.finds(doc! { "a.b": { "$exists": true } }, &[3]).await;
}

/// `$exists: false` is the negation of `$exists: true`.
pub async fn exists_false_asks_that_there_is_none(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": null }, doc! {}, doc! { "a": 5 }, doc! { "a": { "b": null } }]).await;
    shelf.finds(doc! { "a": { "$exists": false } }, &[1]).await;
    shelf.finds(doc! { "a.b": { "$exists": false } }, &[0, 1, 2]).await;
}

/// `$exists: 1` is true and `$exists: 0` is false.
pub async fn exists_takes_numbers_for_bools(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1 }, doc! {}]).await;
    shelf.finds(doc! { "a": { "$exists": 1 } }, &[0]).await;
    shelf.finds(doc! { "a": { "$exists": 0 } }, &[1]).await;
}

/// On a path through an array, `$exists: true` holds if any element document has the field.
pub async fn exists_through_an_array_asks_for_one_element(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "b": 1 }, {}] }, doc! { "a": [{}, 1] }, doc! { "a": [] }]).await;
    shelf.finds(doc! { "a.b": { "$exists": true } }, &[0]).await;
}

/// On a path through an array, `$exists: false` holds if no element document has the field.
pub async fn exists_false_through_an_array_asks_that_none_has_it(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "b": 1 }, {}] }, doc! { "a": [{}, 1] }, doc! { "a": [] }]).await;
    shelf.finds(doc! { "a.b": { "$exists": false } }, &[1, 2]).await;
}

/// `{"a.1": {$exists: true}}` asks for a second element.
pub async fn exists_of_an_index_asks_for_that_element(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [1] }, doc! { "a": [1, null] }, doc! { "a": { "1": 0 } }]).await;
    shelf.finds(doc! { "a.1": { "$exists": true } }, &[1, 2]).await;
}

/// A path does not enter an array inside an array.
pub async fn exists_does_not_go_into_an_array_in_an_array(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [[{ "b": 1 }]] }, doc! { "a": [{ "b": 1 }] }]).await;
    shelf.finds(doc! { "a.b": { "$exists": true } }, &[1]).await;
}

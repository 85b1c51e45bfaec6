//! Dotted paths into documents and arrays.

use bson::{bson, doc};

use super::Subject;
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("paths.rs");
    a_path_goes_into_documents,
    a_path_goes_through_the_elements_of_an_array,
    a_path_goes_through_one_array_for_each_part,
    a_path_does_not_enter_an_array_in_an_array,
    a_number_is_an_index_in_an_array,
    a_number_is_a_name_in_a_document,
    a_number_is_both_in_an_array_of_documents,
    an_index_gives_the_element_whatever_it_is,
    an_index_goes_on_into_the_element,
    an_index_with_a_leading_zero_is_a_name,
    a_scalar_matches_an_array_that_holds_it,
    an_array_matches_the_whole_array,
    an_array_matches_an_equal_array_one_level_down,
    the_order_of_an_array_counts,
    ne_excludes_an_array_that_holds_the_value,
    a_comparison_holds_for_any_element,
    two_bounds_may_be_met_by_different_elements,
    an_array_as_operand_compares_whole_arrays,
    an_array_is_above_its_prefix,
    an_element_that_is_an_array_is_no_scalar,
    a_document_among_elements_is_compared_whole,
];

/// `"a.b.c"` is the field `c` of `b` of `a`.
pub async fn a_path_goes_into_documents(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "a": { "b": { "c": 1 } } }, doc! { "a": { "b": 1 } }, doc! { "a": { "c": 1 } }],
    )
    .await;
    shelf.finds(doc! { "a.b.c": 1 }, &[0]).await;
    shelf.finds(doc! { "a.b": { "c": 1 } }, &[0]).await;
    shelf.finds(doc! { "a.c": 1 }, &[2]).await;
}

/// A path goes through the elements of an array that are documents.
pub async fn a_path_goes_through_the_elements_of_an_array(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [{ "b": 1 }, { "b": 2 }] }, doc! { "a": [{ "b": 3 }, 1] }]).await;
    shelf.finds(doc! { "a.b": 2 }, &[0]).await;
    shelf.finds(doc! { "a.b": 3 }, &[1]).await;
    shelf.finds(doc! { "a.b": { "$gt": 1 } }, &[0, 1]).await;
}

/// Each part of a path may go through an array of its own.
pub async fn a_path_goes_through_one_array_for_each_part(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "a": [{ "b": [{ "c": [1, 2] }, { "c": 3 }] }] }, doc! { "a": { "b": [{ "c": 4 }] } }],
    )
    .await;
    shelf.finds(doc! { "a.b.c": 2 }, &[0]).await;
    shelf.finds(doc! { "a.b.c": 3 }, &[0]).await;
    shelf.finds(doc! { "a.b.c": 4 }, &[1]).await;
}

/// An array inside an array is not entered.
pub async fn a_path_does_not_enter_an_array_in_an_array(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [[{ "b": 1 }]] }, doc! { "a": [[1]] }, doc! { "a": [{ "b": 1 }] }]).await;
    shelf.finds(doc! { "a.b": 1 }, &[2]).await;
    shelf.finds(doc! { "a": 1 }, &[]).await;
}

/// `"a.1"` is the second element of an array.
pub async fn a_number_is_an_index_in_an_array(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [1, 2] }, doc! { "a": [2, 1] }, doc! { "a": [2] }]).await;
    shelf.finds(doc! { "a.1": 2 }, &[0]).await;
    shelf.finds(doc! { "a.0": 2 }, &[1, 2]).await;
    shelf.finds(doc! { "a.5": 2 }, &[]).await;
}

/// `"a.1"` is the field `1` of a document.
pub async fn a_number_is_a_name_in_a_document(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": { "1": "x" } }, doc! { "a": { "0": "x" } }]).await;
    shelf.finds(doc! { "a.1": "x" }, &[0]).await;
}

/// In an array of documents a number is an index and a name.
pub async fn a_number_is_both_in_an_array_of_documents(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "1": "x" }] }, doc! { "a": [0, "x"] }, doc! { "a": ["x"] }]).await;
    shelf.finds(doc! { "a.1": "x" }, &[0, 1]).await;
}

/// An element at an index is the value, also if it is an array: it is not entered once more.
pub async fn an_index_gives_the_element_whatever_it_is(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [[1, 2], 3] }, doc! { "a": [1, 3] }]).await;
    shelf.finds(doc! { "a.0": [1, 2] }, &[0]).await;
    shelf.finds(doc! { "a.0": 1 }, &[1]).await;
    shelf.finds(doc! { "a.0.1": 2 }, &[0]).await;
}

/// Behind an index the path goes on.
pub async fn an_index_goes_on_into_the_element(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "b": 1 }, { "b": 2 }] }, doc! { "a": [{ "b": 2 }, { "b": 1 }] }])
            .await;
    shelf.finds(doc! { "a.0.b": 1 }, &[0]).await;
    shelf.finds(doc! { "a.1.b": 1 }, &[1]).await;
}

/// `00` and `01` are names, not positions.
pub async fn an_index_with_a_leading_zero_is_a_name(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [1, 2] }, doc! { "a": { "01": 2 } }]).await;
    shelf.finds(doc! { "a.01": 2 }, &[1]).await;
}

/// A value beside a field matches an array that holds it.
pub async fn a_scalar_matches_an_array_that_holds_it(storage: &Subject) {
    let shelf = values(storage, [bson!(["a", "b"]), bson!("a"), bson!(["b"]), bson!([["a"]])]).await;
    shelf.finds(doc! { "v": "a" }, &[0, 1]).await;
}

/// An array beside a field matches the same array.
pub async fn an_array_matches_the_whole_array(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([1]), bson!([1, 2, 3]), bson!([])]).await;
    shelf.finds(doc! { "v": [1, 2] }, &[0]).await;
    shelf.finds(doc! { "v": [] }, &[3]).await;
}

/// An array beside a field also matches an array that holds the same array.
pub async fn an_array_matches_an_equal_array_one_level_down(storage: &Subject) {
    let shelf = values(storage, [bson!([[1, 2], 3]), bson!([[[1, 2]]]), bson!([1, 2]), bson!([[]])]).await;
    shelf.finds(doc! { "v": [1, 2] }, &[0, 2]).await;
    shelf.finds(doc! { "v": [] }, &[3]).await;
}

/// `[1, 2]` is not `[2, 1]`.
pub async fn the_order_of_an_array_counts(storage: &Subject) {
    values(storage, [bson!([1, 2]), bson!([2, 1])]).await.finds(doc! { "v": [2, 1] }, &[1]).await;
}

/// `$ne` does not match an array that holds the value, nor the array itself.
pub async fn ne_excludes_an_array_that_holds_the_value(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([2, 3]), bson!([]), bson!([[1]])]).await;
    shelf.finds(doc! { "v": { "$ne": 1 } }, &[1, 2, 3]).await;
    shelf.finds(doc! { "v": { "$ne": [1, 2] } }, &[1, 2, 3]).await;
}

/// A comparison holds for an array if it holds for any of its elements.
pub async fn a_comparison_holds_for_any_element(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 9]), bson!([1, 2]), bson!([]), bson!(["9"]), bson!([[9]])]).await;
    shelf.finds(doc! { "v": { "$gt": 5 } }, &[0]).await;
}

/// Without `$elemMatch`, the two bounds of a range may be met by different elements.
pub async fn two_bounds_may_be_met_by_different_elements(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 9]), bson!([1, 2]), bson!(5), bson!(9)]).await;
    shelf.finds(doc! { "v": { "$gt": 4, "$lt": 6 } }, &[0, 2]).await;
}

/// With an array as operand, `$gt` and its kin compare the whole array, element by element.
pub async fn an_array_as_operand_compares_whole_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([2]), bson!([0, 9]), bson!(5)]).await;
    shelf.finds(doc! { "v": { "$gt": [1, 1] } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$lte": [1, 2] } }, &[0, 2]).await;
}

/// An array is above an array that it begins with.
pub async fn an_array_is_above_its_prefix(storage: &Subject) {
    let shelf = values(storage, [bson!([]), bson!([1]), bson!([1, 0])]).await;
    shelf.finds(doc! { "v": { "$gt": [1] } }, &[2]).await;
    shelf.finds(doc! { "v": { "$lt": [1] } }, &[0]).await;
}

/// An element that is an array is compared as an array, not by its elements.
pub async fn an_element_that_is_an_array_is_no_scalar(storage: &Subject) {
    let shelf = values(storage, [bson!([[5]]), bson!([5])]).await;
    shelf.finds(doc! { "v": 5 }, &[1]).await;
    shelf.finds(doc! { "v": { "$gte": 5 } }, &[1]).await;
    shelf.finds(doc! { "v": [5] }, &[0, 1]).await;
}

/// A document beside a field matches an array with an equal document.
pub async fn a_document_among_elements_is_compared_whole(storage: &Subject) {
    let shelf =
        values(storage, [bson!([{ "a": 1 }, { "a": 2 }]), bson!([{ "a": 1, "b": 2 }]), bson!({ "a": 1 })])
            .await;
    shelf.finds(doc! { "v": { "a": 1 } }, &[0, 2]).await;
}

//! The operators of filters beside comparison: lists, types, sizes, elements, logic.

use bson::oid::ObjectId;
use bson::{bson, doc};

use super::Subject;
use super::ask::{date, regex};
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("operators.rs");
    in_matches_any_of_its_operands,
    in_of_nothing_matches_nothing,
    in_looks_into_arrays,
    in_with_an_array_matches_the_whole_array,
    in_takes_regexes,
    nin_is_the_negation_of_in,
    nin_of_nothing_matches_everything,
    type_knows_the_types_by_name_and_number,
    type_takes_a_list,
    type_looks_into_arrays,
    type_array_is_the_array_itself,
    size_counts_elements,
    size_sees_every_array_that_the_path_reaches,
    all_asks_for_every_value,
    all_matches_a_scalar,
    all_of_nothing_matches_nothing,
    all_takes_whole_arrays,
    all_takes_regexes,
    all_takes_elem_match_conditions,
    elem_match_binds_conditions_to_one_element,
    elem_match_of_values_binds_bounds_to_one_element,
    elem_match_needs_an_array,
    elem_match_inside_elem_match,
    elem_match_sees_every_array_that_the_path_reaches,
    elem_match_takes_logic,
    elem_match_of_elements_that_are_arrays,
];

/// `$in` matches what equals any of its operands.
pub async fn in_matches_any_of_its_operands(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!("a"), bson!(2), bson!(1.0), bson!({ "x": 1 })]).await;
    shelf.finds(doc! { "v": { "$in": [1, "a", "b"] } }, &[0, 1, 3]).await;
    shelf.finds(doc! { "v": { "$in": [{ "x": 1 }, 2] } }, &[2, 4]).await;
}

/// An empty `$in` is no error, and matches nothing.
pub async fn in_of_nothing_matches_nothing(storage: &Subject) {
    shelf(storage, [doc! { "v": 1 }, doc! {}, doc! { "v": [] }])
        .await
        .finds(doc! { "v": { "$in": [] } }, &[])
        .await;
}

/// `$in` matches an array that holds any of its operands.
pub async fn in_looks_into_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([3]), bson!([[1]])]).await;
    shelf.finds(doc! { "v": { "$in": [1, 5] } }, &[0]).await;
}

/// An array among the operands of `$in` matches that array, whole or one level down.
pub async fn in_with_an_array_matches_the_whole_array(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([[1, 2]]), bson!(1), bson!([2, 1])]).await;
    shelf.finds(doc! { "v": { "$in": [[1, 2]] } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$nin": [[1, 2]] } }, &[2, 3]).await;
}

/// A regex among the operands of `$in` matches texts.
pub async fn in_takes_regexes(storage: &Subject) {
    let shelf = values(storage, [bson!("apple"), bson!("pear"), bson!(7), bson!(["plum", "fig"])]).await;
    shelf.finds(doc! { "v": { "$in": [regex("^a", ""), 7, regex("^F", "i")] } }, &[0, 2, 3]).await;
}

/// `$nin` matches what `$in` does not, a field that is not there too.
pub async fn nin_is_the_negation_of_in(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "v": 1 }, doc! { "v": 2 }, doc! {}, doc! { "v": [1, 2] }, doc! { "v": [3] }])
            .await;
    shelf.finds(doc! { "v": { "$nin": [1, 5] } }, &[1, 2, 4]).await;
}

/// An empty `$nin` excludes nothing.
pub async fn nin_of_nothing_matches_everything(storage: &Subject) {
    shelf(storage, [doc! { "v": 1 }, doc! {}]).await.finds(doc! { "v": { "$nin": [] } }, &[0, 1]).await;
}

/// `$type` knows each type by its name and its number.
pub async fn type_knows_the_types_by_name_and_number(storage: &Subject) {
    let all =
        [bson!("a"), bson!({}), bson!(ObjectId::from_bytes([1; 12])), bson!(true), date(0), regex("a", "")];
    let shelf = values(storage, all).await;
    let types = [("string", 2), ("object", 3), ("objectId", 7), ("bool", 8), ("date", 9), ("regex", 11)];
    for (at, (name, number)) in types.into_iter().enumerate() {
        shelf.finds(doc! { "v": { "$type": name } }, &[at]).await;
        shelf.finds(doc! { "v": { "$type": number } }, &[at]).await;
    }
}

/// A list of types matches any of them.
pub async fn type_takes_a_list(storage: &Subject) {
    let shelf = values(storage, [bson!("a"), bson!(1), bson!(true), bson!(null)]).await;
    shelf.finds(doc! { "v": { "$type": ["string", 8] } }, &[0, 2]).await;
}

/// `$type` matches an array with an element of the type.
pub async fn type_looks_into_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!(["a", 1]), bson!([1]), bson!([["a"]])]).await;
    shelf.finds(doc! { "v": { "$type": "string" } }, &[0]).await;
}

/// `$type: "array"` matches every array, an empty one too.
pub async fn type_array_is_the_array_itself(storage: &Subject) {
    let shelf = values(storage, [bson!([]), bson!([1]), bson!({ "0": 1 }), bson!([[]])]).await;
    shelf.finds(doc! { "v": { "$type": "array" } }, &[0, 1, 3]).await;
    shelf.finds(doc! { "v": { "$type": 4 } }, &[0, 1, 3]).await;
}

/// `$size` matches an array of so many elements, and nothing that is no array.
pub async fn size_counts_elements(storage: &Subject) {
    let shelf = values(storage, [bson!([]), bson!([1]), bson!([[1, 2]]), bson!(1), bson!({ "0": 1 })]).await;
    shelf.finds(doc! { "v": { "$size": 1 } }, &[1, 2]).await;
    shelf.finds(doc! { "v": { "$size": 0 } }, &[0]).await;
    shelf.finds(doc! { "v": { "$size": 1.0 } }, &[1, 2]).await;
}

/// `$size` behind an array of documents sees the array of each.
pub async fn size_sees_every_array_that_the_path_reaches(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "b": [1] }, { "b": [1, 2] }] }, doc! { "a": [{ "b": [1] }] }]).await;
    shelf.finds(doc! { "a.b": { "$size": 2 } }, &[0]).await;
    shelf.finds(doc! { "a.b": { "$size": 1 } }, &[0, 1]).await;
}

/// `$all` matches an array that holds all the values, in whatever order.
pub async fn all_asks_for_every_value(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2, 3]), bson!([3, 1]), bson!([1]), bson!([])]).await;
    shelf.finds(doc! { "v": { "$all": [1, 3] } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$all": [1, 1] } }, &[0, 1, 2]).await;
}

/// `$all: [2]` matches the scalar 2.
pub async fn all_matches_a_scalar(storage: &Subject) {
    let shelf = values(storage, [bson!(2), bson!([2]), bson!(3)]).await;
    shelf.finds(doc! { "v": { "$all": [2] } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$all": [2, 2] } }, &[0, 1]).await;
}

/// An empty `$all` matches nothing.
pub async fn all_of_nothing_matches_nothing(storage: &Subject) {
    shelf(storage, [doc! { "v": [] }, doc! { "v": 1 }, doc! {}])
        .await
        .finds(doc! { "v": { "$all": [] } }, &[])
        .await;
}

/// An array among the operands of `$all` is the whole array or an element.
pub async fn all_takes_whole_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([[1, 2], 3]), bson!([1, 2, 3])]).await;
    shelf.finds(doc! { "v": { "$all": [[1, 2]] } }, &[0, 1]).await;
}

/// A regex among the operands of `$all` is met by a text.
pub async fn all_takes_regexes(storage: &Subject) {
    let shelf = values(storage, [bson!(["apple", "pear"]), bson!(["apple"]), bson!("pear")]).await;
    shelf.finds(doc! { "v": { "$all": [regex("^a", ""), "pear"] } }, &[0]).await;
}

/// `$all` of `$elemMatch` conditions: each is met by some element.
pub async fn all_takes_elem_match_conditions(storage: &Subject) {
    let shelf = values(
        storage,
        [bson!([{ "a": 1, "b": 1 }, { "a": 2 }]), bson!([{ "a": 1 }, { "b": 1 }]), bson!([{ "a": 2 }])],
    )
    .await;
    let filter =
        doc! { "v": { "$all": [{ "$elemMatch": { "a": 1, "b": 1 } }, { "$elemMatch": { "a": 2 } }] } };
    shelf.finds(filter, &[0]).await;
}

/// `$elemMatch` asks for one element that meets all its conditions.
pub async fn elem_match_binds_conditions_to_one_element(storage: &Subject) {
    let shelf = values(
        storage,
        [bson!([{ "a": 1, "b": 2 }]), bson!([{ "a": 1 }, { "b": 2 }]), bson!({ "a": 1, "b": 2 })],
    )
    .await;
    shelf.finds(doc! { "v": { "$elemMatch": { "a": 1, "b": 2 } } }, &[0]).await;
    shelf.finds(doc! { "v.a": 1, "v.b": 2 }, &[0, 1, 2]).await;
}

/// `$elemMatch` with operators asks for one element within the bounds.
pub async fn elem_match_of_values_binds_bounds_to_one_element(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 9]), bson!([5]), bson!([]), bson!(["5"])]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "$gt": 4, "$lt": 6 } } }, &[1]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "$ne": 5 } } }, &[0, 3]).await;
}

/// `$elemMatch` matches no scalar and no document.
pub async fn elem_match_needs_an_array(storage: &Subject) {
    let shelf = values(storage, [bson!(5), bson!({ "a": 5 }), bson!([5])]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "$eq": 5 } } }, &[2]).await;
    shelf.finds(doc! { "v": { "$not": { "$elemMatch": { "$eq": 5 } } } }, &[0, 1]).await;
}

/// `$elemMatch` may stand inside another.
pub async fn elem_match_inside_elem_match(storage: &Subject) {
    let shelf = values(
        storage,
        [
            bson!([{ "a": [{ "b": 1, "c": 1 }] }]),
            bson!([{ "a": [{ "b": 1 }, { "c": 1 }] }]),
            bson!([[1, 9], [5]]),
        ],
    )
    .await;
    shelf.finds(doc! { "v": { "$elemMatch": { "a": { "$elemMatch": { "b": 1, "c": 1 } } } } }, &[0]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "$elemMatch": { "$gt": 4, "$lt": 6 } } } }, &[2]).await;
}

/// `$elemMatch` behind an array of documents sees the array of each.
pub async fn elem_match_sees_every_array_that_the_path_reaches(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "b": [1, 9] }, { "b": [5] }] }, doc! { "a": [{ "b": [1, 9] }] }])
            .await;
    shelf.finds(doc! { "a.b": { "$elemMatch": { "$gt": 4, "$lt": 6 } } }, &[0]).await;
}

/// `$or` and its kin may stand in an `$elemMatch` of documents.
pub async fn elem_match_takes_logic(storage: &Subject) {
    let shelf = values(storage, [bson!([{ "a": 1 }]), bson!([{ "b": 1 }]), bson!([{ "c": 1 }])]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "$or": [{ "a": 1 }, { "b": 1 }] } } }, &[0, 1]).await;
}

/// In an `$elemMatch` of fields, an element that is an array has its positions as fields.
pub async fn elem_match_of_elements_that_are_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!([[1, 2]]), bson!([[2, 1]]), bson!([1, 2])]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "0": 1, "1": 2 } } }, &[0]).await;
}

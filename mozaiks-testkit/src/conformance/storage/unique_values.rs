//! What is one value in a unique index.

use bson::{Bson, bson, doc};
use mozaiks_core::storage::{Change, Index};

use super::Subject;
use super::ask::{ALICE, Refusal, by, by_id, count, decimal, holds, insert, new, options, refused, update};
use super::unique::{conflicts, declare, slug};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("unique_values.rs");
    numbers_that_are_equal_are_one_value,
    texts_that_look_alike_are_different_values,
    missing_and_null_are_one_value,
    a_sparse_index_leaves_out_missing_fields,
    a_sparse_index_knows_null,
    of_several_fields_all_must_be_the_same,
    of_several_fields_missing_counts_as_null,
    each_element_of_an_array_is_a_value,
    one_document_may_have_one_element_twice,
    two_empty_arrays_are_one_value,
    a_path_goes_into_documents_and_arrays,
    two_arrays_in_one_index_are_refused,
];

async fn pair(storage: &Subject) {
    declare(storage, &[Index::new("items", [("a", 1), ("b", -1)]).unique()]).await;
}

async fn sparse(storage: &Subject) {
    declare(storage, &[Index::new("items", [("v", 1)]).name("slug").unique().sparse()]).await;
}

/// 1, 1.0, a long 1 and a decimal 1 are one value; longs beyond 2^53 are not.
pub async fn numbers_that_are_equal_are_one_value(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    for one in [bson!(1.0), bson!(1_i64), decimal("1.0")] {
        conflicts(storage, ALICE, "b", doc! { "v": one }, "slug").await;
    }
    insert(storage, ALICE, "c", doc! { "v": 9_007_199_254_740_992_i64 }).await;
    insert(storage, ALICE, "d", doc! { "v": 9_007_199_254_740_993_i64 }).await;
    conflicts(storage, ALICE, "e", doc! { "v": 9_007_199_254_740_992.0 }, "slug").await;
    insert(storage, ALICE, "f", doc! { "v": 0 }).await;
    conflicts(storage, ALICE, "g", doc! { "v": -0.0 }, "slug").await;
    insert(storage, ALICE, "h", doc! { "v": f64::NAN }).await;
    conflicts(storage, ALICE, "i", doc! { "v": decimal("NaN") }, "slug").await;
}

/// Texts are compared byte by byte, and 1 is neither "1" nor true.
pub async fn texts_that_look_alike_are_different_values(storage: &Subject) {
    slug(storage).await;
    let alike = ["a", "A", "a ", "a\0", "a\0b", "\u{e9}", "e\u{301}", "", "1"].map(Bson::from);
    for (number, value) in alike.into_iter().chain([bson!(1), bson!(true), bson!({})]).enumerate() {
        insert(storage, ALICE, format!("{number}"), doc! { "v": value }).await;
    }
    conflicts(storage, ALICE, "x", doc! { "v": "a\0b" }, "slug").await;
}

/// A document without the field has null there: there may be one such.
pub async fn missing_and_null_are_one_value(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "a", doc! {}).await;
    conflicts(storage, ALICE, "b", doc! {}, "slug").await;
    conflicts(storage, ALICE, "b", doc! { "v": null }, "slug").await;
}

/// In a sparse index, documents without the field are not there, and so no conflict.
pub async fn a_sparse_index_leaves_out_missing_fields(storage: &Subject) {
    sparse(storage).await;
    for id in ["a", "b", "c"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    insert(storage, ALICE, "d", doc! { "v": 1 }).await;
    conflicts(storage, ALICE, "e", doc! { "v": 1 }, "slug").await;
    // They are found all the same.
    assert_eq!(count(storage, ALICE, by(doc! { "v": null })).await, 3);
    assert_eq!(count(storage, ALICE, by(doc! { "v": { "$ne": 1 } })).await, 3);
}

/// A null that is written is a value in a sparse index too.
pub async fn a_sparse_index_knows_null(storage: &Subject) {
    sparse(storage).await;
    insert(storage, ALICE, "a", doc! { "v": null }).await;
    insert(storage, ALICE, "b", doc! {}).await;
    conflicts(storage, ALICE, "c", doc! { "v": null }, "slug").await;
}

/// An index of several fields asks for all values to be the same.
pub async fn of_several_fields_all_must_be_the_same(storage: &Subject) {
    pair(storage).await;
    insert(storage, ALICE, "1", doc! { "a": 1, "b": 1 }).await;
    insert(storage, ALICE, "2", doc! { "a": 1, "b": 2 }).await;
    insert(storage, ALICE, "3", doc! { "a": 2, "b": 1 }).await;
    conflicts(storage, ALICE, "4", doc! { "b": 1, "a": 1 }, "a_b").await;
    // Texts that are the same when glued together.
    insert(storage, ALICE, "5", doc! { "a": "x", "b": "yz" }).await;
    insert(storage, ALICE, "6", doc! { "a": "xy", "b": "z" }).await;
}

/// Where one of several fields is missing, it is null.
pub async fn of_several_fields_missing_counts_as_null(storage: &Subject) {
    pair(storage).await;
    insert(storage, ALICE, "1", doc! { "a": 1 }).await;
    conflicts(storage, ALICE, "2", doc! { "a": 1, "b": null }, "a_b").await;
    insert(storage, ALICE, "3", doc! { "b": 1 }).await;
    insert(storage, ALICE, "4", doc! {}).await;
    conflicts(storage, ALICE, "5", doc! {}, "a_b").await;
}

/// Of an array each element is a value that no other document may have.
pub async fn each_element_of_an_array_is_a_value(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "a", doc! { "v": [1, 2] }).await;
    conflicts(storage, ALICE, "b", doc! { "v": [2, 3] }, "slug").await;
    conflicts(storage, ALICE, "b", doc! { "v": 1 }, "slug").await;
    insert(storage, ALICE, "c", doc! { "v": [3, [1]] }).await;
    conflicts(storage, ALICE, "d", doc! { "v": [[1]] }, "slug").await;
}

/// A value twice in one document is no conflict.
pub async fn one_document_may_have_one_element_twice(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "a", doc! { "v": [1, 1, 1.0] }).await;
    update(storage, ALICE, by_id("a"), doc! { "$push": { "v": 1 } }, options()).await;
    conflicts(storage, ALICE, "b", doc! { "v": 1 }, "slug").await;
}

/// An empty array is a value, and not null.
pub async fn two_empty_arrays_are_one_value(storage: &Subject) {
    slug(storage).await;
    insert(storage, ALICE, "a", doc! { "v": [] }).await;
    insert(storage, ALICE, "b", doc! { "v": null }).await;
    conflicts(storage, ALICE, "c", doc! { "v": [] }, "slug").await;
}

/// The path of an index goes into documents and through arrays, as that of a filter.
pub async fn a_path_goes_into_documents_and_arrays(storage: &Subject) {
    declare(storage, &[Index::new("items", [("a.b", 1)]).unique()]).await;
    insert(storage, ALICE, "1", doc! { "a": { "b": 1 } }).await;
    conflicts(storage, ALICE, "2", doc! { "a": { "b": 1, "c": 2 } }, "a_b").await;
    conflicts(storage, ALICE, "2", doc! { "a": [{ "b": 9 }, { "b": 1 }] }, "a_b").await;
    insert(storage, ALICE, "3", doc! { "a": [{ "b": 2 }, { "b": [3, 4] }] }).await;
    conflicts(storage, ALICE, "4", doc! { "a": { "b": 4 } }, "a_b").await;
}

/// Of the fields of an index one may be an array; a document with two is refused.
pub async fn two_arrays_in_one_index_are_refused(storage: &Subject) {
    pair(storage).await;
    insert(storage, ALICE, "1", doc! { "a": [1, 2], "b": 1 }).await;
    conflicts(storage, ALICE, "2", doc! { "a": 2, "b": 1 }, "a_b").await;
    let call = storage.insert(ALICE, vec![new("3", &doc! { "a": [8, 9], "b": [8, 9] })]);
    refused("insert of two arrays in one index", call, Refusal::Invalid).await;
    let change = Change::Operators(doc! { "$set": { "b": [1, 2] } });
    refused(
        "an update to two arrays",
        storage.update(ALICE, by_id("1"), change, options()),
        Refusal::Invalid,
    )
    .await;
    holds(storage, ALICE, "1", Some(&doc! { "a": [1, 2], "b": 1 })).await;
}

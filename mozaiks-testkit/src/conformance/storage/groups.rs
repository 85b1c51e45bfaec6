//! `$group` and its accumulators.

use bson::{Bson, Document, bson, doc};

use super::Subject;
use super::ask::decimal;
use super::shelf::{Shelf, shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("groups.rs");
    group_by_a_field,
    group_by_null_makes_one_group,
    a_missing_key_is_the_group_of_null,
    keys_that_are_equal_numbers_are_one_group,
    group_by_a_document_of_fields,
    a_missing_value_is_left_out_of_a_document_key,
    group_by_whole_arrays,
    group_by_an_id,
    sum_adds_numbers,
    sum_skips_what_is_no_number,
    sum_of_one_counts,
    sum_takes_the_widest_type,
    sum_of_ints_that_overflow_is_a_long,
    avg_is_a_double_or_a_decimal,
    avg_of_nothing_is_null,
    min_and_max_follow_the_order_of_types,
    min_and_max_skip_null_and_missing,
    min_and_max_do_not_look_into_arrays,
    first_and_last_follow_the_order_of_documents,
    first_and_last_have_null_for_missing,
    push_gathers_values,
    push_skips_missing_and_keeps_null,
    push_makes_documents,
    add_to_set_gathers_each_value_once,
    add_to_set_skips_missing_and_keeps_null,
    count_counts_documents,
    accumulators_see_paths_through_arrays,
];

/// Checks what one accumulator makes of the field `v` of all documents.
async fn makes(shelf: &Shelf<'_>, accumulator: &str, expected: impl Into<Bson>) {
    let group = doc! { "$group": { "_id": null, "x": { accumulator: "$v" } } };
    shelf.pipes([group], [doc! { "_id": null, "x": expected.into() }]).await;
}

fn rows(rows: impl IntoIterator<Item = (&'static str, i32)>) -> Vec<Document> {
    rows.into_iter().map(|(key, n)| doc! { "k": key, "n": n }).collect()
}

/// Documents with one value of the key are a group.
pub async fn group_by_a_field(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 1), ("b", 2), ("a", 3)])).await;
    let group = doc! { "$group": { "_id": "$k", "total": { "$sum": "$n" } } };
    shelf
        .pipes_in_any_order([group], [doc! { "_id": "a", "total": 4 }, doc! { "_id": "b", "total": 2 }])
        .await;
}

/// null, or any other constant, makes one group of all.
pub async fn group_by_null_makes_one_group(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 1), ("b", 2)])).await;
    for key in [bson!(null), bson!(1), bson!("all"), bson!({})] {
        let group = doc! { "$group": { "_id": key.clone(), "total": { "$sum": "$n" } } };
        shelf.pipes([group], [doc! { "_id": key, "total": 3 }]).await;
    }
}

/// A document that lacks the key is in the group of null.
pub async fn a_missing_key_is_the_group_of_null(storage: &Subject) {
    let shelf = shelf(storage, [doc! {}, doc! { "k": null }, doc! { "k": 1 }]).await;
    let group = doc! { "$group": { "_id": "$k", "n": { "$sum": 1 } } };
    shelf.pipes_in_any_order([group], [doc! { "_id": null, "n": 2 }, doc! { "_id": 1, "n": 1 }]).await;
}

/// 1, 1.0 and a long 1 are one key.
pub async fn keys_that_are_equal_numbers_are_one_group(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!(1.0), bson!(1_i64), decimal("1")]).await;
    let group = doc! { "$group": { "_id": "$v", "n": { "$sum": 1 } } };
    shelf.pipes([group, doc! { "$project": { "_id": 0 } }], [doc! { "n": 4 }]).await;
}

/// A document of paths is a key of several fields.
pub async fn group_by_a_document_of_fields(storage: &Subject) {
    let documents = [(1, 1), (1, 2), (1, 1)].map(|(a, b)| doc! { "a": a, "b": { "c": b } });
    let shelf = shelf(storage, documents).await;
    let group = doc! { "$group": { "_id": { "x": "$a", "y": "$b.c" }, "n": { "$sum": 1 } } };
    let expected = [doc! { "_id": { "x": 1, "y": 1 }, "n": 2 }, doc! { "_id": { "x": 1, "y": 2 }, "n": 1 }];
    shelf.pipes_in_any_order([group], expected).await;
}

/// In a key that is a document, a missing value is left out.
pub async fn a_missing_value_is_left_out_of_a_document_key(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1 }, doc! { "a": 1, "b": null }]).await;
    let group = doc! { "$group": { "_id": { "x": "$a", "y": "$b" }, "n": { "$sum": 1 } } };
    let expected = [doc! { "_id": { "x": 1 }, "n": 1 }, doc! { "_id": { "x": 1, "y": null }, "n": 1 }];
    shelf.pipes_in_any_order([group], expected).await;
}

/// An array is a key as a whole; its elements are none.
pub async fn group_by_whole_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!([1, 2]), bson!([2, 1]), bson!([1, 2])]).await;
    let group = doc! { "$group": { "_id": "$v", "n": { "$sum": 1 } } };
    shelf.pipes_in_any_order([group], [doc! { "_id": [1, 2], "n": 2 }, doc! { "_id": [2, 1], "n": 1 }]).await;
}

/// `"$_id"` is the document's id.
pub async fn group_by_an_id(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 1), ("b", 2)])).await;
    let group = doc! { "$group": { "_id": "$_id", "n": { "$sum": "$n" } } };
    shelf.pipes_in_any_order([group], [doc! { "_id": "000", "n": 1 }, doc! { "_id": "001", "n": 2 }]).await;
}

/// `$sum` adds.
pub async fn sum_adds_numbers(storage: &Subject) {
    makes(&values(storage, [1, 2, 3].map(Bson::from)).await, "$sum", 6).await;
}

/// What is no number adds nothing; of nothing at all the sum is 0.
pub async fn sum_skips_what_is_no_number(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "v": 1 }, doc! { "v": "2" }, doc! { "v": null }, doc! {}, doc! { "v": [4] }, doc! { "v": 8 }],
    )
    .await;
    makes(&shelf, "$sum", 9).await;
    let group = doc! { "$group": { "_id": null, "x": { "$sum": "$none" } } };
    shelf.pipes([group], [doc! { "_id": null, "x": 0 }]).await;
}

/// `{$sum: 1}` is the number of documents.
pub async fn sum_of_one_counts(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 5), ("a", 6), ("b", 7)])).await;
    let group = doc! { "$group": { "_id": "$k", "n": { "$sum": 1 } } };
    shelf.pipes_in_any_order([group], [doc! { "_id": "a", "n": 2 }, doc! { "_id": "b", "n": 1 }]).await;
}

/// Of several types the widest comes out: int, long, double, decimal.
pub async fn sum_takes_the_widest_type(storage: &Subject) {
    let shelf = shelf(
        storage,
        [
            doc! { "k": "long", "v": 1 },
            doc! { "k": "long", "v": 2_i64 },
            doc! { "k": "double", "v": 1 },
            doc! { "k": "double", "v": 2.0 },
            doc! { "k": "decimal", "v": 1 },
            doc! { "k": "decimal", "v": decimal("2.5") },
        ],
    )
    .await;
    let expected = [("long", bson!(3_i64)), ("double", bson!(3.0)), ("decimal", decimal("3.5"))];
    let group = doc! { "$group": { "_id": "$k", "x": { "$sum": "$v" } } };
    shelf.pipes_in_any_order([group], expected.map(|(k, x)| doc! { "_id": k, "x": x })).await;
}

/// A sum of ints that an int cannot hold is a long.
pub async fn sum_of_ints_that_overflow_is_a_long(storage: &Subject) {
    makes(&values(storage, [i32::MAX, 1].map(Bson::from)).await, "$sum", i64::from(i32::MAX) + 1).await;
}

/// An average of ints is a double; with a decimal among them, a decimal.
pub async fn avg_is_a_double_or_a_decimal(storage: &Subject) {
    let shelf = shelf(
        storage,
        [
            doc! { "k": 1, "v": 1 },
            doc! { "k": 1, "v": 2 },
            doc! { "k": 1, "v": "x" },
            doc! { "k": 1 },
            doc! { "k": 2, "v": decimal("1.10") },
            doc! { "k": 2, "v": decimal("2.20") },
        ],
    )
    .await;
    let group = doc! { "$group": { "_id": "$k", "x": { "$avg": "$v" } } };
    let expected = [doc! { "_id": 1, "x": 1.5 }, doc! { "_id": 2, "x": decimal("1.65") }];
    shelf.pipes_in_any_order([group], expected).await;
}

/// The average of no numbers is null.
pub async fn avg_of_nothing_is_null(storage: &Subject) {
    makes(&values(storage, [bson!("a"), bson!(null)]).await, "$avg", Bson::Null).await;
}

/// `$min` and `$max` compare values of all types.
pub async fn min_and_max_follow_the_order_of_types(storage: &Subject) {
    let shelf = values(storage, [bson!(5), bson!("a"), bson!(true), bson!(3.5), bson!({ "x": 1 })]).await;
    makes(&shelf, "$min", 3.5).await;
    makes(&shelf, "$max", true).await;
}

/// null and missing are neither the least nor the greatest; of nothing else it is null.
pub async fn min_and_max_skip_null_and_missing(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "v": null }, doc! {}, doc! { "v": 2 }, doc! { "v": 1 }]).await;
    makes(&shelf, "$min", 1).await;
    makes(&shelf, "$max", 2).await;
    let group = doc! { "$group": { "_id": null, "x": { "$min": "$none" } } };
    shelf.pipes([group], [doc! { "_id": null, "x": null }]).await;
}

/// An array is a value, above all numbers.
pub async fn min_and_max_do_not_look_into_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!(5), bson!([1, 9])]).await;
    makes(&shelf, "$min", 5).await;
    makes(&shelf, "$max", bson!([1, 9])).await;
}

/// `$first` and `$last` follow the sort before them.
pub async fn first_and_last_follow_the_order_of_documents(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 2), ("b", 9), ("a", 3), ("a", 1)])).await;
    let group = doc! { "$group": { "_id": "$k", "first": { "$first": "$n" }, "last": { "$last": "$n" } } };
    let expected = [doc! { "_id": "a", "first": 1, "last": 3 }, doc! { "_id": "b", "first": 9, "last": 9 }];
    shelf.pipes_in_any_order([doc! { "$sort": { "n": 1 } }, group], expected).await;
}

/// Where the field is missing in the first or last document, it is null.
pub async fn first_and_last_have_null_for_missing(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "n": 1 }, doc! { "n": 2, "v": 5 }, doc! { "n": 3 }]).await;
    let group = doc! { "$group": { "_id": null, "first": { "$first": "$v" }, "last": { "$last": "$v" } } };
    let expected = [doc! { "_id": null, "first": null, "last": null }];
    shelf.pipes([doc! { "$sort": { "n": 1 } }, group], expected).await;
}

/// `$push` gathers in the order of the documents.
pub async fn push_gathers_values(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 2), ("a", 3), ("a", 2)])).await;
    let group = doc! { "$group": { "_id": null, "x": { "$push": "$n" } } };
    shelf.pipes([doc! { "$sort": { "_id": 1 } }, group], [doc! { "_id": null, "x": [2, 3, 2] }]).await;
}

/// A missing value is skipped, null is kept.
pub async fn push_skips_missing_and_keeps_null(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "v": 1 }, doc! {}, doc! { "v": null }]).await;
    let group = doc! { "$group": { "_id": null, "x": { "$push": "$v" } } };
    shelf.pipes([doc! { "$sort": { "_id": 1 } }, group], [doc! { "_id": null, "x": [1, null] }]).await;
}

/// `$push` of a document of paths gathers documents; what is missing is left out of them.
pub async fn push_makes_documents(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1, "b": 2 }, doc! { "a": 3 }]).await;
    let group = doc! { "$group": { "_id": null, "x": { "$push": { "p": "$a", "q": "$b" } } } };
    let expected = [doc! { "_id": null, "x": [{ "p": 1, "q": 2 }, { "p": 3 }] }];
    shelf.pipes([doc! { "$sort": { "_id": 1 } }, group], expected).await;
}

/// `$addToSet` gathers each value once; which of equal numbers, and in which order, is the storage's choice.
pub async fn add_to_set_gathers_each_value_once(storage: &Subject) {
    let shelf = values(storage, [bson!("b"), bson!("a"), bson!("b"), bson!([1]), bson!([1])]).await;
    let stages = [
        doc! { "$group": { "_id": null, "x": { "$addToSet": "$v" } } },
        doc! { "$unwind": "$x" },
        doc! { "$sort": { "x": 1 } },
        doc! { "$project": { "_id": 0 } },
    ];
    // An array sorts by its least element, so `[1]` comes first.
    shelf.pipes(stages, [doc! { "x": [1] }, doc! { "x": "a" }, doc! { "x": "b" }]).await;
}

/// A missing value is skipped, null is kept.
pub async fn add_to_set_skips_missing_and_keeps_null(storage: &Subject) {
    let shelf = shelf(storage, [doc! {}, doc! { "v": null }, doc! { "v": null }]).await;
    makes(&shelf, "$addToSet", bson!([null])).await;
}

/// `$count: {}` is the number of documents of a group.
pub async fn count_counts_documents(storage: &Subject) {
    let shelf = shelf(storage, rows([("a", 1), ("b", 2), ("a", 3)])).await;
    let group = doc! { "$group": { "_id": "$k", "n": { "$count": {} } } };
    shelf.pipes_in_any_order([group], [doc! { "_id": "a", "n": 2 }, doc! { "_id": "b", "n": 1 }]).await;
}

/// A path through an array of documents gives an array, which is no number.
pub async fn accumulators_see_paths_through_arrays(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [{ "b": 1 }, { "b": 2 }] }]).await;
    let group = doc! { "$group": { "_id": null, "sum": { "$sum": "$a.b" }, "all": { "$push": "$a.b" } } };
    shelf.pipes([group], [doc! { "_id": null, "sum": 0, "all": [[1, 2]] }]).await;
}

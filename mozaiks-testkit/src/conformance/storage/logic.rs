//! `$and`, `$or`, `$nor` and `$not`.

use bson::{bson, doc};

use super::Subject;
use super::ask::regex;
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("logic.rs");
    and_asks_for_all,
    or_asks_for_one,
    nor_asks_for_none,
    logic_nests,
    logic_stands_beside_fields,
    not_negates_operators,
    not_matches_missing_fields,
    not_takes_a_regex,
    not_negates_all_operators_together,
];

/// `$and` matches where all its filters do, also if two are of one field.
pub async fn and_asks_for_all(storage: &Subject) {
    let shelf = values(storage, [1, 2, 3].map(bson::Bson::from)).await;
    shelf.finds(doc! { "$and": [{ "v": { "$gt": 1 } }, { "v": { "$lt": 3 } }] }, &[1]).await;
    shelf.finds(doc! { "$and": [{}] }, &[0, 1, 2]).await;
}

/// `$or` matches where any of its filters does.
pub async fn or_asks_for_one(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1 }, doc! { "b": 2 }, doc! { "a": 1, "b": 2 }, doc! {}]).await;
    shelf.finds(doc! { "$or": [{ "a": 1 }, { "b": 2 }] }, &[0, 1, 2]).await;
    shelf.finds(doc! { "$or": [{ "a": 9 }] }, &[]).await;
}

/// `$nor` matches where none of its filters does.
pub async fn nor_asks_for_none(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1 }, doc! { "b": 2 }, doc! { "a": 1, "b": 2 }, doc! {}]).await;
    shelf.finds(doc! { "$nor": [{ "a": 1 }, { "b": 2 }] }, &[3]).await;
    shelf.finds(doc! { "$nor": [{ "a": 1 }] }, &[1, 3]).await;
}

/// `$and`, `$or` and `$nor` stand inside each other.
pub async fn logic_nests(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": 1, "b": 1 }, doc! { "a": 1, "b": 2 }, doc! { "a": 2, "b": 1 }]).await;
    shelf
        .finds(doc! { "$or": [{ "$and": [{ "a": 1 }, { "b": 2 }] }, { "$nor": [{ "a": 1 }] }] }, &[1, 2])
        .await;
}

/// `$or` beside a field is one more condition.
pub async fn logic_stands_beside_fields(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": 1, "b": 1 }, doc! { "a": 1, "b": 2 }, doc! { "a": 2, "b": 1 }]).await;
    shelf.finds(doc! { "a": 1, "$or": [{ "b": 1 }, { "b": 9 }] }, &[0]).await;
}

/// `$not` matches what its operators do not, values of other types too.
pub async fn not_negates_operators(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!(5), bson!("5"), bson!([1, 9])]).await;
    shelf.finds(doc! { "v": { "$not": { "$gt": 3 } } }, &[0, 2]).await;
    shelf.finds(doc! { "v": { "$not": { "$not": { "$gt": 3 } } } }, &[1, 3]).await;
}

/// `$not` matches a document that lacks the field.
pub async fn not_matches_missing_fields(storage: &Subject) {
    let shelf = shelf(storage, [doc! {}, doc! { "v": 1 }, doc! { "v": 5 }]).await;
    shelf.finds(doc! { "v": { "$not": { "$gt": 3 } } }, &[0, 1]).await;
}

/// `$not` takes a regex.
pub async fn not_takes_a_regex(storage: &Subject) {
    let shelf = values(storage, [bson!("apple"), bson!("pear"), bson!(1)]).await;
    shelf.finds(doc! { "v": { "$not": regex("^a", "") } }, &[1, 2]).await;
    shelf.finds(doc! { "v": { "$not": { "$regex": "^a" } } }, &[1, 2]).await;
}

/// `$not` of several operators matches unless all of them hold.
pub async fn not_negates_all_operators_together(storage: &Subject) {
    let shelf = values(storage, [1, 5, 9].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": { "$not": { "$gt": 3, "$lt": 7 } } }, &[0, 2]).await;
}

//! An index never changes an answer.

use bson::spec::BinarySubtype;
use bson::{Binary, Bson, bson, doc};
use mozaiks_core::storage::{Index, StorageScope};

use super::Subject;
use super::ask::{ALICE, count, decimal, delete, holds, insert};
use super::shelf::{Shelf, shelf};
use super::unique::declare;
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("indexed.rs");
    an_index_changes_no_answer_to_equality,
    an_index_changes_no_answer_to_a_range,
    an_index_changes_no_answer_about_null,
    an_index_changes_no_answer_about_arrays,
    an_index_changes_no_order,
    an_index_of_several_fields_changes_no_answer,
    a_sparse_index_hides_nothing,
    an_index_sees_updates_and_deletes,
    an_index_does_not_reach_into_other_scopes,
];

/// Values of all kinds in the field `v`, which has an index.
async fn indexed(storage: &Subject, direction: i32) -> Shelf<'_> {
    declare(storage, &[Index::new("items", [("v", direction)])]).await;
    let values = [
        bson!(1),
        bson!(2.0),
        bson!(3_i64),
        decimal("2.5"),
        bson!("a"),
        bson!("b"),
        bson!(null),
        bson!([]),
        bson!([1, 9]),
        bson!({ "x": 1 }),
        bson!(true),
        bson!(["a", 2]),
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] }),
        bson!([[1]]),
    ];
    let documents = values.into_iter().map(|value| doc! { "v": value });
    shelf(storage, documents.chain([doc! { "other": 1 }])).await
}

/// With an index, equality finds what it finds without.
pub async fn an_index_changes_no_answer_to_equality(storage: &Subject) {
    let shelf = indexed(storage, 1).await;
    shelf.finds(doc! { "v": 1 }, &[0, 8]).await;
    shelf.finds(doc! { "v": 2 }, &[1, 11]).await;
    shelf.finds(doc! { "v": "a" }, &[4, 11]).await;
    shelf.finds(doc! { "v": { "$in": [3, "b", true] } }, &[2, 5, 10]).await;
    shelf.finds(doc! { "v": { "x": 1 } }, &[9]).await;
    shelf.finds(doc! { "v": 2, "other": null }, &[1, 11]).await;
    shelf.finds(doc! { "v": { "$ne": 1 } }, &[1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14]).await;
    shelf.finds(doc! { "$or": [{ "v": 1 }, { "other": 1 }] }, &[0, 8, 14]).await;
}

/// With an index, a range finds what it finds without: within one type, any element of an array.
pub async fn an_index_changes_no_answer_to_a_range(storage: &Subject) {
    let shelf = indexed(storage, -1).await;
    shelf.finds(doc! { "v": { "$gt": 1 } }, &[1, 2, 3, 8, 11]).await;
    shelf.finds(doc! { "v": { "$gte": 2, "$lt": 3 } }, &[1, 3, 8, 11]).await;
    shelf.finds(doc! { "v": { "$lte": "a" } }, &[4, 11]).await;
    shelf.finds(doc! { "v": { "$gt": Bson::MinKey, "$lt": 2 } }, &[0, 8]).await;
    shelf.finds(doc! { "v": { "$elemMatch": { "$gte": 2, "$lt": 3 } } }, &[11]).await;
    shelf.finds(doc! { "v": { "$regex": "^a" } }, &[4, 11]).await;
}

/// With an index, null finds what it finds without: missing too.
pub async fn an_index_changes_no_answer_about_null(storage: &Subject) {
    let shelf = indexed(storage, 1).await;
    shelf.finds(doc! { "v": null }, &[6, 14]).await;
    shelf.finds(doc! { "v": { "$gte": null } }, &[6, 14]).await;
    shelf.finds(doc! { "v": { "$exists": false } }, &[14]).await;
    shelf.finds(doc! { "v": { "$in": [null, true] } }, &[6, 10, 14]).await;
    shelf.finds(doc! { "v": { "$type": "null" } }, &[6]).await;
}

/// With an index, arrays are found whole and by their elements, as without.
pub async fn an_index_changes_no_answer_about_arrays(storage: &Subject) {
    let shelf = indexed(storage, 1).await;
    shelf.finds(doc! { "v": [1, 9] }, &[8]).await;
    shelf.finds(doc! { "v": [] }, &[7]).await;
    shelf.finds(doc! { "v": [1] }, &[13]).await;
    shelf.finds(doc! { "v": { "$size": 2 } }, &[8, 11]).await;
    shelf.finds(doc! { "v": { "$all": [1, 9] } }, &[8]).await;
    shelf.finds(doc! { "v.0": 1 }, &[8]).await;
    shelf.finds(doc! { "v": { "$gt": [1] } }, &[8, 11, 13]).await;
}

/// With an index a sort gives the order that it gives without, each document once.
pub async fn an_index_changes_no_order(storage: &Subject) {
    let shelf = indexed(storage, 1).await;
    let up: &[&[usize]] =
        &[&[7], &[6, 14], &[0, 8], &[1, 11], &[3], &[2], &[4], &[5], &[9], &[13], &[12], &[10]];
    shelf.sorts(doc! { "v": 1 }, up).await;
    let down: &[&[usize]] =
        &[&[10], &[12], &[13], &[9], &[5], &[4, 11], &[8], &[2], &[3], &[1], &[0], &[6, 14], &[7]];
    shelf.sorts(doc! { "v": -1 }, down).await;
}

/// An index of several fields serves equality and order, and changes neither.
pub async fn an_index_of_several_fields_changes_no_answer(storage: &Subject) {
    declare(storage, &[Index::new("items", [("g", 1), ("n", -1)])]).await;
    let shelf = shelf(storage, (0..12).map(|n| doc! { "g": n % 3, "n": n })).await;
    shelf.finds(doc! { "g": 1 }, &[1, 4, 7, 10]).await;
    shelf.finds(doc! { "g": 1, "n": { "$gt": 4 } }, &[7, 10]).await;
    shelf.finds(doc! { "n": 5 }, &[5]).await;
    shelf.finds(doc! { "g": { "$gte": 1 }, "n": { "$lt": 3 } }, &[1, 2]).await;
    let groups: &[&[usize]] = &[&[9], &[6], &[3], &[0], &[10], &[7], &[4], &[1], &[11], &[8], &[5], &[2]];
    shelf.sorts(doc! { "g": 1, "n": -1 }, groups).await;
    let reversed: Vec<&[usize]> = groups.iter().rev().copied().collect();
    shelf.sorts(doc! { "g": -1, "n": 1 }, &reversed).await;
}

/// A sparse index leaves documents out of itself, never out of an answer.
pub async fn a_sparse_index_hides_nothing(storage: &Subject) {
    declare(storage, &[Index::new("items", [("v", 1)]).sparse()]).await;
    let shelf = shelf(storage, [doc! { "v": 2 }, doc! {}, doc! { "v": null }, doc! { "v": 1 }]).await;
    shelf.finds(doc! { "v": null }, &[1, 2]).await;
    shelf.finds(doc! { "v": { "$ne": 1 } }, &[0, 1, 2]).await;
    shelf.finds(doc! { "v": { "$exists": false } }, &[1]).await;
    shelf.finds(doc! { "v": { "$gte": 1 } }, &[0, 3]).await;
    shelf.sorts(doc! { "v": 1 }, &[&[1, 2], &[3], &[0]]).await;
}

/// What was changed is found by its new values alone, and what was deleted not at all.
pub async fn an_index_sees_updates_and_deletes(storage: &Subject) {
    declare(storage, &[Index::new("items", [("v", 1)])]).await;
    for n in 0..20 {
        insert(storage, ALICE, format!("{n:02}"), doc! { "v": n }).await;
    }
    let set = |value: Bson| doc! { "$set": { "v": value } };
    let change = |id: &str, value: Bson| {
        let id = id.to_owned();
        async move {
            super::ask::update(storage, ALICE, super::ask::by_id(id), set(value), super::ask::options())
                .await;
        }
    };
    change("03", bson!(100)).await;
    change("04", bson!([100, 101])).await;
    assert_eq!(delete(storage, ALICE, super::ask::by(doc! { "v": { "$lt": 2 } }), true).await, 2);
    for (filter, expected) in [
        (doc! { "v": 3 }, 0),
        (doc! { "v": 100 }, 2),
        (doc! { "v": { "$gte": 100 } }, 2),
        (doc! { "v": { "$lt": 5 } }, 1),
        (doc! { "v": { "$gte": 0 } }, 18),
    ] {
        assert_eq!(
            count(storage, ALICE, super::ask::by(filter.clone())).await,
            expected,
            "what {filter} finds"
        );
    }
    holds(storage, ALICE, "04", Some(&doc! { "v": [100, 101] })).await;
}

/// An index begins with the scope: its stretches end where the scope does.
pub async fn an_index_does_not_reach_into_other_scopes(storage: &Subject) {
    declare(storage, &[Index::new("items", [("v", 1)])]).await;
    let users = ["a", "aa", "b", "alice", "alic", "alicf"];
    for user_id in users {
        let scope = StorageScope { user_id, ..ALICE };
        for n in 0..3 {
            insert(storage, scope, format!("{n}"), doc! { "v": n, "of": user_id }).await;
        }
    }
    for user_id in users {
        let scope = StorageScope { user_id, ..ALICE };
        for filter in [
            doc! { "v": { "$gte": 0 } },
            doc! { "v": { "$lte": Bson::MaxKey } },
            doc! { "v": { "$in": [0, 1, 2] } },
        ] {
            assert_eq!(
                count(storage, scope, super::ask::by(filter.clone())).await,
                3,
                "{filter} of {user_id}"
            );
            let owners = answer("distinct", storage.distinct(scope, "of", super::ask::by(filter))).await;
            assert_eq!(owners, [bson!(user_id)]);
        }
        let mut query = mozaiks_core::storage::Query::new(super::ask::all());
        query.sort = Some(doc! { "v": -1 });
        assert_eq!(
            super::ask::found_ids(storage, scope, query).await,
            ["2", "1", "0"],
            "sorted, of {user_id}"
        );
    }
}

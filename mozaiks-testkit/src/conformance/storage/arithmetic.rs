//! `$inc` and `$mul`.

use bson::{Bson, bson, doc};

use super::Subject;
use super::ask::decimal;
use super::shelf::{changes, fails};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("arithmetic.rs");
    inc_adds,
    inc_creates_a_missing_field,
    mul_multiplies,
    mul_sets_a_missing_field_to_zero_of_its_type,
    arithmetic_widens_types,
    an_int_that_overflows_becomes_a_long,
    a_long_that_overflows_is_an_error,
    decimals_are_added_exactly,
    arithmetic_of_null_fails,
    arithmetic_of_what_is_no_number_fails,
    arithmetic_works_on_elements_and_in_documents,
    nan_and_the_infinities_are_computed_with,
];

/// `$inc` adds, a negative number too.
pub async fn inc_adds(storage: &Subject) {
    changes(storage, doc! { "n": 1 }, doc! { "$inc": { "n": 2 } }, doc! { "n": 3 }).await;
    changes(storage, doc! { "n": 1 }, doc! { "$inc": { "n": -2 } }, doc! { "n": -1 }).await;
    changes(storage, doc! { "n": 1.5 }, doc! { "$inc": { "n": 0.25 } }, doc! { "n": 1.75 }).await;
}

/// On a missing field, `$inc` sets what it would have added.
pub async fn inc_creates_a_missing_field(storage: &Subject) {
    changes(storage, doc! {}, doc! { "$inc": { "n": 2_i64 } }, doc! { "n": 2_i64 }).await;
    changes(storage, doc! {}, doc! { "$inc": { "a.b": -1 } }, doc! { "a": { "b": -1 } }).await;
}

/// `$mul` multiplies.
pub async fn mul_multiplies(storage: &Subject) {
    changes(storage, doc! { "n": 3 }, doc! { "$mul": { "n": 4 } }, doc! { "n": 12 }).await;
    changes(storage, doc! { "n": 3 }, doc! { "$mul": { "n": 0.5 } }, doc! { "n": 1.5 }).await;
}

/// On a missing field, `$mul` sets a zero of its operand's type.
pub async fn mul_sets_a_missing_field_to_zero_of_its_type(storage: &Subject) {
    changes(storage, doc! {}, doc! { "$mul": { "n": 5 } }, doc! { "n": 0 }).await;
    changes(storage, doc! {}, doc! { "$mul": { "n": 5_i64 } }, doc! { "n": 0_i64 }).await;
    changes(storage, doc! {}, doc! { "$mul": { "n": 5.5 } }, doc! { "n": 0.0 }).await;
}

/// Of two types the wider one comes out: int, long, double, decimal.
pub async fn arithmetic_widens_types(storage: &Subject) {
    let rows: [(Bson, Bson, Bson); 5] = [
        (bson!(1), bson!(2_i64), bson!(3_i64)),
        (bson!(1_i64), bson!(2), bson!(3_i64)),
        (bson!(1), bson!(2.0), bson!(3.0)),
        (bson!(1_i64), bson!(0.5), bson!(1.5)),
        (bson!(1), decimal("2"), decimal("3")),
    ];
    for (before, by, after) in rows {
        changes(storage, doc! { "n": before }, doc! { "$inc": { "n": by } }, doc! { "n": after }).await;
    }
}

/// What an int cannot hold becomes a long.
pub async fn an_int_that_overflows_becomes_a_long(storage: &Subject) {
    let max = i32::MAX;
    let over = i64::from(max) + 1;
    changes(storage, doc! { "n": max }, doc! { "$inc": { "n": 1 } }, doc! { "n": over }).await;
    changes(storage, doc! { "n": i32::MIN }, doc! { "$inc": { "n": -1 } }, doc! { "n": -over - 1 }).await;
    changes(storage, doc! { "n": max }, doc! { "$mul": { "n": 2 } }, doc! { "n": i64::from(max) * 2 }).await;
}

/// What a long cannot hold is an error.
pub async fn a_long_that_overflows_is_an_error(storage: &Subject) {
    fails(storage, doc! { "n": i64::MAX }, doc! { "$inc": { "n": 1 } }).await;
    fails(storage, doc! { "n": i64::MIN }, doc! { "$inc": { "n": -1_i64 } }).await;
    fails(storage, doc! { "n": i64::MAX }, doc! { "$mul": { "n": 2 } }).await;
}

/// Decimals are added as they are written, with their digits.
pub async fn decimals_are_added_exactly(storage: &Subject) {
    changes(
        storage,
        doc! { "n": decimal("0.1") },
        doc! { "$inc": { "n": decimal("0.2") } },
        doc! { "n": decimal("0.3") },
    )
    .await;
    changes(
        storage,
        doc! { "n": decimal("1.10") },
        doc! { "$mul": { "n": decimal("2") } },
        doc! { "n": decimal("2.20") },
    )
    .await;
}

/// Null is not missing: it is no number.
pub async fn arithmetic_of_null_fails(storage: &Subject) {
    fails(storage, doc! { "n": null }, doc! { "$inc": { "n": 1 } }).await;
    fails(storage, doc! { "n": null }, doc! { "$mul": { "n": 1 } }).await;
}

/// `$inc` and `$mul` want numbers in the document.
pub async fn arithmetic_of_what_is_no_number_fails(storage: &Subject) {
    for value in [bson!("1"), bson!(true), bson!([1]), bson!({ "a": 1 })] {
        fails(storage, doc! { "n": value.clone() }, doc! { "$inc": { "n": 1 } }).await;
        fails(storage, doc! { "n": value }, doc! { "$mul": { "n": 1 } }).await;
    }
}

/// A path leads to an element or into a document.
pub async fn arithmetic_works_on_elements_and_in_documents(storage: &Subject) {
    changes(storage, doc! { "a": [1, 2] }, doc! { "$inc": { "a.1": 5 } }, doc! { "a": [1, 7] }).await;
    changes(
        storage,
        doc! { "a": [{ "b": 2 }] },
        doc! { "$mul": { "a.0.b": 5 } },
        doc! { "a": [{ "b": 10 }] },
    )
    .await;
}

/// The infinities and NaN are numbers: what comes out is what floating point says.
pub async fn nan_and_the_infinities_are_computed_with(storage: &Subject) {
    let infinite = f64::INFINITY;
    changes(storage, doc! { "n": 1 }, doc! { "$inc": { "n": infinite } }, doc! { "n": infinite }).await;
    changes(storage, doc! { "n": -1 }, doc! { "$mul": { "n": infinite } }, doc! { "n": -infinite }).await;
}

//! Numbers in filters: four types, one order.

use bson::{Bson, bson, doc};

use super::Subject;
use super::ask::decimal;
use super::shelf::values;
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("numbers.rs");
    numbers_are_equal_across_types,
    numbers_compare_across_types,
    longs_beyond_the_exact_doubles_stay_apart,
    a_long_beside_the_double_next_to_it_is_compared_exactly,
    decimals_compare_exactly_with_doubles,
    decimals_are_equal_whatever_their_zeros,
    nan_equals_itself_in_both_types,
    nan_is_in_no_range,
    minus_zero_equals_zero,
    the_infinities_are_at_the_ends,
    mod_looks_at_the_remainder,
    mod_of_a_negative_number_is_negative,
    mod_truncates_fractions,
    mod_knows_numbers_only,
    type_tells_numbers_apart,
    type_number_is_all_four,
];

/// 1, 1.0, a long 1 and a decimal 1 are equal.
pub async fn numbers_are_equal_across_types(storage: &Subject) {
    let ones = [bson!(1), bson!(1_i64), bson!(1.0), decimal("1")];
    let shelf = values(storage, ones.clone().into_iter().chain([bson!(2), bson!(1.5)])).await;
    for one in ones {
        shelf.finds(doc! { "v": one.clone() }, &[0, 1, 2, 3]).await;
        shelf.finds(doc! { "v": { "$in": [one.clone()] } }, &[0, 1, 2, 3]).await;
        shelf.finds(doc! { "v": { "$ne": one } }, &[4, 5]).await;
    }
}

/// Numbers of different types compare by their values.
pub async fn numbers_compare_across_types(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!(1.5), bson!(2_i64), decimal("2.5")]).await;
    shelf.finds(doc! { "v": { "$gt": 1 } }, &[1, 2, 3]).await;
    shelf.finds(doc! { "v": { "$gt": 1.5 } }, &[2, 3]).await;
    shelf.finds(doc! { "v": { "$lt": decimal("2.4") } }, &[0, 1, 2]).await;
    shelf.finds(doc! { "v": { "$gte": 2_i64 } }, &[2, 3]).await;
}

/// Beyond 2^53 longs are still told apart.
pub async fn longs_beyond_the_exact_doubles_stay_apart(storage: &Subject) {
    let big = 9_007_199_254_740_992_i64;
    let shelf = values(storage, [big, big + 1, big + 2].map(Bson::from)).await;
    shelf.finds(doc! { "v": big + 1 }, &[1]).await;
    shelf.finds(doc! { "v": { "$gt": big } }, &[1, 2]).await;
    shelf.finds(doc! { "v": { "$lt": big + 1 } }, &[0]).await;
}

/// A long is compared with a double exactly, not as a double.
pub async fn a_long_beside_the_double_next_to_it_is_compared_exactly(storage: &Subject) {
    let big = 9_007_199_254_740_992_i64;
    let double = 9_007_199_254_740_992.0;
    let shelf = values(storage, [bson!(big - 1), bson!(big), bson!(big + 1), bson!(i64::MAX)]).await;
    shelf.finds(doc! { "v": double }, &[1]).await;
    shelf.finds(doc! { "v": { "$gt": double } }, &[2, 3]).await;
    shelf.finds(doc! { "v": { "$lt": 9_223_372_036_854_775_808.0 } }, &[0, 1, 2, 3]).await;
    shelf.finds(doc! { "v": 9_223_372_036_854_775_808.0 }, &[]).await;
}

/// The double 0.1 is a little more than the decimal 0.1.
pub async fn decimals_compare_exactly_with_doubles(storage: &Subject) {
    let shelf = values(storage, [bson!(0.1), decimal("0.1"), bson!(0.5), decimal("0.5")]).await;
    shelf.finds(doc! { "v": decimal("0.1") }, &[1]).await;
    shelf.finds(doc! { "v": { "$gt": decimal("0.1") } }, &[0, 2, 3]).await;
    shelf.finds(doc! { "v": 0.5 }, &[2, 3]).await;
}

/// Decimals of one value are equal, whatever zeros they were written with.
pub async fn decimals_are_equal_whatever_their_zeros(storage: &Subject) {
    let shelf = values(storage, [decimal("1.5"), decimal("1.500"), decimal("15E-1"), decimal("1.51")]).await;
    shelf.finds(doc! { "v": decimal("1.50") }, &[0, 1, 2]).await;
    shelf.finds(doc! { "v": { "$gt": decimal("1.5") } }, &[3]).await;
}

/// NaN equals NaN, as a double and as a decimal.
pub async fn nan_equals_itself_in_both_types(storage: &Subject) {
    let shelf = values(storage, [bson!(f64::NAN), decimal("NaN"), bson!(0), bson!(null)]).await;
    shelf.finds(doc! { "v": f64::NAN }, &[0, 1]).await;
    shelf.finds(doc! { "v": decimal("NaN") }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$gte": f64::NAN } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$ne": f64::NAN } }, &[2, 3]).await;
}

/// No range of numbers takes NaN in.
pub async fn nan_is_in_no_range(storage: &Subject) {
    let shelf = values(storage, [bson!(f64::NAN), bson!(1)]).await;
    shelf.finds(doc! { "v": { "$lt": 5 } }, &[1]).await;
    shelf.finds(doc! { "v": { "$gt": -5 } }, &[1]).await;
    shelf.finds(doc! { "v": { "$gt": f64::NAN } }, &[]).await;
}

/// -0 equals 0.
pub async fn minus_zero_equals_zero(storage: &Subject) {
    let shelf = values(storage, [bson!(0), bson!(-0.0), bson!(0.0), decimal("-0"), decimal("0E+10")]).await;
    shelf.finds(doc! { "v": 0 }, &[0, 1, 2, 3, 4]).await;
    shelf.finds(doc! { "v": -0.0 }, &[0, 1, 2, 3, 4]).await;
    shelf.finds(doc! { "v": { "$lt": 0 } }, &[]).await;
}

/// The infinities are numbers, below and above all others.
pub async fn the_infinities_are_at_the_ends(storage: &Subject) {
    let shelf =
        values(storage, [bson!(f64::NEG_INFINITY), bson!(i64::MIN), bson!(i64::MAX), bson!(f64::INFINITY)])
            .await;
    shelf.finds(doc! { "v": { "$lt": i64::MIN } }, &[0]).await;
    shelf.finds(doc! { "v": { "$gt": i64::MAX } }, &[3]).await;
    shelf.finds(doc! { "v": f64::INFINITY }, &[3]).await;
    shelf.finds(doc! { "v": decimal("Infinity") }, &[3]).await;
}

/// `$mod: [4, 1]` matches numbers that leave 1 when they are divided by 4.
pub async fn mod_looks_at_the_remainder(storage: &Subject) {
    let shelf = values(storage, [bson!(4), bson!(5), bson!(9_i64), bson!(13.0), decimal("17")]).await;
    shelf.finds(doc! { "v": { "$mod": [4, 1] } }, &[1, 2, 3, 4]).await;
    shelf.finds(doc! { "v": { "$mod": [4, 0] } }, &[0]).await;
    shelf.finds(doc! { "v": { "$mod": [4, 5] } }, &[]).await;
}

/// The remainder has the sign of the number that is divided.
pub async fn mod_of_a_negative_number_is_negative(storage: &Subject) {
    let shelf = values(storage, [-5, 5].map(Bson::from)).await;
    shelf.finds(doc! { "v": { "$mod": [4, -1] } }, &[0]).await;
    shelf.finds(doc! { "v": { "$mod": [4, 1] } }, &[1]).await;
    shelf.finds(doc! { "v": { "$mod": [-4, 1] } }, &[1]).await;
}

/// `$mod` cuts off fractions, of the number and of its operands.
pub async fn mod_truncates_fractions(storage: &Subject) {
    let shelf = values(storage, [bson!(5.9), bson!(4.1)]).await;
    shelf.finds(doc! { "v": { "$mod": [4, 1] } }, &[0]).await;
    shelf.finds(doc! { "v": { "$mod": [4.9, 1.9] } }, &[0]).await;
}

/// What is no number leaves no remainder.
pub async fn mod_knows_numbers_only(storage: &Subject) {
    let shelf = values(
        storage,
        [bson!("4"), bson!(null), bson!(true), bson!(f64::NAN), bson!(f64::INFINITY), bson!([4])],
    )
    .await;
    shelf.finds(doc! { "v": { "$mod": [4, 0] } }, &[5]).await;
}

/// `$type` tells int, long, double and decimal apart, by name and by number.
pub async fn type_tells_numbers_apart(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!(1_i64), bson!(1.0), decimal("1")]).await;
    for (at, (name, number)) in
        [("int", 16), ("long", 18), ("double", 1), ("decimal", 19)].into_iter().enumerate()
    {
        shelf.finds(doc! { "v": { "$type": name } }, &[at]).await;
        shelf.finds(doc! { "v": { "$type": number } }, &[at]).await;
    }
}

/// `$type: "number"` is all four of them.
pub async fn type_number_is_all_four(storage: &Subject) {
    let shelf =
        values(storage, [bson!(1), bson!(1_i64), bson!(1.0), decimal("1"), bson!("1"), bson!(true)]).await;
    shelf.finds(doc! { "v": { "$type": "number" } }, &[0, 1, 2, 3]).await;
}

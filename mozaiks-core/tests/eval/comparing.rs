//! The order of all values, and its laws.

use std::cmp::Ordering;

use bson::{
    Binary, Bson, DateTime, JavaScriptCodeWithScope, RawBson, Timestamp, doc, oid::ObjectId,
    spec::BinarySubtype,
};
use mozaiks_core::storage::eval::compare;

use crate::support::{decimal, regex};

fn order(a: &Bson, b: &Bson) -> Ordering {
    let raw = |value: &Bson| RawBson::try_from(value.clone()).unwrap();
    compare(raw(a).as_raw_bson_ref(), raw(b).as_raw_bson_ref())
}

fn binary(subtype: BinarySubtype, bytes: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype, bytes: bytes.to_vec() })
}

/// Values in their order; those of one row are equal.
pub fn ladder() -> Vec<Vec<Bson>> {
    vec![
        vec![Bson::MinKey],
        vec![Bson::Undefined],
        vec![Bson::Null],
        vec![f64::NAN.into(), decimal("NaN"), (-f64::NAN).into()],
        vec![f64::NEG_INFINITY.into(), decimal("-Infinity")],
        vec![decimal("-1E+6000")],
        vec![f64::MIN.into()],
        vec![i64::MIN.into(), (-9_223_372_036_854_775_808.0).into(), decimal("-9223372036854775808")],
        vec![i32::MIN.into(), i64::from(i32::MIN).into()],
        vec![decimal("-1.5"), (-1.5).into()],
        vec![decimal("-1E-6000")],
        vec![0.into(), 0_i64.into(), 0.0.into(), (-0.0).into(), decimal("0"), decimal("-0E+10")],
        vec![decimal("1E-6000")],
        vec![f64::from_bits(1).into()],
        vec![decimal("4.95E-324")],
        vec![f64::MIN_POSITIVE.into()],
        vec![decimal("0.1")],
        vec![0.1.into()],
        vec![decimal("0.1000000000000000055511151231257828")],
        vec![1.into(), 1_i64.into(), 1.0.into(), decimal("1"), decimal("1.000"), decimal("10E-1")],
        vec![9_007_199_254_740_992_i64.into(), 9_007_199_254_740_992.0.into()],
        vec![9_007_199_254_740_993_i64.into(), decimal("9007199254740993")],
        vec![9_007_199_254_740_994.0.into()],
        vec![i64::MAX.into(), decimal("9223372036854775807")],
        vec![9_223_372_036_854_775_808.0.into(), decimal("9223372036854775808")],
        // The double nearest to 10^34 is below it.
        vec![1e34.into(), decimal("9999999999999999455752309870428160")],
        vec![decimal("9999999999999999999999999999999999")],
        vec![decimal("1E34")],
        vec![f64::MAX.into()],
        vec![decimal("1.797693134862315708145274237317044E+308")],
        vec![decimal("1E+6000"), decimal("10E+5999")],
        vec![f64::INFINITY.into(), decimal("Infinity")],
        vec!["".into(), Bson::Symbol(String::new())],
        vec!["A".into()],
        vec!["a".into()],
        vec!["aa".into()],
        vec!["\u{ffff}".into()],
        vec!["\u{10000}".into()],
        vec![doc! {}.into()],
        vec![doc! { "b": 0 }.into()],
        vec![doc! { "a": "x" }.into()],
        vec![doc! { "b": "a" }.into()],
        vec![doc! { "b": "a", "c": 1 }.into(), doc! { "b": "a", "c": 1.0 }.into()],
        vec![Bson::Array(vec![])],
        vec![Bson::Array(vec![1.into()]), Bson::Array(vec![1.0.into()])],
        vec![Bson::Array(vec![1.into(), 2.into()])],
        vec![Bson::Array(vec![2.into()])],
        vec![Bson::Array(vec!["a".into()])],
        vec![Bson::Array(vec![Bson::Array(vec![])])],
        vec![binary(BinarySubtype::Generic, b"z")],
        vec![binary(BinarySubtype::Generic, b"aa")],
        vec![binary(BinarySubtype::UserDefined(0x80), b"aa")],
        vec![ObjectId::from_bytes([0; 12]).into()],
        vec![ObjectId::from_bytes([1; 12]).into()],
        vec![false.into()],
        vec![true.into()],
        vec![DateTime::from_millis(-5).into()],
        vec![DateTime::from_millis(5).into()],
        vec![Timestamp { time: 1, increment: 9 }.into()],
        vec![Timestamp { time: u32::MAX, increment: 0 }.into()],
        vec![regex("a", "i")],
        vec![regex("b", "")],
        vec![Bson::JavaScriptCode("a".into())],
        vec![Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope { code: "a".into(), scope: doc! {} })],
        vec![Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
            code: "a".into(),
            scope: doc! { "x": 1 },
        })],
        vec![Bson::MaxKey],
    ]
}

#[test]
fn values_stand_in_mongodbs_order() {
    let ladder = ladder();
    for (height, row) in ladder.iter().enumerate() {
        for (other_height, other_row) in ladder.iter().enumerate() {
            for a in row {
                for b in other_row {
                    assert_eq!(order(a, b), height.cmp(&other_height), "{a:?} and {b:?}");
                }
            }
        }
    }
}

#[test]
fn the_order_is_reflexive_antisymmetric_and_transitive() {
    let values: Vec<Bson> = ladder().into_iter().flatten().collect();
    let table: Vec<Vec<Ordering>> =
        values.iter().map(|a| values.iter().map(|b| order(a, b)).collect()).collect();
    for a in 0..values.len() {
        assert_eq!(table[a][a], Ordering::Equal, "{:?}", values[a]);
        for b in 0..values.len() {
            assert_eq!(table[a][b], table[b][a].reverse(), "{:?} and {:?}", values[a], values[b]);
            for c in 0..values.len() {
                if table[a][b].is_le() && table[b][c].is_le() {
                    assert!(table[a][c].is_le(), "{:?}, {:?}, {:?}", values[a], values[b], values[c]);
                }
            }
        }
    }
}

#[test]
fn the_order_holds_inside_documents_and_arrays() {
    let ladder = ladder();
    for pair in ladder.windows(2) {
        let (a, b) = (&pair[0][0], &pair[1][0]);
        assert!(
            order(&doc! { "x": a.clone() }.into(), &doc! { "x": b.clone() }.into()).is_lt(),
            "{a:?} {b:?}"
        );
        assert!(order(&Bson::Array(vec![a.clone()]), &Bson::Array(vec![b.clone()])).is_lt(), "{a:?} {b:?}");
    }
}

#[test]
fn documents_compare_type_then_name_then_value() {
    let less = |a: bson::Document, b: bson::Document| assert!(order(&a.into(), &b.into()).is_lt());
    less(doc! { "z": 1 }, doc! { "a": "x" });
    less(doc! { "a": 9 }, doc! { "b": 1 });
    less(doc! { "a": 1 }, doc! { "a": 2 });
    less(doc! { "a": 1 }, doc! { "a": 1, "b": 1 });
}

#[test]
fn numbers_of_all_types_agree_with_exact_arithmetic() {
    // Halves are exact in every type.
    let numbers: Vec<i64> = (-40..=40).chain([1 << 52, (1 << 52) - 1, -(1 << 52)]).collect();
    for a in &numbers {
        for b in &numbers {
            let expected = a.cmp(b);
            let forms = |n: i64| [Bson::Double(n as f64 / 2.0), decimal(&format!("{}E-1", n * 5))];
            for a in forms(*a) {
                for b in forms(*b) {
                    assert_eq!(order(&a, &b), expected, "{a:?} and {b:?}");
                }
            }
        }
    }
}

#[test]
fn values_nested_beyond_any_document_do_not_exhaust_the_stack() {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 0..20_000 {
        let mut outer = u32::try_from(bytes.len() + 8).unwrap().to_le_bytes().to_vec();
        outer.extend([3, b'a', 0]);
        outer.extend(&bytes);
        outer.push(0);
        bytes = outer;
    }
    let document = bson::RawDocument::from_bytes(&bytes).unwrap();
    assert_eq!(compare(document.into(), document.into()), Ordering::Equal);
}

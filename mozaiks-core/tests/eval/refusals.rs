//! What a filter is refused for.

use bson::{Bson, Document, doc};

use crate::support::{
    assert_filter_invalid as invalid, assert_filter_unsupported as unsupported, assert_matches, regex,
};

#[test]
fn operators_outside_the_language_are_refused_by_name() {
    for name in ["$where", "$expr", "$text", "$jsonSchema", "$comment", "$sampleRate", "$foo"] {
        unsupported(doc! { name: 1 }, name);
    }
    for name in ["$near", "$function", "$geoWithin", "$bitsAllSet", "$foo", "$ref"] {
        unsupported(doc! { "a": { name: 1 } }, name);
    }
    unsupported(doc! { "a": { "$not": { "$near": 1 } } }, "$near");
    unsupported(doc! { "$or": [{ "$where": "1" }] }, "$where");
    unsupported(doc! { "a": { "$elemMatch": { "$where": "1" } } }, "$where");
}

#[test]
fn operators_in_the_wrong_place_are_refused() {
    invalid(doc! { "$gt": 1 });
    invalid(doc! { "a": { "$and": [] } });
    invalid(doc! { "a": { "$gt": 1, "b": 2 } });
    invalid(doc! { "a": { "b": 2, "$gt": 1 } });
    invalid(doc! { "a": { "b": { "$gt": 1 } } });
    invalid(doc! { "a": [{ "$gt": 1 }] });
    invalid(doc! { "a": { "$in": [{ "$gt": 1 }] } });
    invalid(doc! { "a": { "$all": [{ "$gt": 1 }] } });
}

#[test]
fn comparisons_with_a_regex_are_refused() {
    for operator in ["$ne", "$gt", "$gte", "$lt", "$lte"] {
        invalid(doc! { "a": { operator: regex("x", "") } });
    }
}

#[test]
fn a_size_is_a_whole_number_from_zero_on() {
    for operand in [Bson::Int32(-1), Bson::Double(1.5), "1".into(), Bson::Null, Bson::Double(f64::NAN)] {
        invalid(doc! { "a": { "$size": operand } });
    }
}

#[test]
fn mod_takes_exactly_two_numbers() {
    for operand in [
        Bson::Array(vec![]),
        Bson::Array(vec![4.into()]),
        Bson::Array(vec![4.into(), 1.into(), 2.into()]),
        Bson::Array(vec![0.into(), 1.into()]),
        Bson::Array(vec!["4".into(), 1.into()]),
        Bson::Array(vec![4.into(), f64::INFINITY.into()]),
        4.into(),
    ] {
        invalid(doc! { "a": { "$mod": operand } });
    }
}

#[test]
fn operators_of_lists_want_arrays() {
    for operator in ["$in", "$nin", "$all"] {
        invalid(doc! { "a": { operator: 1 } });
        invalid(doc! { "a": { operator: {} } });
    }
    for operator in ["$and", "$or", "$nor"] {
        invalid(doc! { operator: [] });
        invalid(doc! { operator: {} });
        invalid(doc! { operator: [1] });
    }
}

#[test]
fn an_empty_path_component_is_refused() {
    for path in ["", ".", "a.", ".a", "a..b"] {
        invalid(doc! { path: 1 });
    }
}

#[test]
fn dollar_names_where_fields_belong_are_refused() {
    invalid(doc! { "a.$b": 1 });
    unsupported(doc! { "a.$": 1 }, "$");
    unsupported(doc! { "a.$[].b": 1 }, "$[]");
}

#[test]
fn a_nul_in_a_name_is_refused() {
    invalid(doc! { "a\0b": 1 });
    invalid(doc! { "a": { "b\0": 1 } });
}

#[test]
fn operands_without_meaning_are_refused() {
    invalid(doc! { "a": { "$not": 1 } });
    invalid(doc! { "a": { "$not": {} } });
    invalid(doc! { "a": { "$not": { "b": 1 } } });
    invalid(doc! { "a": { "$exists": "yes" } });
    invalid(doc! { "a": { "$type": "text" } });
    invalid(doc! { "a": { "$type": 99 } });
    invalid(doc! { "a": { "$type": [] } });
    invalid(doc! { "a": { "$elemMatch": 1 } });
    invalid(doc! { "a": { "$all": [{ "$elemMatch": { "b": 1 } }, 5] } });
}

#[test]
fn a_filter_nests_at_most_a_hundred_levels() {
    let nested = |levels: usize| (1..levels).fold(doc! { "a": 1 }, |inner, _| doc! { "a": inner });
    assert_matches(nested(100), nested(100));
    invalid(nested(101));
    let negated = |levels| (0..levels).fold(doc! { "$gt": 1 }, |inner, _| doc! { "$not": inner });
    assert_matches(doc! { "a": negated(98) }, doc! { "a": 2 });
    invalid(doc! { "a": negated(99) });
    let mut deep = Document::new();
    for _ in 0..60 {
        deep = doc! { "$and": [deep] };
    }
    invalid(deep);
}

#[test]
fn a_path_has_at_most_a_hundred_parts() {
    invalid(doc! { (vec!["a"; 101].join(".")): 1 });
}

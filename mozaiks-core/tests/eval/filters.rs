//! Which documents a filter matches.

use bson::{Bson, DateTime, RawDocument, Timestamp, doc, oid::ObjectId};
use mozaiks_core::storage::eval::Filter;

use crate::support::{assert_matches as yes, assert_misses as no, decimal, raw, regex};

#[test]
fn an_empty_filter_matches_everything() {
    yes(doc! {}, doc! {});
    yes(doc! {}, doc! { "a": 1 });
}

#[test]
fn a_value_is_equality() {
    yes(doc! { "a": 1 }, doc! { "a": 1 });
    no(doc! { "a": 1 }, doc! { "a": 2 });
    no(doc! { "a": "1" }, doc! { "a": 1 });
    yes(doc! { "a": "x", "b": true }, doc! { "b": true, "a": "x" });
    no(doc! { "a": "x", "b": true }, doc! { "a": "x" });
    yes(doc! { "a": {} }, doc! { "a": {} });
    no(doc! { "a": {} }, doc! { "a": { "b": 1 } });
}

#[test]
fn a_path_goes_through_documents() {
    yes(doc! { "a.b.c": 1 }, doc! { "a": { "b": { "c": 1 } } });
    no(doc! { "a.b.c": 1 }, doc! { "a": { "b": 1 } });
    no(doc! { "a.b": 1 }, doc! { "a.b": 1 });
}

#[test]
fn a_path_goes_through_the_elements_of_arrays() {
    yes(doc! { "a.b": 1 }, doc! { "a": [{ "b": 2 }, { "b": 1 }] });
    yes(doc! { "a.b.c": 1 }, doc! { "a": [{ "b": [{ "c": 2 }, { "c": 1 }] }] });
    yes(doc! { "a.b": 1 }, doc! { "a": [5, { "b": [3, 1] }] });
}

#[test]
fn an_array_inside_an_array_is_not_entered() {
    no(doc! { "a.b": 1 }, doc! { "a": [[{ "b": 1 }]] });
    no(doc! { "a": 1 }, doc! { "a": [[1]] });
    no(doc! { "a": { "$gt": 0 } }, doc! { "a": [[1]] });
}

#[test]
fn a_number_in_a_path_is_an_index_in_an_array_and_a_name_in_a_document() {
    yes(doc! { "a.1": 5 }, doc! { "a": [4, 5] });
    no(doc! { "a.1": 4 }, doc! { "a": [4, 5] });
    yes(doc! { "a.1": 5 }, doc! { "a": { "1": 5 } });
    yes(doc! { "a.1": 5 }, doc! { "a": [{ "1": 5 }] });
    yes(doc! { "a.0.b": 5 }, doc! { "a": [{ "b": 5 }] });
    yes(doc! { "a.0.b": 5 }, doc! { "a": [[{ "b": 5 }]] });
    yes(doc! { "a.0.0": 5 }, doc! { "a": [[5]] });
    no(doc! { "a.01": 5 }, doc! { "a": [4, 5] });
}

#[test]
fn an_index_gives_the_element_whatever_it_is() {
    yes(doc! { "a.1": [2, 4] }, doc! { "a": [5, [2, 4], 3] });
    no(doc! { "a.1": 2 }, doc! { "a": [5, [2, 4], 3] });
    yes(doc! { "a.1": { "$size": 2 } }, doc! { "a": [5, [2, 4], 3] });
}

#[test]
fn equality_looks_at_elements_and_at_the_array() {
    yes(doc! { "a": 1 }, doc! { "a": [2, 1] });
    yes(doc! { "a": [1, 2] }, doc! { "a": [1, 2] });
    no(doc! { "a": [1, 2] }, doc! { "a": [2, 1] });
    no(doc! { "a": [1] }, doc! { "a": [1, 2] });
    yes(doc! { "a": [] }, doc! { "a": [] });
}

#[test]
fn an_array_operand_also_matches_an_equal_array_one_level_down() {
    yes(doc! { "a": [1, 2] }, doc! { "a": [[1, 2], 3] });
    no(doc! { "a": [1, 2] }, doc! { "a": [[[1, 2]]] });
    yes(doc! { "a": { "$gt": [1] } }, doc! { "a": [[1, 2]] });
    yes(doc! { "a": { "$gte": [1, 2] } }, doc! { "a": [1, 2] });
    no(doc! { "a": { "$lt": [1, 2] } }, doc! { "a": [1, 2] });
}

#[test]
fn range_bounds_may_be_met_by_different_elements() {
    yes(doc! { "a": { "$gt": 5, "$lt": 5 } }, doc! { "a": [1, 9] });
    no(doc! { "a": { "$elemMatch": { "$gt": 5, "$lt": 5 } } }, doc! { "a": [1, 9] });
    yes(doc! { "a": { "$elemMatch": { "$gt": 5, "$lt": 10 } } }, doc! { "a": [1, 9] });
}

#[test]
fn ne_and_nin_negate_over_all_elements() {
    yes(doc! { "a": { "$ne": 1 } }, doc! { "a": 2 });
    yes(doc! { "a": { "$ne": 1 } }, doc! {});
    no(doc! { "a": { "$ne": 1 } }, doc! { "a": [1, 2] });
    no(doc! { "a": { "$nin": [1, 5] } }, doc! { "a": [1, 2] });
    yes(doc! { "a": { "$nin": [3, 5] } }, doc! { "a": [1, 2] });
    no(doc! { "a.b": { "$ne": 1 } }, doc! { "a": [{ "b": 1 }, { "b": 2 }] });
    no(doc! { "a": { "$nin": [null] } }, doc! {});
}

#[test]
fn in_matches_any_choice_an_element_or_a_whole_array() {
    yes(doc! { "a": { "$in": [1, 2] } }, doc! { "a": 2 });
    no(doc! { "a": { "$in": [1, 2] } }, doc! { "a": 3 });
    no(doc! { "a": { "$in": [] } }, doc! { "a": 3 });
    yes(doc! { "a": { "$in": [1, 2] } }, doc! { "a": [3, 2] });
    yes(doc! { "a": { "$in": [[3, 2]] } }, doc! { "a": [3, 2] });
    yes(doc! { "a": { "$in": [2.0] } }, doc! { "a": 2_i64 });
    yes(doc! { "a": { "$in": [null] } }, doc! {});
    yes(doc! { "a": { "$in": [null] } }, doc! { "a": null });
    yes(doc! { "a": { "$in": [regex("^x", "")] } }, doc! { "a": "xy" });
    yes(doc! { "a": { "$in": [f64::NAN, 1] } }, doc! { "a": f64::NAN });
}

#[test]
fn null_matches_null_and_missing() {
    yes(doc! { "a": null }, doc! { "a": null });
    yes(doc! { "a": null }, doc! {});
    no(doc! { "a": null }, doc! { "a": 0 });
    yes(doc! { "a": null }, doc! { "a": [1, null] });
    no(doc! { "a": null }, doc! { "a": [] });
    no(doc! { "a": { "$ne": null } }, doc! {});
    yes(doc! { "a": null }, doc! { "a": Bson::Undefined });
}

#[test]
fn null_bounds_match_null_and_missing_where_they_include() {
    for operator in ["$gte", "$lte", "$eq"] {
        yes(doc! { "a": { operator: null } }, doc! { "a": null });
        yes(doc! { "a": { operator: null } }, doc! {});
        no(doc! { "a": { operator: null } }, doc! { "a": 1 });
    }
    no(doc! { "a": { "$gt": null } }, doc! { "a": null });
    no(doc! { "a": { "$gt": null } }, doc! {});
    no(doc! { "a": { "$lt": null } }, doc! {});
}

#[test]
fn null_below_a_path_matches_where_a_document_lacks_the_field() {
    yes(doc! { "a.b": null }, doc! {});
    yes(doc! { "a.b": null }, doc! { "a": 5 });
    yes(doc! { "a.b": null }, doc! { "a": {} });
    yes(doc! { "a.b": null }, doc! { "a": [{ "b": 1 }, {}] });
    no(doc! { "a.b": null }, doc! { "a": [{ "b": 1 }] });
    no(doc! { "a.b": null }, doc! { "a": [] });
    no(doc! { "a.b": null }, doc! { "a": [1, 2] });
    no(doc! { "a.b": null }, doc! { "a": [1, { "b": 2 }] });
}

#[test]
fn exists_is_true_when_any_element_has_the_field_and_false_is_its_negation() {
    yes(doc! { "a": { "$exists": true } }, doc! { "a": null });
    no(doc! { "a": { "$exists": true } }, doc! {});
    yes(doc! { "a": { "$exists": false } }, doc! {});
    yes(doc! { "a.b": { "$exists": true } }, doc! { "a": [{}, { "b": 1 }] });
    no(doc! { "a.b": { "$exists": false } }, doc! { "a": [{}, { "b": 1 }] });
    yes(doc! { "a.b": { "$exists": false } }, doc! { "a": [1, {}] });
    yes(doc! { "a": { "$exists": true } }, doc! { "a": [] });
    yes(doc! { "a": { "$exists": 1 } }, doc! { "a": 1 });
    yes(doc! { "a": { "$exists": 0 } }, doc! {});
    yes(doc! { "a.0": { "$exists": true } }, doc! { "a": [1] });
    no(doc! { "a.1": { "$exists": true } }, doc! { "a": [1] });
}

#[test]
fn size_sees_every_array_that_the_path_reaches() {
    yes(doc! { "a": { "$size": 2 } }, doc! { "a": [1, 2] });
    no(doc! { "a": { "$size": 2 } }, doc! { "a": [[1, 2]] });
    yes(doc! { "a.b": { "$size": 1 } }, doc! { "a": [{ "b": [] }, { "b": [1] }] });
    yes(doc! { "a": { "$size": 0 } }, doc! { "a": [] });
    no(doc! { "a": { "$size": 0 } }, doc! {});
    no(doc! { "a": { "$size": 1 } }, doc! { "a": 1 });
    yes(doc! { "a": { "$size": 2.0 } }, doc! { "a": [1, 2] });
}

#[test]
fn all_wants_every_value_and_takes_a_scalar() {
    yes(doc! { "a": { "$all": [1, 2] } }, doc! { "a": [3, 2, 1] });
    no(doc! { "a": { "$all": [1, 2] } }, doc! { "a": [1] });
    yes(doc! { "a": { "$all": [2] } }, doc! { "a": 2 });
    no(doc! { "a": { "$all": [] } }, doc! { "a": [] });
    yes(doc! { "a": { "$all": [[1, 2]] } }, doc! { "a": [1, 2] });
    yes(doc! { "a": { "$all": [[1, 2]] } }, doc! { "a": [[1, 2], 5] });
    yes(doc! { "a": { "$all": [regex("^x", ""), "y"] } }, doc! { "a": ["y", "xx"] });
    yes(doc! { "a.b": { "$all": [1, 2] } }, doc! { "a": [{ "b": 1 }, { "b": 2 }] });
    yes(
        doc! { "a": { "$all": [{ "$elemMatch": { "x": 1 } }, { "$elemMatch": { "x": 2 } }] } },
        doc! { "a": [{ "x": 1 }, { "x": 2 }] },
    );
    no(
        doc! { "a": { "$all": [{ "$elemMatch": { "x": 1 } }, { "$elemMatch": { "x": 3 } }] } },
        doc! { "a": [{ "x": 1 }, { "x": 2 }] },
    );
}

#[test]
fn elem_match_binds_conditions_to_one_element() {
    let filter = doc! { "a": { "$elemMatch": { "x": 1, "y": 2 } } };
    yes(filter.clone(), doc! { "a": [{ "x": 1, "y": 2 }] });
    no(filter.clone(), doc! { "a": [{ "x": 1 }, { "y": 2 }] });
    no(filter.clone(), doc! { "a": { "x": 1, "y": 2 } });
    no(filter, doc! { "a": [1, 2] });
    yes(doc! { "a.b": { "$elemMatch": { "$gt": 1 } } }, doc! { "a": [{ "b": [1] }, { "b": [2] }] });
    yes(doc! { "a": { "$elemMatch": { "$or": [{ "x": 1 }, { "y": 1 }] } } }, doc! { "a": [{ "y": 1 }] });
    yes(doc! { "a": { "$elemMatch": { "$elemMatch": { "$eq": 1 } } } }, doc! { "a": [[1]] });
    no(doc! { "a": { "$elemMatch": { "$eq": 1 } } }, doc! { "a": [[1]] });
    yes(doc! { "a": { "$elemMatch": { "$size": 1 } } }, doc! { "a": [[1]] });
    yes(doc! { "a": { "$elemMatch": { "0": 1 } } }, doc! { "a": [[1]] });
    yes(doc! { "a": { "$elemMatch": { "$ne": 1 } } }, doc! { "a": [1, 2] });
    no(doc! { "a": { "$elemMatch": { "$ne": 1 } } }, doc! { "a": [1] });
    yes(doc! { "a": { "$elemMatch": { "$in": [2, 3] } } }, doc! { "a": [1, 2] });
    yes(doc! { "a": { "$elemMatch": { "$not": { "$gt": 5 } } } }, doc! { "a": [9, 1] });
    yes(doc! { "a": { "$elemMatch": {} } }, doc! { "a": [{}] });
}

#[test]
fn comparisons_stay_within_one_type_class() {
    yes(doc! { "a": { "$gt": 1 } }, doc! { "a": 1.5 });
    no(doc! { "a": { "$gt": 1 } }, doc! { "a": "2" });
    no(doc! { "a": { "$lt": 1 } }, doc! { "a": null });
    no(doc! { "a": { "$lt": 1 } }, doc! {});
    no(doc! { "a": { "$gt": "" } }, doc! { "a": 1 });
    no(doc! { "a": { "$gt": true } }, doc! { "a": DateTime::from_millis(1) });
    no(doc! { "a": { "$gt": DateTime::from_millis(0) } }, doc! { "a": Timestamp { time: 5, increment: 1 } });
    yes(doc! { "a": { "$gte": false } }, doc! { "a": true });
    yes(doc! { "a": { "$gt": { "x": 1 } } }, doc! { "a": { "x": 2 } });
}

#[test]
fn min_key_and_max_key_bound_all_types() {
    yes(doc! { "a": { "$gt": Bson::MinKey } }, doc! { "a": "x" });
    yes(doc! { "a": { "$lt": Bson::MaxKey } }, doc! { "a": 5 });
    no(doc! { "a": { "$gt": Bson::MaxKey } }, doc! { "a": 5 });
    yes(doc! { "a": Bson::MaxKey }, doc! { "a": Bson::MaxKey });
}

#[test]
fn numbers_are_equal_across_types_and_exact() {
    for one in [Bson::Int32(1), Bson::Int64(1), Bson::Double(1.0), decimal("1"), decimal("1.00")] {
        for other in [Bson::Int32(1), Bson::Int64(1), Bson::Double(1.0), decimal("1"), decimal("10E-1")] {
            yes(doc! { "a": one.clone() }, doc! { "a": other });
        }
    }
    no(doc! { "a": 9_007_199_254_740_993_i64 }, doc! { "a": 9_007_199_254_740_992.0 });
    yes(doc! { "a": { "$gt": 9_007_199_254_740_992.0 } }, doc! { "a": 9_007_199_254_740_993_i64 });
    no(doc! { "a": decimal("0.1") }, doc! { "a": 0.1 });
    yes(doc! { "a": { "$lt": 0.1 } }, doc! { "a": decimal("0.1") });
    yes(doc! { "a": 0.0 }, doc! { "a": -0.0 });
    yes(doc! { "a": 0 }, doc! { "a": decimal("-0") });
}

#[test]
fn nan_equals_itself_and_nothing_else() {
    yes(doc! { "a": f64::NAN }, doc! { "a": f64::NAN });
    yes(doc! { "a": f64::NAN }, doc! { "a": decimal("NaN") });
    yes(doc! { "a": { "$gte": f64::NAN } }, doc! { "a": f64::NAN });
    yes(doc! { "a": { "$lte": f64::NAN } }, doc! { "a": f64::NAN });
    no(doc! { "a": { "$lt": f64::NAN } }, doc! { "a": f64::NAN });
    no(doc! { "a": { "$gt": f64::NAN } }, doc! { "a": 1 });
    no(doc! { "a": { "$lt": 5 } }, doc! { "a": f64::NAN });
    yes(doc! { "a": { "$ne": 5 } }, doc! { "a": f64::NAN });
}

#[test]
fn mod_truncates_and_knows_numbers_only() {
    yes(doc! { "a": { "$mod": [4, 1] } }, doc! { "a": 5 });
    yes(doc! { "a": { "$mod": [4, 1] } }, doc! { "a": 5.9 });
    yes(doc! { "a": { "$mod": [4.9, 1.9] } }, doc! { "a": 5 });
    yes(doc! { "a": { "$mod": [4, -1] } }, doc! { "a": -5 });
    no(doc! { "a": { "$mod": [4, 3] } }, doc! { "a": -5 });
    yes(doc! { "a": { "$mod": [4, 1] } }, doc! { "a": decimal("5.5") });
    yes(doc! { "a": { "$mod": [2, 0] } }, doc! { "a": [1, 2] });
    no(doc! { "a": { "$mod": [4, 0] } }, doc! { "a": "4" });
    no(doc! { "a": { "$mod": [4, 0] } }, doc! { "a": f64::NAN });
    no(doc! { "a": { "$mod": [4, 0] } }, doc! { "a": f64::INFINITY });
    no(doc! { "a": { "$mod": [4, 0] } }, doc! { "a": null });
    yes(doc! { "a": { "$mod": [-1, 0] } }, doc! { "a": i64::MIN });
}

#[test]
fn type_tells_numbers_apart_and_looks_into_arrays() {
    yes(doc! { "a": { "$type": "int" } }, doc! { "a": 1 });
    no(doc! { "a": { "$type": "int" } }, doc! { "a": 1_i64 });
    yes(doc! { "a": { "$type": "long" } }, doc! { "a": 1_i64 });
    yes(doc! { "a": { "$type": "double" } }, doc! { "a": 1.0 });
    yes(doc! { "a": { "$type": "decimal" } }, doc! { "a": decimal("1") });
    yes(doc! { "a": { "$type": "number" } }, doc! { "a": decimal("1") });
    yes(doc! { "a": { "$type": 2 } }, doc! { "a": "x" });
    yes(doc! { "a": { "$type": -1 } }, doc! { "a": Bson::MinKey });
    yes(doc! { "a": { "$type": ["bool", "null"] } }, doc! { "a": null });
    no(doc! { "a": { "$type": "null" } }, doc! {});
    yes(doc! { "a": { "$type": "string" } }, doc! { "a": [1, "x"] });
    yes(doc! { "a": { "$type": "array" } }, doc! { "a": [1] });
    yes(doc! { "a": { "$type": "array" } }, doc! { "a": [] });
    no(doc! { "a.0": { "$type": "array" } }, doc! { "a": [1] });
    yes(doc! { "a": { "$type": "objectId" } }, doc! { "a": ObjectId::new() });
}

#[test]
fn documents_are_equal_with_the_same_fields_in_the_same_order() {
    yes(doc! { "a": { "x": 1, "y": 2 } }, doc! { "a": { "x": 1, "y": 2 } });
    no(doc! { "a": { "x": 1, "y": 2 } }, doc! { "a": { "y": 2, "x": 1 } });
    no(doc! { "a": { "x": 1 } }, doc! { "a": { "x": 1, "y": 2 } });
    yes(doc! { "a": { "x": 1 } }, doc! { "a": { "x": 1.0 } });
    yes(doc! { "a": { "x": 1 } }, doc! { "a": [5, { "x": 1 }] });
}

#[test]
fn logical_operators_combine_filters() {
    yes(doc! { "$and": [{ "a": 1 }, { "b": 2 }] }, doc! { "a": 1, "b": 2 });
    no(doc! { "$and": [{ "a": 1 }, { "b": 2 }] }, doc! { "a": 1 });
    yes(doc! { "$or": [{ "a": 1 }, { "b": 2 }] }, doc! { "b": 2 });
    no(doc! { "$or": [{ "a": 1 }, { "b": 2 }] }, doc! { "b": 1 });
    yes(doc! { "$nor": [{ "a": 1 }, { "b": 2 }] }, doc! {});
    no(doc! { "$nor": [{ "a": 1 }, { "b": 2 }] }, doc! { "a": 1 });
    yes(
        doc! { "$or": [{ "a": 1 }, { "$and": [{ "b": 2 }, { "c": 3 }] }], "d": 4 },
        doc! { "b": 2, "c": 3, "d": 4 },
    );
}

#[test]
fn not_negates_whatever_the_path_reaches() {
    yes(doc! { "a": { "$not": { "$gt": 5 } } }, doc! { "a": 3 });
    yes(doc! { "a": { "$not": { "$gt": 5 } } }, doc! {});
    yes(doc! { "a": { "$not": { "$gt": 5 } } }, doc! { "a": "x" });
    no(doc! { "a": { "$not": { "$gt": 5 } } }, doc! { "a": [1, 9] });
    no(doc! { "a": { "$not": { "$gt": 5, "$lt": 2 } } }, doc! { "a": [1, 9] });
    yes(doc! { "a": { "$not": regex("^x", "") } }, doc! { "a": "y" });
    yes(doc! { "a": { "$not": { "$not": { "$gt": 5 } } } }, doc! { "a": 6 });
    no(doc! { "a": { "$not": { "$regex": "X", "$options": "i" } } }, doc! { "a": "x" });
}

#[test]
fn an_operator_document_as_the_operand_of_eq_is_a_value() {
    no(doc! { "a": { "$eq": { "$gt": "" } } }, doc! { "a": "secret" });
    yes(doc! { "a": { "$eq": { "$gt": "" } } }, doc! { "a": { "$gt": "" } });
}

#[test]
fn a_document_that_cannot_be_read_never_matches() {
    let mut bytes = raw(&doc! { "a": "hello", "b": 1 }).into_bytes();
    // The length of the string is wrong.
    bytes[7] = 0xff;
    let document = RawDocument::from_bytes(&bytes).unwrap();
    for filter in [doc! { "a": "hello" }, doc! { "a": { "$ne": 1 } }, doc! { "$nor": [{ "b": 2 }] }] {
        assert!(!Filter::parse(&filter).unwrap().matches(document), "{filter}");
    }
}

#[test]
fn an_id_pinned_by_equality_is_told() {
    let id = |filter| Filter::parse(&filter).unwrap().id_equals().cloned();
    assert_eq!(id(doc! { "_id": 7, "a": 1 }), Some(Bson::Int32(7)));
    assert_eq!(id(doc! { "_id": { "$eq": "x" } }), Some("x".into()));
    assert_eq!(id(doc! { "_id": { "$gt": 1, "$eq": 3 } }), Some(3.into()));
    assert_eq!(id(doc! { "$and": [{ "a": 1 }, { "_id": "x" }] }), Some("x".into()));
    assert_eq!(id(doc! { "$or": [{ "_id": "x" }] }), None);
    assert_eq!(id(doc! { "_id": { "$in": ["x"] } }), None);
    assert_eq!(id(doc! { "_id": { "$ne": "x" } }), None);
    assert_eq!(id(doc! { "_id": null }), None);
    assert_eq!(id(doc! { "_id": ["x"] }), None);
    assert_eq!(id(doc! { "_id": regex("x", "") }), None);
    assert_eq!(id(doc! { "_id.x": 1 }), None);
}

#[test]
fn a_filter_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug + 'static>() {}
    shared::<Filter>();
    shared::<mozaiks_core::storage::eval::Update>();
    shared::<mozaiks_core::storage::eval::Sort>();
    shared::<mozaiks_core::storage::eval::Projection>();
}

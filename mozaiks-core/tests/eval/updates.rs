//! How documents change.

use bson::{Bson, DateTime, Timestamp, doc};
use mozaiks_core::storage::eval::Update;

use crate::support::{
    NOW, assert_update_fails as fails, assert_update_invalid as invalid,
    assert_update_unsupported as unsupported, assert_updates as updates, decimal, now, parse_update, raw,
    regex,
};

#[test]
fn set_replaces_in_place_and_adds_at_the_end() {
    updates(doc! { "a": 1, "b": 2 }, doc! { "$set": { "a": 5 } }, doc! { "a": 5, "b": 2 });
    updates(doc! { "a": 1 }, doc! { "$set": { "b": { "c": [1] } } }, doc! { "a": 1, "b": { "c": [1] } });
    updates(doc! {}, doc! { "$set": { "a.b.c": 1 } }, doc! { "a": { "b": { "c": 1 } } });
    updates(doc! { "a": { "x": 1 } }, doc! { "$set": { "a": 1 } }, doc! { "a": 1 });
}

#[test]
fn new_fields_are_added_in_the_order_of_their_names() {
    updates(doc! {}, doc! { "$set": { "b": 1, "a": 2 } }, doc! { "a": 2, "b": 1 });
    updates(doc! {}, doc! { "$set": { "c": 1 }, "$inc": { "a": 2 } }, doc! { "a": 2, "c": 1 });
    updates(doc! {}, doc! { "$set": { "a.10": 1, "a.9": 2 } }, doc! { "a": { "9": 2, "10": 1 } });
    let mixed = doc! { "$set": { "10": 1, "9": 1, "1a": 1, "a": 1, "01": 1 } };
    updates(doc! {}, mixed, doc! { "9": 1, "10": 1, "01": 1, "1a": 1, "a": 1 });
}

#[test]
fn set_of_an_equal_number_of_another_type_changes_the_type() {
    updates(doc! { "a": 1 }, doc! { "$set": { "a": 1.0 } }, doc! { "a": 1.0 });
    updates(doc! { "a": 1 }, doc! { "$set": { "a": 1_i64 } }, doc! { "a": 1_i64 });
    updates(
        doc! { "a": { "x": 1, "y": 2 } },
        doc! { "$set": { "a": { "y": 2, "x": 1 } } },
        doc! { "a": { "y": 2, "x": 1 } },
    );
}

#[test]
fn an_update_that_changes_nothing_is_not_counted() {
    for update in [
        doc! { "$set": { "a": 1 } },
        doc! { "$set": { "n": f64::NAN } },
        doc! { "$inc": { "a": 0 } },
        doc! { "$unset": { "x": "" } },
        doc! { "$min": { "a": 5 } },
        doc! { "$max": { "a": 0 } },
        doc! { "$min": { "a": 1.0 } },
        doc! { "$rename": { "x": "y" } },
        doc! { "$push": { "l": { "$each": [] } } },
        doc! { "$addToSet": { "l": 1 } },
        doc! { "$pull": { "l": 7 } },
        doc! { "$setOnInsert": { "x": 1 } },
        doc! { "$set": {} },
    ] {
        let document = doc! { "a": 1, "n": f64::NAN, "l": [1] };
        updates(document.clone(), update, document);
    }
}

#[test]
fn a_number_in_a_path_is_a_place_in_an_array() {
    updates(doc! { "a": [1, 2] }, doc! { "$set": { "a.1": 5 } }, doc! { "a": [1, 5] });
    updates(doc! { "a": [1] }, doc! { "$set": { "a.3": 5 } }, doc! { "a": [1, null, null, 5] });
    updates(doc! { "a": [{ "b": 1 }] }, doc! { "$set": { "a.0.b": 5 } }, doc! { "a": [{ "b": 5 }] });
    updates(doc! { "a": [] }, doc! { "$set": { "a.1.b": 5 } }, doc! { "a": [null, { "b": 5 }] });
    updates(doc! {}, doc! { "$set": { "a.3": 5 } }, doc! { "a": { "3": 5 } });
    fails(doc! { "a": [] }, doc! { "$set": { "a.2000000": 1 } });
}

#[test]
fn updates_do_not_go_through_arrays_by_themselves() {
    fails(doc! { "a": [{ "b": 1 }] }, doc! { "$set": { "a.b": 5 } });
    fails(doc! { "a": [{ "b": 1 }] }, doc! { "$inc": { "a.b": 5 } });
}

#[test]
fn a_path_through_null_or_a_scalar_is_an_error() {
    for value in [Bson::Null, 5.into(), "x".into()] {
        for operator in ["$set", "$inc", "$mul", "$min", "$max", "$push", "$addToSet", "$pull"] {
            fails(doc! { "a": value.clone() }, doc! { operator: { "a.b": 1 } });
        }
        fails(doc! { "a": value.clone() }, doc! { "$pop": { "a.b": 1 } });
        let document = doc! { "a": value };
        updates(document.clone(), doc! { "$unset": { "a.b": 1 } }, document);
    }
}

#[test]
fn null_is_not_missing() {
    for update in [
        doc! { "$inc": { "a": 1 } },
        doc! { "$mul": { "a": 1 } },
        doc! { "$push": { "a": 1 } },
        doc! { "$addToSet": { "a": 1 } },
        doc! { "$pull": { "a": 1 } },
        doc! { "$pullAll": { "a": [1] } },
        doc! { "$pop": { "a": 1 } },
        doc! { "$bit": { "a": { "or": 1 } } },
    ] {
        fails(doc! { "a": null }, update);
    }
}

#[test]
fn a_missing_field_is_made_by_those_that_can() {
    updates(doc! {}, doc! { "$inc": { "a": 2 } }, doc! { "a": 2 });
    updates(doc! {}, doc! { "$mul": { "a": 2 } }, doc! { "a": 0 });
    updates(doc! {}, doc! { "$mul": { "a": 2_i64 } }, doc! { "a": 0_i64 });
    updates(doc! {}, doc! { "$mul": { "a": 2.5 } }, doc! { "a": 0.0 });
    updates(doc! {}, doc! { "$push": { "a": 1 } }, doc! { "a": [1] });
    updates(doc! {}, doc! { "$addToSet": { "a": 1 } }, doc! { "a": [1] });
    updates(doc! {}, doc! { "$min": { "a": 1 } }, doc! { "a": 1 });
    updates(doc! {}, doc! { "$max": { "a": 1 } }, doc! { "a": 1 });
    updates(doc! {}, doc! { "$bit": { "a": { "or": 5 } } }, doc! { "a": 5 });
    updates(doc! {}, doc! { "$pull": { "a": 1 } }, doc! {});
    updates(doc! {}, doc! { "$pullAll": { "a": [1] } }, doc! {});
    updates(doc! {}, doc! { "$pop": { "a": 1 } }, doc! {});
    updates(doc! {}, doc! { "$pull": { "a.b": 1 } }, doc! {});
}

#[test]
fn numbers_widen_and_never_wrap() {
    updates(doc! { "a": i32::MAX }, doc! { "$inc": { "a": 1 } }, doc! { "a": 2_147_483_648_i64 });
    updates(doc! { "a": 1 }, doc! { "$inc": { "a": 1_i64 } }, doc! { "a": 2_i64 });
    updates(doc! { "a": 1 }, doc! { "$inc": { "a": 0.5 } }, doc! { "a": 1.5 });
    updates(doc! { "a": 100_000 }, doc! { "$mul": { "a": 100_000 } }, doc! { "a": 10_000_000_000_i64 });
    fails(doc! { "a": i64::MAX }, doc! { "$inc": { "a": 1 } });
    fails(doc! { "a": i64::MAX }, doc! { "$mul": { "a": 2 } });
    fails(doc! { "a": "1" }, doc! { "$inc": { "a": 1 } });
    updates(doc! { "a": -5 }, doc! { "$mul": { "a": -2 } }, doc! { "a": 10 });
}

#[test]
fn decimals_are_computed_exactly() {
    updates(
        doc! { "a": decimal("0.1") },
        doc! { "$inc": { "a": decimal("0.2") } },
        doc! { "a": decimal("0.3") },
    );
    updates(doc! { "a": 1 }, doc! { "$inc": { "a": decimal("0.5") } }, doc! { "a": decimal("1.5") });
    updates(doc! { "a": decimal("1") }, doc! { "$inc": { "a": 0.1 } }, doc! { "a": decimal("1.1") });
    updates(doc! { "a": decimal("1.5") }, doc! { "$mul": { "a": -2 } }, doc! { "a": decimal("-3.0") });
    updates(doc! { "a": decimal("5") }, doc! { "$inc": { "a": decimal("-7") } }, doc! { "a": decimal("-2") });
    updates(
        doc! { "a": decimal("9999999999999999999999999999999999") },
        doc! { "$inc": { "a": 1 } },
        doc! { "a": decimal("1.000000000000000000000000000000000E+34") },
    );
    updates(
        doc! { "a": decimal("9999999999999999999999999999999999") },
        doc! { "$mul": { "a": decimal("9999999999999999999999999999999999") } },
        doc! { "a": decimal("9.999999999999999999999999999999998E+67") },
    );
    updates(
        doc! { "a": decimal("1E+6000") },
        doc! { "$inc": { "a": decimal("-1E-6000") } },
        doc! { "a": decimal("1.000000000000000000000000000000000E+6000") },
    );
    updates(
        doc! { "a": decimal("Infinity") },
        doc! { "$inc": { "a": decimal("-Infinity") } },
        doc! { "a": decimal("NaN") },
    );
    updates(
        doc! { "a": decimal("Infinity") },
        doc! { "$mul": { "a": -1 } },
        doc! { "a": decimal("-Infinity") },
    );
    fails(doc! { "a": decimal("9E+6144") }, doc! { "$mul": { "a": 10 } });
}

#[test]
fn min_and_max_follow_the_full_order() {
    updates(doc! { "a": 5 }, doc! { "$min": { "a": 3 } }, doc! { "a": 3 });
    updates(doc! { "a": 5 }, doc! { "$max": { "a": 7.5 } }, doc! { "a": 7.5 });
    updates(doc! { "a": 5 }, doc! { "$max": { "a": "x" } }, doc! { "a": "x" });
    updates(doc! { "a": "x" }, doc! { "$min": { "a": 9 } }, doc! { "a": 9 });
    updates(doc! { "a": 5 }, doc! { "$min": { "a": null } }, doc! { "a": null });
    updates(doc! { "a": null }, doc! { "$max": { "a": 1 } }, doc! { "a": 1 });
    updates(doc! { "a": [1] }, doc! { "$max": { "a": 9 } }, doc! { "a": [1] });
}

#[test]
fn unset_removes_a_field_and_leaves_null_in_an_array() {
    updates(doc! { "a": 1, "b": 2, "c": 3 }, doc! { "$unset": { "b": "" } }, doc! { "a": 1, "c": 3 });
    updates(doc! { "a": { "b": 1 } }, doc! { "$unset": { "a.b": 1 } }, doc! { "a": {} });
    updates(doc! { "a": [1, 2, 3] }, doc! { "$unset": { "a.1": 1 } }, doc! { "a": [1, null, 3] });
    updates(doc! { "a": [1] }, doc! { "$unset": { "a.5": 1 } }, doc! { "a": [1] });
    updates(doc! { "a": [{ "b": 1 }] }, doc! { "$unset": { "a.b": 1 } }, doc! { "a": [{ "b": 1 }] });
}

#[test]
fn rename_moves_a_value() {
    updates(doc! { "a": 1, "b": 2 }, doc! { "$rename": { "a": "c" } }, doc! { "b": 2, "c": 1 });
    updates(doc! { "a": 1, "b": 2 }, doc! { "$rename": { "a": "b" } }, doc! { "b": 1 });
    updates(
        doc! { "a": { "x": 1 } },
        doc! { "$rename": { "a.x": "b.y" } },
        doc! { "a": {}, "b": { "y": 1 } },
    );
    updates(doc! { "b": 1 }, doc! { "$rename": { "a": "b" } }, doc! { "b": 1 });
    fails(doc! { "a": [{ "x": 1 }] }, doc! { "$rename": { "a.0.x": "b" } });
    fails(doc! { "a": 1, "b": [1] }, doc! { "$rename": { "a": "b.0" } });
    fails(doc! { "a": 1, "b": 5 }, doc! { "$rename": { "a": "b.c" } });
}

#[test]
fn current_date_reads_the_callers_clock() {
    updates(doc! {}, doc! { "$currentDate": { "a": true } }, doc! { "a": DateTime::from_millis(NOW) });
    updates(
        doc! {},
        doc! { "$currentDate": { "a": { "$type": "date" } } },
        doc! { "a": DateTime::from_millis(NOW) },
    );
    updates(
        doc! {},
        doc! { "$currentDate": { "a": { "$type": "timestamp" } } },
        doc! { "a": Timestamp { time: 1_700_000_000, increment: 1 } },
    );
}

#[test]
fn bit_combines_integers() {
    updates(doc! { "a": 13 }, doc! { "$bit": { "a": { "and": 10 } } }, doc! { "a": 8 });
    updates(doc! { "a": 3 }, doc! { "$bit": { "a": { "or": 4, "xor": 1 } } }, doc! { "a": 6 });
    updates(doc! { "a": 1 }, doc! { "$bit": { "a": { "or": 4_i64 } } }, doc! { "a": 5_i64 });
    fails(doc! { "a": 1.0 }, doc! { "$bit": { "a": { "or": 4 } } });
}

#[test]
fn the_id_never_changes() {
    let document = || doc! { "_id": 1, "a": 2 };
    fails(document(), doc! { "$set": { "_id": 2 } });
    fails(document(), doc! { "$unset": { "_id": 1 } });
    fails(document(), doc! { "$inc": { "_id": 1 } });
    fails(document(), doc! { "$rename": { "_id": "b" } });
    fails(document(), doc! { "$rename": { "a": "_id" } });
    fails(doc! { "_id": { "x": 1 } }, doc! { "$set": { "_id.x": 2 } });
    fails(doc! { "a": 1 }, doc! { "$set": { "_id": 2 } });
    updates(document(), doc! { "$set": { "_id": 1 } }, document());
    updates(document(), doc! { "$set": { "_id": 1.0, "a": 3 } }, doc! { "_id": 1, "a": 3 });
    updates(document(), doc! { "$inc": { "_id": 0 } }, document());
}

#[test]
fn an_error_leaves_the_document_unchanged() {
    let message = fails(doc! { "a": 1, "z": "x" }, doc! { "$inc": { "a": 1, "z": 1 } });
    assert!(message.contains("$inc") && message.contains('z') && message.contains("string"), "{message}");
}

#[test]
fn conflicting_paths_are_refused() {
    invalid(doc! { "$set": { "a": 1 }, "$inc": { "a": 1 } });
    invalid(doc! { "$set": { "a": 1, "a.b": 1 } });
    invalid(doc! { "$set": { "a.b.c": 1 }, "$unset": { "a": 1 } });
    invalid(doc! { "$set": { "a.b.c": 1, "a.b.d": 1, "a.b": 1 } });
    invalid(doc! { "$rename": { "a": "b" }, "$set": { "b": 1 } });
    invalid(doc! { "$rename": { "a": "b" }, "$set": { "a": 1 } });
    invalid(doc! { "$rename": { "a": "a" } });
    invalid(doc! { "$rename": { "a": "a.b" } });
    updates(
        doc! {},
        doc! { "$set": { "a.b": 1, "a.c": 2, "ab": 3 } },
        doc! { "a": { "b": 1, "c": 2 }, "ab": 3 },
    );
}

#[test]
fn a_replacement_is_not_an_update() {
    invalid(doc! {});
    invalid(doc! { "a": 1 });
    invalid(doc! { "$set": { "a": 1 }, "b": 2 });
    invalid(doc! { "b": 2, "$set": { "a": 1 } });
    let error = Update::parse(&doc! { "a": 1 }).unwrap_err().to_string();
    assert!(error.contains("replacement"), "{error}");
}

#[test]
fn what_is_outside_the_language_is_refused_by_name() {
    unsupported(doc! { "$foo": { "a": 1 } }, "$foo");
    unsupported(doc! { "$set": { "a.$": 1 } }, "$");
    unsupported(doc! { "$set": { "a.$[].b": 1 } }, "$[]");
    unsupported(doc! { "$set": { "a.$[x].b": 1 } }, "$[x]");
    unsupported(doc! { "$push": { "a": { "$each": [1], "$foo": 1 } } }, "$foo");
    unsupported(doc! { "$pull": { "a": { "$where": "1" } } }, "$where");
    unsupported(doc! { "$pull": { "a": { "b": { "$near": "1" } } } }, "$near");
}

#[test]
fn operands_without_meaning_are_refused() {
    invalid(doc! { "$set": 1 });
    invalid(doc! { "$set": { "": 1 } });
    invalid(doc! { "$set": { "a..b": 1 } });
    invalid(doc! { "$set": { "$a": 1 } });
    invalid(doc! { "$set": { "a\0": 1 } });
    invalid(doc! { "$inc": { "a": "1" } });
    invalid(doc! { "$mul": { "a": null } });
    invalid(doc! { "$rename": { "a": 1 } });
    invalid(doc! { "$rename": { "a": "" } });
    invalid(doc! { "$pop": { "a": 2 } });
    invalid(doc! { "$pullAll": { "a": 1 } });
    invalid(doc! { "$push": { "a": { "$each": 1 } } });
    invalid(doc! { "$push": { "a": { "$position": 1 } } });
    invalid(doc! { "$push": { "a": { "$each": [], "$slice": 1.5 } } });
    invalid(doc! { "$push": { "a": { "$each": [], "$sort": 2 } } });
    invalid(doc! { "$push": { "a": { "$each": [], "$sort": {} } } });
    invalid(doc! { "$push": { "a": { "$each": [], "b": 1 } } });
    invalid(doc! { "$addToSet": { "a": { "$each": 1 } } });
    invalid(doc! { "$addToSet": { "a": { "$each": [], "$slice": 1 } } });
    invalid(doc! { "$currentDate": { "a": 1 } });
    invalid(doc! { "$currentDate": { "a": { "$type": "time" } } });
    invalid(doc! { "$bit": { "a": 1 } });
    invalid(doc! { "$bit": { "a": {} } });
    invalid(doc! { "$bit": { "a": { "nand": 1 } } });
    invalid(doc! { "$bit": { "a": { "or": 1.0 } } });
    invalid(doc! { "$pull": { "a": { "$ne": regex("x", "") } } });
    let deep = (0..101).fold(doc! {}, |inner, _| doc! { "a": inner });
    invalid(doc! { "$set": { "a": deep } });
}

#[test]
fn set_on_insert_counts_only_when_inserting() {
    let update = parse_update(&doc! { "$set": { "a": 1 }, "$setOnInsert": { "b": 2 } });
    let mut document = doc! {};
    assert!(update.apply(&mut document, now(), true).unwrap());
    assert_eq!(raw(&document), raw(&doc! { "a": 1, "b": 2 }));
}

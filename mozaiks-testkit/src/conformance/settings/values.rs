//! What is loaded is the object that was saved: the same keys at every depth, the same values.

use serde_json::{Map, Value, json};

use super::{Subject, alice, expect, object, save};
use crate::conformance::texts::odd_ids;

/// A whole number is loaded as a whole number, the largest signed ones and those that a float has no room for too.
pub async fn a_whole_number_stays_whole(settings: &Subject) {
    let numbers = [0, 1, -1, 20, 1_i64 << 31, -(1_i64 << 31) - 1, (1_i64 << 53) + 1, i64::MAX, i64::MIN];
    stays(settings, json!({ "one": 1, "all": numbers })).await;
}

/// Nor does a whole number change that only an unsigned one has room for.
pub async fn an_unsigned_number_beyond_the_signed_ones_stays(settings: &Subject) {
    stays(settings, json!({ "first": (1_u64 << 63), "last": u64::MAX })).await;
}

/// A fraction is loaded to the last bit, and one that happens to be whole does not become a whole number.
pub async fn fractions_stay(settings: &Subject) {
    let fractions = [0.5, -0.5, 0.1, 1.0, 1e300, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1.0 / 3.0];
    stays(settings, json!({ "fractions": fractions })).await;
}

/// `null` is a value: its key does not go away, and it does not become anything else.
pub async fn null_stays_null(settings: &Subject) {
    stays(settings, json!({ "null": null, "inner": { "null": null }, "list": [null, { "null": null }] }))
        .await;
}

/// A text is loaded as it was, whatever it looks like.
pub async fn texts_stay_texts(settings: &Subject) {
    let mut texts = odd_ids();
    let more =
        ["", " ", "\n", "\0", "\u{7f}", "\u{feff}", "2025-01-01T00:00:00Z", "{\"$date\": 0}", "1e5", "NaN"];
    texts.extend(more.map(str::to_owned));
    stays(settings, json!({ "texts": texts })).await;
}

/// Empty objects and empty lists are values.
pub async fn an_empty_object_stays_one(settings: &Subject) {
    stays(settings, json!({ "object": {}, "list": [], "lists": [[], [[]], {}], "inner": { "object": {} } }))
        .await;
}

/// Objects in lists in objects, forty deep; a list keeps its order.
pub async fn deep_objects_and_lists_stay(settings: &Subject) {
    let deep =
        (0..20).fold(json!("bottom"), |inner, level| json!({ "level": level, "list": [3, 1, inner, 2] }));
    stays(settings, json!({ "deep": deep, "mixed": [1, "1", true, null, 1.5, { "a": [] }, []] })).await;
}

/// Any key can stand in the object, at every depth: with a dot, with a dollar sign, empty. None of them is a path,
/// an operator or a type.
pub async fn odd_keys_stay(settings: &Subject) {
    let mut keys = odd_ids();
    let more = [
        "",
        " ",
        "a.b",
        "a.b.c",
        ".a",
        "a.",
        "$set",
        "$unset",
        "$date",
        "$oid",
        "$numberLong",
        "_id",
        "user_id",
        "app_id",
        "plugin",
        "settings",
        "updated_at",
        "__proto__",
        "constructor",
        "a[0]",
        "a\nb",
        "$$ROOT",
    ];
    keys.extend(more.map(str::to_owned));
    let of_keys = |value: &Value| keys.iter().map(|key| (key.clone(), value.clone())).collect::<Map<_, _>>();
    let mut outer = of_keys(&json!(1));
    outer.insert("inner".to_owned(), Value::Object(of_keys(&json!({ "deeper": true }))));
    outer.insert(
        "list".to_owned(),
        json!([{ "$oid": "677485800000000000000001" }, { "$date": 0 }, { "a.b": 1 }]),
    );
    outer.insert("a".to_owned(), json!({ "b": { "c": "not that of a.b.c" } }));
    for alone in
        [json!({ "$oid": "677485800000000000000001" }), json!({ "$numberLong": "1" }), json!({ "": 1 })]
    {
        stays(settings, alone).await;
    }
    stays(settings, Value::Object(outer)).await;
}

/// Thousands of keys, and a text of a hundred kilobytes.
pub async fn many_keys_and_long_texts_stay(settings: &Subject) {
    let mut many: Map<String, Value> =
        (0..2_000).map(|number| (format!("key_{number}"), json!(number))).collect();
    many.insert("long".to_owned(), json!("\u{e9}".repeat(50_000)));
    stays(settings, Value::Object(many)).await;
}

async fn stays(settings: &Subject, value: Value) {
    let saved = object(value);
    save(settings, &alice(), &saved).await;
    expect(settings, &alice(), Some(&saved)).await;
}

//! What a body must be, and what becomes of its fields.

mod common;

use std::collections::{BTreeMap, HashMap};

use common::{alice, assert_fields, assert_invalid};
use mozaiks_core::plugin::{MAX_BODY_DEPTH, RESERVED_FIELDS, Request, Whole};
use mozaiks_core::{Error, Identity};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Parses a body that must be refused.
#[track_caller]
fn refused(body: impl AsRef<[u8]>) -> Error {
    let alice = alice();
    match Request::parse(body.as_ref(), &alice) {
        Ok(_) => panic!("accepted: {}", String::from_utf8_lossy(body.as_ref())),
        Err(error) => error,
    }
}

/// The fields of a body, each read as JSON.
fn fields_of(body: &str) -> Vec<(String, Value)> {
    let alice = alice();
    let request = Request::parse(body.as_bytes(), &alice).unwrap();
    let read = |(name, json): (&str, &str)| (name.to_owned(), serde_json::from_str(json).unwrap());
    request.fields().map(read).collect()
}

/// What a handler over raw data sees.
fn raw<T: mozaiks_core::plugin::Argument>(body: &str, identity: &Identity) -> T {
    Whole::<T>::new().take(&Request::parse(body.as_bytes(), identity).unwrap()).unwrap().0
}

#[test]
fn an_object_is_taken_apart_in_the_order_of_its_fields() {
    let fields = fields_of(r#" {"b": 1, "action": "create", "a": {"x": [null]}, "": "empty"} "#);
    let expected = [("b", json!(1)), ("a", json!({ "x": [null] })), ("", json!("empty"))];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn an_empty_object_has_no_fields_and_no_action() {
    let alice = alice();
    let request = Request::parse(b"{}", &alice).unwrap();
    assert_eq!(request.fields().count(), 0);
    assert_fields(
        &request.action().unwrap_err(),
        &[("action", "expected the name of an action (a non-empty string)")],
    );
}

#[test]
fn what_is_no_object_is_refused_in_words() {
    for body in ["[]", "[1, 2", "\"text\"", "12", "null", "true", " \n [\"{\"]"] {
        assert_eq!(assert_invalid(&refused(body)), "The request must be a JSON object", "{body}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_the_place() {
    for body in [
        "",
        " ",
        "{",
        "{\"a\": }",
        "{\"a\": 1,}",
        "{a: 1}",
        "{\"a\": 1} {}",
        "{\"a\": 01}",
        "\u{feff}{}",
        "nul",
    ] {
        let message = assert_invalid(&refused(body));
        assert!(message.starts_with("The request is not valid JSON: "), "{body}: {message}");
        assert!(message.contains(" at line "), "{body}: {message}");
    }
}

#[test]
fn what_is_no_utf_8_is_refused_wherever_it_stands() {
    for body in [&b"\xff"[..], b"{\"a\": \"\xc3\x28\"}", b"{\"\xed\xa0\x80\": 1}", b"{} \x80"] {
        assert_eq!(assert_invalid(&refused(body)), "The request body is not valid UTF-8");
    }
}

#[test]
fn control_characters_in_a_text_are_no_json() {
    assert!(assert_invalid(&refused("{\"a\": \"line\nbreak\"}")).contains("not valid JSON"));
}

fn nested(open: &str, close: &str, levels: usize) -> String {
    // The object itself is the first level.
    format!("{{\"a\": {}0{}}}", open.repeat(levels - 1), close.repeat(levels - 1))
}

#[test]
fn exactly_64_levels_are_allowed_and_one_more_is_not() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deepest = nested(open, close, MAX_BODY_DEPTH);
        assert_eq!(fields_of(&deepest).len(), 1);
        let deeper = nested(open, close, MAX_BODY_DEPTH + 1);
        assert_eq!(assert_invalid(&refused(deeper)), "The request is nested more than 64 levels deep");
    }
}

#[test]
fn what_is_wide_is_not_deep() {
    let wide = format!("{{\"a\": [{}[]]}}", "[{}],".repeat(10_000));
    assert_eq!(fields_of(&wide).len(), 1);
}

#[test]
fn brackets_in_texts_do_not_count() {
    let brackets = "[{".repeat(100);
    for body in [
        format!("{{\"a\": \"{brackets}\"}}"),
        format!("{{\"{brackets}\": 1}}"),
        format!("{{\"a\": \"\\\"{brackets}\"}}"),
        format!("{{\"a\": \"\\\\\", \"b\": \"{brackets}\"}}"),
        format!("{{\"a\": \"\\\\\\\"{brackets}\"}}"),
    ] {
        fields_of(&body);
    }
    // A text that ends after an escaped backslash hides no brackets that follow it.
    let body = format!("{{\"a\": \"\\\\\", \"b\": {}{}}}", "[".repeat(64), "]".repeat(64));
    assert!(assert_invalid(&refused(body)).contains("64 levels"));
}

#[test]
fn a_deep_value_of_a_dropped_field_counts_too() {
    let body = format!("{{\"user_id\": {}{}}}", "[".repeat(64), "]".repeat(64));
    assert!(assert_invalid(&refused(body)).contains("64 levels"));
}

#[test]
fn a_key_twice_is_refused_by_name() {
    for body in [
        r#"{"a": 1, "a": 1}"#,
        r#"{"a": 1, "b": 2, "a": null}"#,
        r#"{"a": 1, "\u0061": 2}"#,
        r#"{"\u0061": 1, "\u0061": 2}"#,
    ] {
        assert_fields(&refused(body), &[("a", "stands in the request twice")]);
    }
    assert_fields(&refused(r#"{"\ud83d\ude00": 1, "😀": 2}"#), &[("😀", "stands in the request twice")]);
}

#[test]
fn a_key_twice_among_many_is_refused_too() {
    let many = |last: &str| {
        let keys: String = (0..1000).map(|key| format!("\"k{key}\": {key}, ")).collect();
        format!("{{{keys}\"{last}\": 0}}")
    };
    assert_fields(&refused(many("k500")), &[("k500", "stands in the request twice")]);
    assert_fields(&refused(many("\\u006b500")), &[("k500", "stands in the request twice")]);
    assert_eq!(fields_of(&many("k1000")).len(), 1001);
}

#[test]
fn reserved_fields_and_the_action_cannot_stand_twice_either() {
    for name in ["action", "user_id", "app_id", "_context"] {
        assert_fields(
            &refused(format!(r#"{{"{name}": "x", "{name}": "x"}}"#)),
            &[(name, "stands in the request twice")],
        );
        let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        assert_fields(
            &refused(format!(r#"{{"{name}": "x", "a": 1, "{escaped}": "y"}}"#)),
            &[(name, "stands in the request twice")],
        );
    }
}

#[test]
fn a_key_twice_further_down_is_the_types_business() {
    assert_eq!(fields_of(r#"{"a": {"b": 1, "b": 2}}"#).len(), 1);
}

#[test]
fn keys_that_differ_in_case_or_form_are_different() {
    assert_eq!(fields_of("{\"a\": 1, \"A\": 1, \"a \": 1, \"\u{e9}\": 1, \"e\u{301}\": 1}").len(), 5);
}

#[test]
fn a_hundred_thousand_keys_end() {
    let keys: Vec<String> = (0..100_000).map(|key| format!("\"k{key}\":0")).collect();
    assert_eq!(fields_of(&format!("{{{}}}", keys.join(","))).len(), 100_000);
}

#[test]
fn the_action_is_read_and_is_no_field() {
    let alice = alice();
    for body in [r#"{"action": "create"}"#, r#"{"\u0061ction": "cr\u0065ate"}"#] {
        let request = Request::parse(body.as_bytes(), &alice).unwrap();
        assert_eq!(request.action().unwrap(), "create");
        assert_eq!(request.field("action"), None);
    }
}

#[test]
fn an_action_that_is_no_name_is_a_mistake_in_its_field() {
    let alice = alice();
    for action in ["\"\"", "null", "5", "true", "[\"create\"]", "{\"$gt\": \"\"}", "\"\\ud800\""] {
        let body = format!("{{\"action\": {action}}}");
        let request = Request::parse(body.as_bytes(), &alice).unwrap();
        assert_fields(
            &request.action().unwrap_err(),
            &[("action", "expected the name of an action (a non-empty string)")],
        );
    }
}

#[test]
fn reserved_fields_are_dropped_whatever_they_hold() {
    let body = r#"{"user_id": "mallory", "app_id": {"$ne": 1}, "\u005fcontext": [1], "title": "Milk"}"#;
    assert_eq!(fields_of(body), [("title".to_owned(), json!("Milk"))]);
    let alice = alice();
    let request = Request::parse(body.as_bytes(), &alice).unwrap();
    for name in RESERVED_FIELDS {
        assert_eq!(request.field(name), None);
    }
    assert_eq!(request.identity().user_id(), "alice");
}

#[test]
fn a_handler_over_raw_data_sees_the_hosts_values() {
    let alice = alice().with_username("Alice").with_roles(["editor"]).with_superadmin(true);
    let body =
        r#"{"action": "save", "user_id": "mallory", "app_id": 5, "_context": {"roles": ["root"]}, "n": 1}"#;
    let expected = json!({
        "n": 1,
        "user_id": "alice",
        "app_id": "shop",
        "_context": {
            "app_id": "shop", "user_id": "alice", "username": "Alice", "roles": ["editor"], "is_superadmin": true
        },
    });
    assert_eq!(raw::<Value>(body, &alice), expected);
    assert_eq!(Value::Object(raw::<Map<String, Value>>(body, &alice)), expected);
    assert_eq!(json!(raw::<BTreeMap<String, Value>>(body, &alice)), expected);
    assert_eq!(json!(raw::<HashMap<String, Value>>(body, &alice)), expected);
}

#[test]
fn a_handler_over_raw_data_sees_them_though_nothing_was_sent() {
    let seen: Value = raw("{}", &alice());
    let context = json!({
        "app_id": "shop", "user_id": "alice", "username": null, "roles": [], "is_superadmin": false
    });
    assert_eq!(seen, json!({ "user_id": "alice", "app_id": "shop", "_context": context }));
}

#[test]
fn any_other_type_sees_neither_the_clients_nor_the_hosts() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Curious {
        user_id: Option<String>,
        #[serde(default)]
        app_id: String,
    }
    let seen: Curious = raw(r#"{"user_id": "mallory", "app_id": "bank"}"#, &alice());
    assert_eq!((seen.user_id, seen.app_id), (None, String::new()));
    let seen: BTreeMap<String, u32> = raw(r#"{"user_id": "mallory", "a": 1}"#, &alice());
    assert_eq!(seen.into_keys().collect::<Vec<_>>(), ["a"]);
}

fn depth_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
}

/// Texts in which brackets, quotes and backslashes are common.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\[\\]{}\"\\\\a\u{0}\u{e9}\u{1f600}]{0,8}",
        prop::sample::select(vec!["action", "user_id", "app_id", "_context", "a"]).prop_map(str::to_owned),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A value in so many arrays and objects.
fn wrapped(value: Value, layers: &[bool]) -> Value {
    layers.iter().fold(value, |value, array| if *array { json!([value]) } else { json!({ "[": value }) })
}

proptest! {
    #[test]
    fn no_bytes_at_all_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Request::parse(&body, &alice());
    }

    #[test]
    fn nothing_that_looks_like_json_makes_it_panic(body in "[\\[\\]{}\",:\\\\u0a1-9.e +n]{0,200}") {
        let alice = alice();
        if let Ok(request) = Request::parse(body.as_bytes(), &alice) {
            let _ = request.action();
            let _ = Whole::<Value>::new().take(&request);
        }
    }

    #[test]
    fn what_is_seen_is_what_was_sent_without_what_is_reserved(
        sent in prop::collection::btree_map(text(), json_value(), 0..40)
    ) {
        let body = serde_json::to_string(&sent).unwrap();
        let seen: Vec<(String, Value)> = fields_of(&body);
        let ours = |name: &String| name != "action" && !RESERVED_FIELDS.contains(&name.as_str());
        let expected: Vec<(String, Value)> = sent.into_iter().filter(|(name, _)| ours(name)).collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn its_depth_is_that_of_a_plain_count(
        value in json_value(),
        layers in prop::collection::vec(any::<bool>(), 50..75),
    ) {
        let body = json!({ "[{\"": wrapped(value, &layers) });
        let accepted = Request::parse(body.to_string().as_bytes(), &alice()).is_ok();
        prop_assert_eq!(accepted, depth_of(&body) <= MAX_BODY_DEPTH);
    }
}

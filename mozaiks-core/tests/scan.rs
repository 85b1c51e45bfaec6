//! That a body is taken and refused exactly as serde_json takes and refuses it, and that the same is seen in it.

mod common;

use std::fmt;

use common::alice;
use mozaiks_core::plugin::{MAX_BODY_DEPTH, RESERVED_FIELDS, Request};
use proptest::prelude::*;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of a body, by serde_json alone: each key and the text of its value.
struct Fields(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    fields.push((key, value.get().to_owned()));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// How deep a valid JSON text is nested.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text) = (0_usize, 0, false);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// What a body is by serde_json and by the rules: its action and its fields, or nothing if it is refused.
type Seen = Option<(Option<String>, Vec<(String, String)>)>;

fn expected(body: &[u8]) -> Seen {
    let Fields(all) = serde_json::from_slice(body).ok()?;
    // serde_json looks past what is no UTF-8 in a value that it does not read.
    let text = std::str::from_utf8(body).ok()?;
    let twice = (1..all.len()).any(|at| all[..at].iter().any(|(key, _)| *key == all[at].0));
    if twice || depth(text) > MAX_BODY_DEPTH {
        return None;
    }
    let action = all.iter().find(|(key, _)| key == "action");
    // Something else than a text is no name, and neither is an empty one.
    let action = action.map(|(_, json)| serde_json::from_str(json).unwrap_or_default());
    let ours = |key: &str| key != "action" && !RESERVED_FIELDS.contains(&key);
    Some((action, all.into_iter().filter(|(key, _)| ours(key)).collect()))
}

fn seen(body: &[u8]) -> Seen {
    let alice = alice();
    let request = Request::parse(body, &alice).ok()?;
    let fields = request.fields().map(|(key, json)| (key.to_owned(), json.to_owned())).collect();
    Some((request.action().ok().map(str::to_owned), fields))
}

#[track_caller]
fn assert_same(body: &[u8]) {
    let expected = expected(body).map(|(action, fields)| (action.filter(|name| !name.is_empty()), fields));
    assert_eq!(seen(body), expected, "{}", String::from_utf8_lossy(body));
}

#[test]
fn values_are_what_json_says_they_are() {
    let numbers = [
        "0",
        "-0",
        "1",
        "-1",
        "10",
        "01",
        "-01",
        "00",
        "+1",
        ".5",
        "0.5",
        "5.",
        "-.5",
        "-",
        "--1",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "1e",
        "1e+",
        "1.e5",
        "1.5e5",
        "1e5.5",
        "0e0",
        "0x1",
        "1_0",
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "123456789012345678901234567890",
        "1 2",
        "1a",
        "9".repeat(400).leak(),
    ];
    let words = [
        "true",
        "false",
        "null",
        "tru",
        "truee",
        "True",
        "nul",
        "nulll",
        "undefined",
        "t",
        "f",
        "n",
        "true false",
        "",
    ];
    let texts = [
        r#""""#,
        r#"""#,
        r#""a"#,
        r#"a""#,
        r#""\""#,
        r#""\\""#,
        r#""\/\b\f\n\r\t\"""#,
        r#""\a""#,
        r#""\x41""#,
        r#""\u0041""#,
        r#""\u004""#,
        r#""\u00g1""#,
        r#""\u+041""#,
        r#""\uD83D\uDE00""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\u""#,
        r#""\U0041""#,
        "\"\u{1f}\"",
        "\"\u{0}\"",
        "\"\t\"",
        "\"\n\"",
        "\"\u{7f}\"",
        "\"\u{80}\"",
        "\"é\u{1f600}\u{2028}\u{feff}\"",
        "\"1234567\u{1f}\"",
        "\"12345678\u{1f}\"",
        "\"1234567\\\"\"",
        "\"éééé\u{1f}\"",
        "'a'",
        r#""a" "b""#,
    ];
    let nested = [
        "[]",
        "{}",
        "[ ]",
        "{ }",
        "[1]",
        "[1,]",
        "[,1]",
        "[,]",
        "[1 2]",
        "[1,,2]",
        "[",
        "]",
        "{",
        "}",
        "[}",
        "{]",
        "[[]",
        "[]]",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a":1 "b":2}"#,
        r"{a:1}",
        "{1:1}",
        r#"{"a" : [ { } , [ ] ] , "a" : 1 }"#,
        r#"{"\u0061\ud800":1}"#,
        r#"{"a":1;"b":2}"#,
        r#"[{"a":[}]]"#,
        r#"[{"a":1]}"#,
        r#"{"a":{"b":[true,{"c":null}]}}"#,
        "[\u{a0}]",
        "[\u{b}]",
        "[\u{c}]",
        "/**/1",
        "[1]//",
    ];
    for value in [&numbers[..], &words, &texts, &nested].concat() {
        for body in [
            format!("{{\"a\":{value}}}"),
            format!(" {{ \"a\" : {value} , \"b\" : {value} }} "),
            format!("{{\"a\":[{value},{{\"b\":{value}}}]}}"),
            format!("{{\"action\":{value}}}"),
            format!("{{\"user_id\":{value},\"b\":1}}"),
            format!("{{{value}:1}}"),
            format!("{{\"a\":{{{value}:1}}}}"),
            value.to_owned(),
            format!("{{}}{value}"),
            format!("{value}{{}}"),
        ] {
            assert_same(body.as_bytes());
        }
    }
}

#[test]
fn depth_is_counted_in_every_mixture() {
    for levels in MAX_BODY_DEPTH - 3..MAX_BODY_DEPTH + 3 {
        for pattern in 0..16_usize {
            let array = |level: usize| pattern >> (level % 4) & 1 == 1;
            let open: String = (0..levels).map(|level| if array(level) { "[" } else { "{\"a\":" }).collect();
            let close: String = (0..levels).rev().map(|level| if array(level) { "]" } else { "}" }).collect();
            assert_same(format!("{{\"a\":{open}0{close}}}").as_bytes());
            assert_same(format!("{{\"a\":[[]],\"user_id\":{open}0{close},\"b\":[]}}").as_bytes());
            assert_same(format!("{{\"a\":{open}0{close}").as_bytes());
        }
    }
}

#[test]
fn a_text_of_any_length_ends_where_it_ends() {
    for length in 0..40 {
        for end in ["\"", "\\\"", "\\\\\"", "\\n\"", "\u{1}\"", "é\"", "", "\u{1f600}\\u00e9\""] {
            for shift in 0..9 {
                let (plain, blank) = ("x".repeat(length), " ".repeat(shift));
                assert_same(format!("{{{blank}\"a\":\"{plain}{end}}}").as_bytes());
                assert_same(format!("{{{blank}\"{plain}{end}:1}}").as_bytes());
                assert_same(format!("{{{blank}\"a\":{{\"{plain}{end}:1}}}}").as_bytes());
            }
        }
    }
}

/// Pieces of which bodies are made, most of them where JSON allows them.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        " ",
        "\n",
        "\t",
        "0",
        "-",
        "1",
        ".",
        "e",
        "E",
        "+",
        "true",
        "false",
        "null",
        "\"a\"",
        "\"b\":",
        "\"action\":",
        "\"user_id\":",
        "\"_context\":",
        "\"\\u0061\"",
        "\"\\ud800\"",
        "\"\\n\":",
        "12.5e-3",
        "{}",
        "[]",
        "{\"a\":1}",
        "[1,2]",
        "\"get\"",
        "é",
        "\u{1f600}",
        "\u{1}",
        "u00e9",
        "\"a longer text, of more than one word\"",
    ];
    prop::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

/// A value as text, with blanks and with numbers and escapes of every form.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "(true|false|null)",
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        "\"([ -!#-\\[\\]-~é😀]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}){0,24}\"",
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let blank = "[ \t\r\n]{0,2}";
        let key =
            prop_oneof!["\"[a-d]\"", "\"[a-z\\]\\[{}]{0,20}\"", "\"\\\\u00[67][0-9a-f]\"", "\"action\""];
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..5), blank).prop_map(|(items, blank)| format!(
                "[{blank}{}{blank}]",
                items.join(&format!("{blank},{blank}"))
            )),
            (prop::collection::vec((key, inner), 0..5), blank).prop_map(|(fields, blank)| {
                let fields: Vec<_> =
                    fields.iter().map(|(key, value)| format!("{key}{blank}:{value}")).collect();
                format!("{{{}{blank}}}", fields.join(&format!("{blank},{blank}")))
            }),
        ]
    })
}

/// A body of JSON, often an object with a few fields.
fn body() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "a",
        "b",
        "c",
        "action",
        "user_id",
        "app_id",
        "_context",
        "\\u0061",
        "long_name",
    ]);
    let object = prop::collection::vec((key, json_text()), 0..6).prop_map(|fields| {
        let fields: Vec<_> = fields.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        format!("{{{}}}", fields.join(","))
    });
    prop_oneof![4 => object, 1 => json_text()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn json_is_seen_as_serde_json_sees_it(body in body()) {
        assert_same(body.as_bytes());
    }

    #[test]
    fn json_with_a_byte_changed_is_seen_as_serde_json_sees_it(
        body in body(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut body = body.into_bytes();
        let at = at.index(body.len());
        if cut { body.truncate(at) } else { body[at] = byte }
        assert_same(&body);
    }

    #[test]
    fn json_with_a_piece_put_in_is_seen_as_serde_json_sees_it(
        body in body(), at in any::<prop::sample::Index>(), piece in piece(),
    ) {
        let mut bytes = body.into_bytes();
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, piece.into_bytes());
        assert_same(&bytes);
    }

    #[test]
    fn pieces_in_any_order_are_seen_as_serde_json_sees_them(pieces in prop::collection::vec(piece(), 0..24)) {
        assert_same(pieces.concat().as_bytes());
        assert_same(format!("{{\"a\":{}}}", pieces.concat()).as_bytes());
    }
}

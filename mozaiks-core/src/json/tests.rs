//! What is written here is what `serde_json` writes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::text::is_plain_word;
use super::*;

fn agree<T: Serialize + ?Sized>(value: &T) -> Result<(), String> {
    let mut bytes = b"{".to_vec();
    let ours = write_json(&mut bytes, value).map(|()| bytes.split_off(1));
    match (ours, serde_json::to_vec(value)) {
        (Ok(ours), Ok(theirs)) if ours == theirs => Ok(()),
        (Err(ours), Err(theirs)) if ours.to_string() == theirs.to_string() => Ok(()),
        (ours, theirs) => Err(format!("{ours:?} for {theirs:?}")),
    }
}

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(i16, char),
    Struct { a: f32, b: Option<()> },
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Wrapped(u64);

#[derive(Serialize)]
struct Everything<'a> {
    kinds: Vec<Kind>,
    tuple: (i8, i128, u128, f64, f64),
    unit: (Unit, Wrapped),
    text: &'a str,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
    numbers: BTreeMap<i32, bool>,
    answers: BTreeMap<bool, char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<u8>,
}

#[test]
fn every_kind_of_value_is_written_as_serde_json_writes_it() -> Result<(), Box<dyn std::error::Error>> {
    let everything = Everything {
        kinds: vec![Kind::Unit, Kind::Newtype(1), Kind::Tuple(-2, 'ä'), Kind::Struct { a: 1.5, b: Some(()) }],
        tuple: (-1, i128::MIN, u128::MAX, f64::NAN, 1e300),
        unit: (Unit, Wrapped(u64::MAX)),
        text: "a \"quoted\" text,\nand \\ more \u{1}",
        more: [("flat".to_owned(), json!([null, { "deep": { "er": [] } }]))].into(),
        numbers: [(-5, true), (7, false)].into(),
        answers: [(true, '"')].into(),
        none: None,
    };
    agree(&everything)?;
    agree(&BTreeMap::from([(Some(1), 2)]))?;
    agree(&BTreeMap::from([(vec![1], 2)]))?;
    agree(&BTreeMap::from([('x', 2)]))?;
    agree("")?;
    agree(&())?;
    Ok(())
}

#[test]
fn fields_that_are_ready_stand_among_the_others() -> Result<(), Box<dyn std::error::Error>> {
    struct Object(Vec<Option<&'static str>>);
    impl Serialize for Object {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            assert!(takes_ready::<S::Error>());
            let mut map = serializer.serialize_map(None)?;
            for field in &self.0 {
                match field {
                    Some(ready) => map.serialize_entry("", &Ready(ready.as_bytes()))?,
                    None => map.serialize_entry("x", &1)?,
                }
            }
            map.end()
        }
    }
    let ready = Some(r#""a":1,"b":2"#);
    for (fields, expected) in [
        (vec![ready], r#"{"a":1,"b":2}"#),
        (vec![None, ready], r#"{"x":1,"a":1,"b":2}"#),
        (vec![ready, None], r#"{"a":1,"b":2,"x":1}"#),
        (vec![Some(""), None, Some(""), None], r#"{"x":1,"x":1}"#),
    ] {
        let mut bytes = Vec::new();
        write_json(&mut bytes, &Object(fields))?;
        assert_eq!(String::from_utf8(bytes)?, expected);
    }
    assert!(!takes_ready::<serde_json::Error>());
    Ok(())
}

#[test]
fn fields_that_are_ready_pass_through_whatever_buffers_them() -> Result<(), Box<dyn std::error::Error>> {
    use crate::storage::{Raw, Stored};

    #[derive(Serialize)]
    enum Outer {
        Fields { document: Raw, more: Vec<Stored<Raw>> },
        Pair(Raw, Raw),
    }
    #[derive(Serialize)]
    struct Flat {
        #[serde(flatten)]
        outer: Outer,
    }
    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Inner(Outer),
        Alone(Raw),
    }
    #[derive(Serialize)]
    #[serde(tag = "kind", content = "of")]
    enum Beside {
        Inner(Outer),
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Bare {
        Inner(Outer),
    }

    let raw = || Raw::from(bson::rawdoc! { "a": 1, "b": { "c": "text" } });
    let mut bytes = Vec::new();
    [Stored::new("home", raw())].serialize(&mut Writer::new(&mut bytes))?;
    assert_eq!(String::from_utf8(bytes)?, r#"[{"_id":"home","a":1,"b":{"c":"text"}}]"#);
    let fields = || Outer::Fields { document: raw(), more: vec![Stored::new("home", raw())] };
    agree(&Flat { outer: fields() })?;
    agree(&Flat { outer: Outer::Pair(raw(), raw()) })?;
    agree(&Tagged::Inner(fields()))?;
    agree(&Tagged::Inner(Outer::Pair(raw(), raw())))?;
    agree(&Tagged::Alone(raw()))?;
    agree(&Beside::Inner(fields()))?;
    agree(&Bare::Inner(fields()))?;
    agree(&(raw(), Some(raw()), [("x", raw())].into_iter().collect::<BTreeMap<_, _>>()))?;
    Ok(())
}

#[test]
fn fields_that_are_ready_pass_through_serializers_of_others() -> Result<(), Box<dyn std::error::Error>> {
    /// Writes each entry in two steps, as what wraps a serializer may.
    struct InSteps(&'static [u8]);
    impl Serialize for InSteps {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            if takes_ready::<S::Error>() {
                map.serialize_key("")?;
                map.serialize_value(&Ready(self.0))?;
            } else {
                map.serialize_entry("a", &1)?;
            }
            map.end()
        }
    }
    agree(&InSteps(br#""a":1"#))?;
    Ok(())
}

#[test]
fn what_is_json_already_stays_as_it_is() -> Result<(), Box<dyn std::error::Error>> {
    let raw = RawValue::from_string(r#"{"a":  1.50}"#.to_owned())?;
    agree(&raw)?;
    agree(&BTreeMap::from([("raw", &raw)]))?;
    Ok(())
}

#[test]
fn a_byte_that_must_be_escaped_is_seen_wherever_it_stands() {
    for byte in 0..=127_u8 {
        for place in 0..8 {
            for filler in [b' ', b'~', 0x7F, 0xC3] {
                let mut word = [filler; 8];
                if let Some(there) = word.get_mut(place) {
                    *there = byte;
                }
                let plain = byte >= b' ' && byte != b'"' && byte != b'\\';
                assert_eq!(is_plain_word(u64::from_le_bytes(word)), plain, "{word:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn texts_are_written_as_serde_json_writes_them(text in any::<String>(), plain in "[ -~äß€]{0,40}") {
        prop_assert_eq!(agree(&text), Ok(()));
        prop_assert_eq!(agree(&plain), Ok(()));
    }

    #[test]
    fn objects_are_written_as_serde_json_writes_them(
        fields in prop::collection::btree_map(any::<String>(), (any::<i64>(), any::<f64>(), any::<Option<bool>>()), 0..5)
    ) {
        prop_assert_eq!(agree(&fields), Ok(()));
    }
}

//! What is written here is what `serde_json` writes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::text::{other_than_ascii_as_it_is, other_than_most_of_names};
use super::*;
use crate::format::{AsStored, STORED_DATE, STORED_DOCUMENT, takes_stored};

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

#[derive(Clone, Serialize)]
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
fn fields_of_documents_stand_among_the_others() -> Result<(), Box<dyn std::error::Error>> {
    struct Object(Vec<Option<bson::RawDocumentBuf>>);
    impl Serialize for Object {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            assert!(takes_stored::<S::Error>());
            let mut map = serializer.serialize_map(None)?;
            for field in &self.0 {
                match field {
                    Some(document) => {
                        map.serialize_entry(&InPlace, &AsStored(STORED_DOCUMENT, document.as_bytes()))?;
                    }
                    None => map.serialize_entry("x", &1)?,
                }
            }
            map.end()
        }
    }
    let document = || Some(bson::rawdoc! { "a": 1, "b": 2 });
    let empty = || Some(bson::rawdoc! {});
    for (fields, expected) in [
        (vec![document()], r#"{"a":1,"b":2}"#),
        (vec![None, document()], r#"{"x":1,"a":1,"b":2}"#),
        (vec![document(), None], r#"{"a":1,"b":2,"x":1}"#),
        (vec![empty(), None, empty(), None], r#"{"x":1,"x":1}"#),
    ] {
        let mut bytes = Vec::new();
        write_json(&mut bytes, &Object(fields))?;
        assert_eq!(String::from_utf8(bytes)?, expected);
    }
    assert!(!takes_stored::<serde_json::Error>());
    Ok(())
}

#[test]
fn dates_and_ids_pass_through_whatever_buffers_them() -> Result<(), Box<dyn std::error::Error>> {
    use crate::{DateTime, DocumentId};

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
    struct Due(DateTime);
    #[derive(Serialize)]
    struct Fields {
        at: DateTime,
        by: Option<DocumentId>,
        due: Due,
        days: BTreeMap<DateTime, Due>,
        ids: BTreeMap<DocumentId, u8>,
    }
    #[derive(Serialize)]
    struct Flat {
        #[serde(flatten)]
        fields: Fields,
        #[serde(flatten)]
        more: BTreeMap<Due, DocumentId>,
    }
    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Fields(Flat),
        Date(DateTime),
        Id(DocumentId),
    }
    #[derive(Serialize)]
    #[serde(tag = "kind", content = "of")]
    enum Beside {
        Fields(Flat),
        Date(DateTime),
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Bare {
        Fields(Flat),
        Date(DateTime),
    }
    #[derive(Serialize)]
    struct Around<T> {
        #[serde(flatten)]
        inner: T,
    }

    let (at, far) = (DateTime::from_millis(1_697_651_759_120), DateTime::from_millis(i64::MAX));
    let ids = || [DocumentId::from("65301c2f9d1e8b3a4c5d6e7f"), DocumentId::from("a \"home\"")];
    for at in [at, far] {
        for by in ids() {
            let fields = || Flat {
                fields: Fields {
                    at,
                    by: Some(by.clone()),
                    due: Due(at),
                    days: [(at, Due(at))].into(),
                    ids: [(by.clone(), 1)].into(),
                },
                more: [(Due(at), by.clone())].into(),
            };
            agree(&fields())?;
            agree(&Tagged::Fields(fields()))?;
            agree(&Beside::Fields(fields()))?;
            agree(&Bare::Fields(fields()))?;
            agree(&Around { inner: Tagged::Fields(fields()) })?;
            agree(&Around { inner: Beside::Fields(fields()) })?;
            agree(&[&Beside::Date(at), &Beside::Fields(fields())])?;
            agree(&Around { inner: Beside::Date(at) })?;
            agree(&(Bare::Date(at), &by))?;
            // These cannot be written, in the words of `serde_json`.
            agree(&Tagged::Date(at))?;
            agree(&Tagged::Id(by.clone()))?;
            agree(&Around { inner: at })?;
            agree(&Around { inner: by.clone() })?;
        }
    }
    Ok(())
}

#[test]
fn what_leaves_out_the_names_of_stored_values_is_left_to_serde_json() -> Result<(), Box<dyn std::error::Error>>
{
    /// Writes what is in a date, and not that it is one.
    struct Bare(crate::DateTime);
    impl Serialize for Bare {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if takes_stored::<S::Error>() {
                return serializer.serialize_bytes(&self.0.timestamp_millis().to_le_bytes());
            }
            self.0.serialize(serializer)
        }
    }
    agree(&vec![Bare(crate::DateTime::from_millis(5))])?;
    agree(&BTreeMap::from([("at", Bare(crate::DateTime::from_millis(5)))]))?;
    Ok(())
}

#[test]
fn what_writes_stored_values_otherwise_is_left_to_serde_json() -> Result<(), Box<dyn std::error::Error>> {
    /// Asks to be written as it is stored and then writes a text, as what wraps a serializer to have bytes written as
    /// texts makes of a date.
    struct AsText(&'static str);
    impl Serialize for AsText {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match takes_stored::<S::Error>() {
                true => serializer.serialize_newtype_struct(STORED_DATE, "bytes"),
                false => serializer.serialize_str(self.0),
            }
        }
    }
    agree(&[AsText("2025-10-15T10:30:00Z")])?;
    agree(&BTreeMap::from([("at", AsText("2025-10-15T10:30:00Z"))]))?;
    Ok(())
}

#[test]
fn bytes_are_a_list_of_numbers() -> Result<(), Box<dyn std::error::Error>> {
    struct Bytes(&'static [u8]);
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }
    agree(&[Bytes(b""), Bytes(b"12345678"), Bytes(b"123456789abc")])?;
    Ok(())
}

#[test]
fn fields_of_documents_pass_through_whatever_buffers_them() -> Result<(), Box<dyn std::error::Error>> {
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
fn whatever_a_document_is_it_is_written_beside_its_id_as_serde_json_writes_it()
-> Result<(), Box<dyn std::error::Error>> {
    use crate::storage::Stored;

    #[derive(Serialize)]
    struct Maybe<T>(Option<T>);
    #[derive(Serialize)]
    struct Nested {
        a: u8,
        #[serde(flatten)]
        more: BTreeMap<String, Value>,
    }
    #[derive(Serialize)]
    struct Odd {
        #[serde(rename = "a \"quoted\" name, and a long one")]
        a: u8,
        #[serde(rename = "ä")]
        b: u8,
        #[serde(rename = "a plain name, and a long one")]
        c: u8,
        #[serde(rename = "")]
        d: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        e: Option<u8>,
    }
    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Unit,
        Fields { a: u8 },
        Nested(Nested),
    }

    fn all(document: impl Serialize + Clone) -> Result<(), String> {
        fn stored<T>(document: T) -> Stored<T> {
            Stored::new("home", document)
        }
        agree(&stored(document.clone()))?;
        agree(&vec![stored(document.clone()), stored(document.clone())])?;
        agree(&stored(stored(document.clone())))?;
        agree(&BTreeMap::from([("x", stored(document.clone()))]))?;
        agree(&(Some(stored(document.clone())), stored(document)))
    }

    let nested = || Nested { a: 1, more: [("b".to_owned(), json!({ "c": [] }))].into() };
    all(&nested())?;
    all(&Maybe(Some(nested())))?;
    all(&Maybe::<Nested>(None))?;
    all(&Odd { a: 1, b: 2, c: 3, d: 4, e: None })?;
    for kind in [Kind::Unit, Kind::Newtype(1), Kind::Tuple(-2, 'ä'), Kind::Struct { a: 1.5, b: Some(()) }] {
        all(&kind)?;
    }
    for tagged in [Tagged::Unit, Tagged::Fields { a: 1 }, Tagged::Nested(nested())] {
        all(&tagged)?;
    }
    all(json!({ "a": 1 }))?;
    all(json!({}))?;
    all(BTreeMap::from([(1, true)]))?;
    all(RawValue::from_string("{}".to_owned())?)?;
    // These have no fields.
    all(Unit)?;
    all(())?;
    all(7)?;
    all("text")?;
    all([1])?;
    all((1, 2))?;
    all(json!([]))?;
    all(crate::DateTime::from_millis(5))?;
    all(crate::DocumentId::from("home"))?;
    all(crate::DocumentId::from("65301c2f9d1e8b3a4c5d6e7f"))?;
    Ok(())
}

#[test]
fn fields_of_documents_pass_through_serializers_of_others() -> Result<(), Box<dyn std::error::Error>> {
    /// Writes each entry in two steps, as what wraps a serializer may.
    struct InSteps(bson::RawDocumentBuf);
    impl Serialize for InSteps {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            if takes_stored::<S::Error>() {
                map.serialize_key("a")?;
                map.serialize_value(&AsStored(STORED_DOCUMENT, self.0.as_bytes()))?;
            } else {
                map.serialize_entry("a", &1)?;
            }
            map.end()
        }
    }
    agree(&InSteps(bson::rawdoc! { "a": 1 }))?;
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
fn a_byte_that_does_not_stand_as_it_is_is_seen_wherever_it_stands() {
    fn check(others: fn(u64) -> u64, is_plain: impl Fn(u8) -> bool) {
        for byte in 0..=255 {
            for place in 0..8 {
                for filler in (0..=255).filter(|filler| is_plain(*filler)) {
                    let mut word = [filler; 8];
                    if let Some(there) = word.get_mut(place) {
                        *there = byte;
                    }
                    let others = others(u64::from_le_bytes(word));
                    assert_eq!(others == 0, is_plain(byte), "{word:?}");
                    assert!(others == 0 || others.trailing_zeros() as usize / 8 == place, "{word:?}");
                }
            }
        }
    }
    let is_plain = |byte: u8| byte.is_ascii() && byte >= b' ' && byte != b'"' && byte != b'\\';
    check(other_than_ascii_as_it_is, is_plain);
    check(other_than_most_of_names, |byte| is_plain(byte) && byte > b'"');
}

#[test]
fn a_text_with_such_a_byte_is_written_as_serde_json_writes_it() -> Result<(), Box<dyn std::error::Error>> {
    for length in 0..40 {
        for place in 0..length {
            for byte in ["\0", "\u{1F}", "\"", "\\", "\u{7F}", "\u{80}", "€"] {
                let text = format!("{}{byte}{}", "x".repeat(place), "y".repeat(length - place - 1));
                agree(&text)?;
                agree(&BTreeMap::from([(&text, 1)]))?;
                let name = text.replace('\0', "");
                let mut document = bson::Document::new();
                document.insert(name.clone(), &text);
                document.insert(format!("{name}2"), true);
                agree(&crate::storage::Raw::from(bson::RawDocumentBuf::try_from(&document)?))?;
            }
        }
    }
    Ok(())
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

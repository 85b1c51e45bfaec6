//! What is written here is what `bson` writes, and nothing that would be refused.

use std::collections::BTreeMap;

use bson::{Bson, rawdoc};
use proptest::prelude::*;
use serde::Serializer;
use serde::ser::SerializeMap;
use serde_json::json;

use super::*;
use crate::datetime::DateTime;
use crate::format::{AsStored, STORED_DATE, STORED_ID, takes_stored};
use crate::storage::eval::{MAX_DEPTH, check_document};
use crate::storage::reserved::check_fields;
use crate::storage::{DocumentId, Raw};

/// Whether it is written here; and then it is what `bson` writes, and nothing that would be refused.
fn agree<T: Serialize>(value: &T) -> std::result::Result<bool, String> {
    let Some(ours) = encode_plain(value) else { return Ok(false) };
    let theirs = encode(value).map_err(|error| format!("{ours:?} for {error}"))?;
    if ours != theirs {
        return Err(format!("{ours:?} for {theirs:?}"));
    }
    check_fields(&ours).and_then(|()| check_document(&ours)).map_err(|error| error.to_string())?;
    Ok(true)
}

#[derive(Clone, Serialize)]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(i16, bool),
    Struct { a: f32, b: Option<DateTime> },
}

#[derive(Clone, Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Struct { at: DateTime, id: DocumentId },
    Inner(Wrapped),
}

#[derive(Clone, Serialize)]
struct Unit;

#[derive(Clone, Serialize)]
struct Pair(u64, i8);

#[derive(Clone, Serialize)]
struct Wrapped {
    at: DateTime,
}

#[derive(Clone, Serialize)]
struct Everything {
    title: String,
    updated_at: DateTime,
    id: Option<DocumentId>,
    kinds: Vec<Kind>,
    tagged: Vec<Tagged>,
    tuple: (i64, u32, f64, Unit, Pair),
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<i32>,
    words: BTreeMap<String, Option<bool>>,
    #[serde(flatten)]
    more: BTreeMap<String, serde_json::Value>,
}

fn everything() -> Everything {
    let (at, id) = (DateTime::from_millis(-5), DocumentId::from("65301c2f9d1e8b3a4c5d6e7f"));
    Everything {
        title: "Mïlk".to_owned(),
        updated_at: DateTime::from_millis(1_700_000_000_000),
        id: Some("home".into()),
        kinds: vec![
            Kind::Unit,
            Kind::Newtype(1),
            Kind::Tuple(-2, true),
            Kind::Struct { a: 1.5, b: Some(at) },
        ],
        tagged: vec![Tagged::Struct { at, id }, Tagged::Inner(Wrapped { at })],
        tuple: (i64::MIN, u32::MAX, 1e300, Unit, Pair(7, -1)),
        none: None,
        words: [("yes".to_owned(), Some(true)), (String::new(), None)].into(),
        more: [("flat".to_owned(), json!([null, { "deep": { "er": [1.5, -1, "x"] } }]))].into(),
    }
}

#[test]
fn every_plain_kind_of_value_is_written_here() -> std::result::Result<(), String> {
    assert!(agree(&everything())?);
    assert!(agree(&Some(everything()))?);
    assert!(agree(&Kind::Newtype(1))?);
    assert!(agree(&Kind::Struct { a: 0.0, b: None })?);
    assert!(agree(&(0..12).map(|n| (n.to_string(), n)).collect::<BTreeMap<_, _>>())?);
    assert!(agree(&json!({ "list": (0..1234).collect::<Vec<_>>() }))?);
    assert!(agree(&json!({}))?);
    Ok(())
}

/// Writes its second entry as the value of the first.
struct Entry<K, V>(K, V);

impl<K: Serialize, V: Serialize> Serialize for Entry<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(&self.0, &self.1)?;
        map.end()
    }
}

#[test]
fn what_bson_alone_knows_is_left_to_it() -> std::result::Result<(), String> {
    let moment = bson::DateTime::from_millis(1);
    assert!(!agree(&Entry("a", moment))?);
    assert!(!agree(&Entry("a", Bson::Decimal128("1.5".parse().map_err(|_| "a number")?)))?);
    assert!(!agree(&Entry("a", bson::Uuid::from_bytes([1; 16])))?);
    assert!(!agree(&Entry("a", bson::serde_helpers::HumanReadable(DateTime::from_millis(1))))?);
    assert!(!agree(&Entry("a", 'x'))?);
    assert!(!agree(&Raw::from(rawdoc! { "a": 1 }))?);
    Ok(())
}

/// A value that asks to be written as it is stored and then writes something else, as what wraps a serializer to have
/// bytes written as texts makes of a date.
struct AsText<'t>(&'t str);

impl Serialize for AsText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match takes_stored::<S::Error>() {
            true => serializer.serialize_newtype_struct(STORED_DATE, self.0),
            false => serializer.serialize_str(self.0),
        }
    }
}

#[test]
fn what_writes_stored_values_otherwise_is_left_to_bson() -> std::result::Result<(), String> {
    struct Bytes(&'static [u8]);
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }
    assert!(!agree(&Entry("a", AsText("2025")))?);
    assert!(!agree(&Entry("a", (AsText("2025"), Bytes(b"bytes"))))?);
    assert!(encode_plain(&Entry("a", AsStored(STORED_DATE, b"short"))).is_none());
    assert!(encode_plain(&Entry("a", AsStored(STORED_ID, b""))).is_none());
    Ok(())
}

#[test]
fn what_is_refused_is_not_written_here() {
    for name in ["_id", "user_id", "app_id", "_mozaiks", "_mozaiks_x", "user_id.x", "a\0b"] {
        assert!(encode_plain(&Entry(name, 1)).is_none(), "{name:?}");
    }
    assert!(encode_plain(&1).is_none());
    assert!(encode_plain(&[1]).is_none());
    assert!(encode_plain(&None::<Wrapped>).is_none());
    assert!(encode_plain(&Entry("a", u64::MAX)).is_none());
    assert!(encode_plain(&Entry(1, 1)).is_none());
    assert!(encode_plain(&Entry('x', 1)).is_none());
    assert!(encode_plain(&Entry(DocumentId::from("65301c2f9d1e8b3a4c5d6e7f"), 1)).is_none());
    assert!(encode_plain(&Entry("a", "x".repeat(MAX_DOCUMENT_SIZE))).is_none());
}

#[test]
fn a_reserved_name_is_free_further_in() -> std::result::Result<(), String> {
    assert!(agree(&Entry("a", Entry("user_id", "x")))?);
    assert!(agree(&Entry("name", Entry("_id", 1)))?);
    Ok(())
}

#[test]
fn a_document_is_as_deep_as_it_may_be_and_no_deeper() -> std::result::Result<(), String> {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }));
    assert!(agree(&nested(MAX_DEPTH))?);
    assert!(!agree(&nested(MAX_DEPTH + 1))?);
    Ok(())
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<bool>().prop_map(Bson::Boolean),
        ".{0,12}".prop_map(Bson::String),
        Just(Bson::Null),
        any::<i64>().prop_map(|millis| Bson::DateTime(bson::DateTime::from_millis(millis))),
        Just(Bson::Symbol("s".to_owned())),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..14).prop_map(Bson::Array),
            prop::collection::vec((name(), inner), 0..4)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![".{0,5}", "[a-z_]{1,12}", "(user_id|app_id|_id|_mozaiks)[._a-z]{0,2}", Just("a\0".to_owned())]
}

proptest! {
    #[test]
    fn any_document_is_written_as_bson_writes_it(fields in prop::collection::vec((name(), value()), 0..5)) {
        let document: bson::Document = fields.into_iter().collect();
        agree(&document).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_json_is_written_as_bson_writes_it(fields in prop::collection::vec((name(), value()), 0..5)) {
        let document: bson::Document = fields.into_iter().collect();
        agree(&json!(document)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_moment_and_any_id_are_written_as_bson_writes_them(millis: i64, id: [u8; 12], text in ".{0,30}") {
        let at = DateTime::from_millis(millis);
        let id = DocumentId::from(bson::oid::ObjectId::from_bytes(id));
        let both = (at, id, DocumentId::from(text));
        prop_assert!(agree(&Entry("a", both)).map_err(TestCaseError::fail)?);
    }
}

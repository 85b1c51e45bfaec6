//! Raw documents in replies, in storage and in between.

use bson::oid::ObjectId;
use bson::{Bson, doc};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::json::write_json;
use crate::storage::Stored;

fn raw(document: bson::Document) -> Result<Raw, Box<dyn std::error::Error>> {
    Ok(Raw(RawDocumentBuf::try_from(&document)?))
}

/// As a reply has it, which is how everybody else would write it too.
fn reply(value: &impl Serialize) -> Result<String, Box<dyn std::error::Error>> {
    let mut bytes = Vec::new();
    write_json(&mut bytes, value)?;
    let text = String::from_utf8(bytes)?;
    assert_eq!(text, serde_json::to_string(value)?);
    Ok(text)
}

#[test]
fn a_document_is_written_as_a_typed_one_would_be() -> Result<(), Box<dyn std::error::Error>> {
    let id = ObjectId::parse_str("65301c2f9d1e8b3a4c5d6e7f")?;
    let time = bson::DateTime::from_millis(1_697_651_759_123);
    let stored = Stored::new(
        id,
        raw(doc! {
            "title": "Milk \"and\" bread\n", "at": time, "by": id, "tags": ["a", { "b": [] }, time], "n": 7, "f": 0.5,
            "long": 1_i64 << 40, "done": true, "none": null, "in": { "deep": {} }, "älter": "ü",
        })?,
    );
    let written: serde_json::Value = serde_json::from_str(&reply(&stored)?)?;
    let hex = "65301c2f9d1e8b3a4c5d6e7f";
    assert_eq!(
        written,
        json!({
            "_id": hex, "title": "Milk \"and\" bread\n", "at": "2023-10-18T17:55:59.123Z", "by": hex,
            "tags": ["a", { "b": [] }, "2023-10-18T17:55:59.123Z"], "n": 7, "f": 0.5, "long": 1_i64 << 40,
            "done": true, "none": null, "in": { "deep": {} }, "älter": "ü",
        })
    );
    assert_eq!(reply(&vec![stored.clone(), stored])?.matches(hex).count(), 4);
    assert_eq!(reply(&Stored::new("home", raw(doc! {})?))?, r#"{"_id":"home"}"#);
    assert_eq!(reply(&raw(doc! {})?)?, "{}");
    Ok(())
}

#[test]
fn what_json_has_no_form_for_is_extended_json() -> Result<(), Box<dyn std::error::Error>> {
    let document = raw(doc! {
        "before": 1, "times": [bson::DateTime::from_millis(0)],
        "in": { "symbol": Bson::Symbol("s".into()), "id": ObjectId::from_bytes([7; 12]) },
        "far": bson::DateTime::from_millis(i64::MAX), "after": "x",
    })?;
    let written: serde_json::Value = serde_json::from_str(&reply(&document)?)?;
    assert_eq!(
        written,
        json!({
            "before": 1, "times": ["1970-01-01T00:00:00Z"], "in": { "symbol": { "$symbol": "s" }, "id": "07".repeat(12) },
            "far": "9223372036854775807 ms", "after": "x",
        })
    );
    Ok(())
}

#[test]
fn it_is_read_back_from_storage_as_it_was() -> Result<(), Box<dyn std::error::Error>> {
    let document = raw(doc! { "a": 1, "b": bson::DateTime::from_millis(5), "c": Bson::MinKey })?;
    let stored = crate::storage::encode::encode(&document)?;
    assert_eq!(stored, document.0);
    assert_eq!(crate::storage::decode::decode::<Raw>(&stored)?, document);
    assert_eq!(crate::storage::decode::decode_owned::<Raw>(stored.clone())?, document);
    assert_eq!(bson::deserialize_from_slice::<Raw>(stored.as_bytes())?, document);
    Ok(())
}

#[test]
fn it_is_read_from_json_as_the_texts_and_numbers_that_are_there() -> Result<(), Box<dyn std::error::Error>> {
    let page: Vec<Stored<Raw>> = serde_json::from_str(
        r#"[{ "_id": "home", "at": "1970-01-01T00:00:00Z", "n": 7, "tags": ["a", null] }]"#,
    )?;
    let stored = page.first().ok_or("there is one")?;
    assert_eq!(stored.id().to_string(), "home");
    assert_eq!(**stored, raw(doc! { "at": "1970-01-01T00:00:00Z", "n": 7, "tags": ["a", null] })?);
    assert!(serde_json::from_str::<Raw>("[]").is_err());
    Ok(())
}

#[test]
fn a_reply_is_read_back_by_a_client() -> Result<(), Box<dyn std::error::Error>> {
    let page = vec![Stored::new("home", raw(doc! { "a": 1, "b": { "c": ["d"] } })?)];
    let read: Vec<Stored<Raw>> = serde_json::from_str(&reply(&page)?)?;
    assert_eq!(read, page);
    let read: Vec<Stored<Raw>> = serde_json::from_value(serde_json::to_value(&page)?)?;
    assert_eq!(read, page);
    Ok(())
}

#[test]
fn fields_of_raw_documents_are_raw_documents() -> Result<(), Box<dyn std::error::Error>> {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        one: Raw,
        many: Vec<Raw>,
        none: Option<Raw>,
        #[serde(flatten)]
        more: std::collections::BTreeMap<String, Raw>,
    }
    let inner = || raw(doc! { "a": bson::DateTime::from_millis(5), "b": ObjectId::from_bytes([7; 12]) });
    let outer = Outer {
        one: inner()?,
        many: vec![inner()?, raw(doc! {})?],
        none: None,
        more: [("x".to_owned(), inner()?)].into(),
    };
    let stored = crate::storage::encode::encode(&outer)?;
    assert_eq!(crate::storage::decode::decode::<Outer>(&stored)?, outer);
    reply(&outer)?;
    Ok(())
}

#[test]
fn a_text_that_is_none_is_no_reply() -> Result<(), Box<dyn std::error::Error>> {
    let mut bytes = raw(doc! { "text": "abcd" })?.0.into_bytes();
    let place = bytes.windows(4).position(|four| four == b"abcd").ok_or("it is there")?;
    if let Some(byte) = bytes.get_mut(place) {
        *byte = 0xFF;
    }
    assert!(write_json(&mut Vec::new(), &Raw(RawDocumentBuf::from_bytes(bytes)?)).is_err());
    Ok(())
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<bool>().prop_map(Bson::Boolean),
        any::<String>().prop_map(Bson::String),
        "[ -~]{0,20}".prop_map(Bson::String),
        any::<i64>().prop_map(|millis| Bson::DateTime(bson::DateTime::from_millis(millis))),
        (0..1_i64 << 42).prop_map(|millis| Bson::DateTime(bson::DateTime::from_millis(millis))),
        any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(ObjectId::from_bytes(bytes))),
        Just(Bson::Null),
    ];
    let leaf = prop_oneof![20 => leaf, 1 => Just(Bson::MinKey), 1 => Just(Bson::Symbol("\"".to_owned()))];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Bson::Array),
            document(inner).prop_map(Bson::Document),
        ]
    })
}

fn document(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = bson::Document> {
    let name = any::<String>().prop_map(|name| name.replace('\0', "\u{1}"));
    prop::collection::vec((name, value), 0..5).prop_map(|fields| fields.into_iter().collect())
}

proptest! {
    #[test]
    fn whatever_is_stored_is_written_as_serde_json_writes_it(document in document(value())) {
        let document = raw(document).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let page = [Stored::new("a \"home\"", document.clone()), Stored::new("b", document)];
        prop_assert!(reply(&page).is_ok());
    }

    #[test]
    fn bytes_that_are_wrong_are_written_as_serde_json_writes_them_or_are_json_all_the_same(
        document in document(value()),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = raw(document).map_err(|error| TestCaseError::fail(error.to_string()))?.0.into_bytes();
        let place = place.index(bytes.len());
        if let Some(there) = bytes.get_mut(place) {
            *there = byte;
        }
        if let Ok(document) = RawDocumentBuf::from_bytes(bytes).map(Raw) {
            let mut ours = Vec::new();
            let ours = write_json(&mut ours, &document).map(|()| ours).ok();
            match serde_json::to_vec(&document) {
                Ok(theirs) => prop_assert_eq!(ours, Some(theirs)),
                // The names in an array, which stand in no reply, are not looked at.
                Err(_) => prop_assert!(ours.is_none_or(|ours| serde_json::from_slice::<serde_json::Value>(&ours).is_ok())),
            }
        }
    }
}

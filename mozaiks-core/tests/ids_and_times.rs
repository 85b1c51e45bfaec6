//! Ids of documents, documents beside their ids, and moments: in JSON and in storage.

use std::collections::BTreeSet;
use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Bson, RawBsonRef, doc};
use mozaiks_core::{Clock, DateTime, DocumentId, Stored, SystemClock};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

const HEX: &str = "65301c2f9d1e8b3a4c5d6e7f";

fn raw<T: Serialize>(value: &T) -> bson::RawDocumentBuf {
    bson::serialize_to_raw_document_buf(value).unwrap()
}

#[test]
fn digits_of_an_object_id_are_one_in_any_case_and_everything_else_is_text() {
    assert_eq!(DocumentId::from(HEX).as_object_id(), Some(ObjectId::parse_str(HEX).unwrap()));
    assert_eq!(DocumentId::from(HEX.to_uppercase()), DocumentId::from(HEX));
    assert_eq!(DocumentId::from(HEX.to_uppercase()).to_string(), HEX);
    let almost = [
        "",
        "home",
        &HEX[1..],
        "65301c2f9d1e8b3a4c5d6e7g",
        " 5301c2f9d1e8b3a4c5d6e7f",
        "+5301c2f9d1e8b3a4c5d6e7f",
    ];
    for text in almost.into_iter().chain([format!("{HEX}0").as_str(), "é5301c2f9d1e8b3a4c5d6e"]) {
        let id = DocumentId::from(text);
        assert_eq!((id.as_object_id(), id.to_string().as_str()), (None, text));
        assert_eq!(id.created_at(), None);
    }
}

#[test]
fn every_way_to_an_id_leads_to_the_same() {
    let text = HEX.to_owned();
    let id = DocumentId::from(ObjectId::parse_str(HEX).unwrap());
    let ways = [DocumentId::from(&text), DocumentId::from(&id), DocumentId::from(text.clone()), HEX.into()];
    assert!(ways.iter().all(|way| *way == id));
    assert_eq!(DocumentId::from_bson(Bson::String(text)).unwrap(), id);
    assert_eq!(DocumentId::from_bson(Bson::from(id.clone())).unwrap(), id);
    assert_eq!(DocumentId::from_bson(Bson::Int32(5)).unwrap_err(), Bson::Int32(5));
}

#[test]
fn in_json_an_id_is_a_text_and_nothing_else_is_an_id() {
    assert_eq!(json!(DocumentId::from(HEX)), json!(HEX));
    assert_eq!(json!(DocumentId::from("home")), json!("home"));
    assert_eq!(serde_json::from_value::<DocumentId>(json!(HEX.to_uppercase())).unwrap(), HEX.into());
    assert_eq!(serde_json::from_str::<DocumentId>("\"h\\u006fme\"").unwrap(), "home".into());
    for bad in [json!(5), json!(null), json!({ "$oid": HEX }), json!([HEX]), json!(true)] {
        let error = serde_json::from_value::<DocumentId>(bad).unwrap_err();
        assert!(error.to_string().contains("expected an id (a string)"), "{error}");
    }
}

#[test]
fn in_storage_an_object_id_is_one_and_a_text_is_a_text() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Link {
        to: DocumentId,
        named: Option<DocumentId>,
        all: Vec<DocumentId>,
    }
    let link = Link { to: HEX.into(), named: Some("home".into()), all: vec![HEX.into(), "a".into()] };
    let document = raw(&link);
    assert!(matches!(document.get("to").unwrap(), Some(RawBsonRef::ObjectId(_))));
    assert!(matches!(document.get("named").unwrap(), Some(RawBsonRef::String("home"))));
    assert_eq!(bson::deserialize_from_slice::<Link>(document.as_bytes()).unwrap(), link);
    let decoded = bson::serialize_to_document(&link).unwrap();
    assert_eq!(decoded.get("to"), Some(&Bson::ObjectId(ObjectId::parse_str(HEX).unwrap())));
    assert_eq!(bson::deserialize_from_document::<Link>(decoded).unwrap(), link);
    assert_eq!(doc! { "_id": &link.to, "x": link.to }.get_object_id("x").unwrap().to_hex(), HEX);
    let number = raw(&doc! { "to": 5, "named": null, "all": [] });
    let error = bson::deserialize_from_slice::<Link>(number.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("expected an id"), "{error}");
}

#[test]
fn ids_sort_as_they_do_in_storage() {
    let sorted: BTreeSet<DocumentId> = ["zzz".into(), HEX.into(), "".into(), DocumentId::from("a")].into();
    let texts: Vec<String> = sorted.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["", "a", "zzz", HEX]);
}

#[test]
fn an_object_id_knows_when_it_was_made() {
    assert_eq!(DocumentId::from(HEX).created_at().unwrap().to_string(), "2023-10-18T17:55:59Z");
    let last = DocumentId::from("ffffffffffffffffffffffff").created_at().unwrap();
    assert_eq!(last.to_string(), "2106-02-07T06:28:15Z");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Note {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<DateTime>,
}

fn note() -> Note {
    Note { title: "Milk".into(), due: None }
}

#[test]
fn a_stored_document_is_one_flat_object_whose_id_comes_first() {
    let stored = Stored::new(HEX, note());
    assert_eq!(serde_json::to_string(&stored).unwrap(), format!(r#"{{"_id":"{HEX}","title":"Milk"}}"#));
    assert_eq!(
        (stored.id().to_string().as_str(), stored.owner(), stored.title.as_str()),
        (HEX, None, "Milk")
    );
}

#[test]
fn a_stored_document_is_read_wherever_its_id_stands() {
    for json in [
        r#"{"_id": "home", "title": "Milk"}"#,
        r#"{"title": "Milk", "_id": "home"}"#,
        r#"{"other": [], "\u005fid": "home", "\u0074itle": "Milk", "due": null}"#,
    ] {
        assert_eq!(serde_json::from_str::<Stored<Note>>(json).unwrap(), Stored::new("home", note()));
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::from_value::<Stored<Note>>(value).unwrap(), Stored::new("home", note()));
    }
}

#[test]
fn the_id_is_beside_the_document_and_not_in_it() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        title: String,
    }
    let strict: Stored<Strict> = serde_json::from_str(r#"{"_id": "home", "title": "Milk"}"#).unwrap();
    assert_eq!(strict.into_inner(), Strict { title: "Milk".into() });
    #[derive(Debug, Deserialize)]
    struct Curious {
        _id: Option<String>,
    }
    let curious: Stored<Curious> = serde_json::from_str(r#"{"_id": "home"}"#).unwrap();
    assert_eq!(curious._id, None);
    let map: Stored<std::collections::BTreeMap<String, u8>> =
        serde_json::from_str(r#"{"_id": "home", "a": 1}"#).unwrap();
    assert_eq!(map.into_parts(), ("home".into(), [("a".to_owned(), 1)].into()));
}

#[test]
fn documents_of_every_kind_that_is_an_object_come_back() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Wrapped(Note);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Note(Note),
        Link { to: DocumentId },
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum External {
        Link { to: DocumentId },
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Flattened {
        #[serde(flatten)]
        note: Note,
        n: u64,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Empty {}
    #[track_caller]
    fn comes_back<T: Serialize + for<'de> Deserialize<'de> + Clone + PartialEq + std::fmt::Debug>(
        document: T,
    ) {
        let stored = Stored::new(HEX, document);
        let json = serde_json::to_string(&stored).unwrap();
        assert_eq!(serde_json::from_str::<Stored<T>>(&json).expect(&json), stored);
    }
    comes_back(note());
    comes_back(Wrapped(note()));
    comes_back(Some(note()));
    comes_back(Tagged::Note(note()));
    comes_back(Tagged::Link { to: HEX.into() });
    comes_back(External::Link { to: HEX.into() });
    comes_back(Flattened { note: note(), n: u64::MAX });
    comes_back(Empty {});
    comes_back(json!({ "a": { "b": [1, null] } }));
    comes_back(Stored::new("inner", note()).into_inner());
}

#[test]
fn what_is_no_stored_document_is_refused_in_words() {
    for (json, expected) in [
        (r#"{"title": "Milk"}"#, "missing field `_id`"),
        (r#"{"_id": "home"}"#, "missing field `title`"),
        (r#"{"_id": 5, "title": "Milk"}"#, "expected an id"),
        ("[]", "expected a document with an `_id`"),
        ("null", "expected a document with an `_id`"),
    ] {
        let error = serde_json::from_str::<Stored<Note>>(json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn in_json_a_moment_is_rfc_3339_in_utc() {
    for (text, shown) in [
        ("2025-10-15T10:30:00Z", "2025-10-15T10:30:00Z"),
        ("2025-10-15T12:30:00+02:00", "2025-10-15T10:30:00Z"),
        ("2025-10-15T10:30:00.123Z", "2025-10-15T10:30:00.123Z"),
        ("2025-10-15T10:30:00.123999Z", "2025-10-15T10:30:00.123Z"),
        ("2024-02-29T23:59:59-00:30", "2024-03-01T00:29:59Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ] {
        let time: DateTime = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(json!(time), json!(shown));
        assert_eq!(text.parse::<DateTime>().unwrap(), time);
        assert_eq!(shown.parse::<DateTime>().unwrap(), time);
    }
}

#[test]
fn what_is_no_moment_is_refused_in_words() {
    for bad in [
        "",
        "2025-10-15",
        "2025-10-15T10:30:00",
        "15.10.2025",
        "2025-02-30T00:00:00Z",
        "2025-10-15T25:00:00Z",
        "now",
    ] {
        let error = serde_json::from_value::<DateTime>(json!(bad)).unwrap_err().to_string();
        assert_eq!(error, "expected an RFC 3339 time such as 2025-10-15T10:30:00Z", "{bad}");
    }
    for bad in [json!(0), json!(null), json!({ "$date": "2025-10-15T10:30:00Z" })] {
        let error = serde_json::from_value::<DateTime>(bad).unwrap_err().to_string();
        assert!(error.contains("expected an RFC 3339 time"), "{error}");
    }
}

#[test]
fn in_storage_a_moment_is_a_date() {
    let due: DateTime = "2025-10-15T10:30:00.123Z".parse().unwrap();
    let document = raw(&Note { due: Some(due), ..note() });
    let Some(RawBsonRef::DateTime(stored)) = document.get("due").unwrap() else { panic!("{document:?}") };
    assert_eq!(stored.timestamp_millis(), due.timestamp_millis());
    assert_eq!(bson::deserialize_from_slice::<Note>(document.as_bytes()).unwrap().due, Some(due));
    let decoded = bson::serialize_to_document(&Note { due: Some(due), ..note() }).unwrap();
    assert_eq!(decoded.get("due"), Some(&Bson::DateTime(due.into())));
    assert_eq!(bson::deserialize_from_document::<Note>(decoded).unwrap().due, Some(due));
    assert_eq!(doc! { "at": due }.get_datetime("at").unwrap().timestamp_millis(), due.timestamp_millis());
}

#[test]
fn a_moment_inside_what_is_flattened_or_tagged_is_a_date_too() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Kind {
        Dated { at: DateTime, of: DocumentId },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        kind: Kind,
    }
    let outer = Outer { kind: Kind::Dated { at: DateTime::from_millis(7), of: HEX.into() } };
    let document = raw(&outer);
    assert!(matches!(document.get("at").unwrap(), Some(RawBsonRef::DateTime(_))));
    assert!(matches!(document.get("of").unwrap(), Some(RawBsonRef::ObjectId(_))));
    assert_eq!(bson::deserialize_from_slice::<Outer>(document.as_bytes()).unwrap(), outer);
    let json = serde_json::to_string(&outer).unwrap();
    assert_eq!(serde_json::from_str::<Outer>(&json).unwrap(), outer);
}

#[test]
fn the_form_of_storage_is_no_form_for_a_client() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        at: Option<DateTime>,
        of: Option<DocumentId>,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    for bad in [json!({ "at": { "$date": { "$numberLong": "7" } } }), json!({ "of": { "$oid": HEX } })] {
        assert!(serde_json::from_value::<Outer>(bad.clone()).is_err(), "{bad}");
        assert!(serde_json::from_str::<Outer>(&bad.to_string()).is_err(), "{bad}");
    }
}

#[test]
fn reckoning_with_moments_ends_at_the_ends_of_time() {
    let now = DateTime::from_millis(1000);
    assert_eq!(now + Duration::from_millis(500), DateTime::from_millis(1500));
    assert_eq!(now - Duration::from_secs(2), DateTime::from_millis(-1000));
    assert_eq!(DateTime::from_millis(1500) - now, Duration::from_millis(500));
    assert_eq!(now - DateTime::from_millis(1500), Duration::ZERO);
    assert_eq!(now + Duration::MAX, DateTime::from_millis(i64::MAX));
    assert_eq!(now - Duration::MAX, DateTime::from_millis(1000 - i64::MAX));
    assert_eq!(DateTime::from_millis(i64::MIN) - Duration::MAX, DateTime::from_millis(i64::MIN));
    assert!(DateTime::from_millis(i64::MAX) - DateTime::from_millis(i64::MIN) > Duration::ZERO);
    for millis in [i64::MIN, i64::MAX, 253_402_300_800_000] {
        assert!(!DateTime::from_millis(millis).to_string().is_empty());
    }
}

#[test]
fn the_clock_of_the_machine_goes_on() {
    let clock = SystemClock;
    let ids: BTreeSet<_> = (0..1000).map(|_| clock.new_id()).collect();
    assert_eq!(ids.len(), 1000);
    let (now, id) = clock.now_and_id();
    assert_eq!(id.timestamp().timestamp_millis(), now.timestamp_millis() / 1000 * 1000);
    let before = clock.monotonic();
    assert!(clock.monotonic() >= before);
    assert!(clock.now() > "2025-01-01T00:00:00Z".parse().unwrap());
}

proptest! {
    #[test]
    fn object_ids_keep_their_bytes_and_sort_by_them(one: [u8; 12], other: [u8; 12], same in 0..12_usize) {
        let mut near = one;
        near[same..].copy_from_slice(&other[same..]);
        for (one, other) in [(one, other), (one, near)] {
            let ids = [one, other].map(|bytes| DocumentId::from(ObjectId::from_bytes(bytes)));
            prop_assert_eq!(ids[0].cmp(&ids[1]), one.cmp(&other));
            prop_assert_eq!(ids.map(|id| id.as_object_id().unwrap().bytes()), [one, other]);
        }
    }

    #[test]
    fn every_text_is_an_id_that_comes_back(text in "\\PC{0,30}|[0-9a-fA-F]{24}") {
        let id = DocumentId::from(text.as_str());
        prop_assert_eq!(DocumentId::from(id.to_string()), id.clone());
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<DocumentId>(&json).unwrap(), id.clone());
        prop_assert_eq!(DocumentId::from_bson(Bson::from(id.clone())).unwrap(), id);
    }

    #[test]
    fn every_moment_of_the_common_era_comes_back(millis in -62_135_596_800_000_i64..253_402_300_800_000) {
        let time = DateTime::from_millis(millis);
        prop_assert_eq!(time.to_string().parse::<DateTime>().unwrap(), time);
    }

    #[test]
    fn no_text_makes_a_moment_panic(text in "[0-9TZ:+. -]{0,35}|\\PC{0,20}") {
        let _ = text.parse::<DateTime>();
    }

    #[test]
    fn no_moment_makes_a_text_panic(millis in any::<i64>()) {
        let _ = DateTime::from_millis(millis).to_string();
    }
}

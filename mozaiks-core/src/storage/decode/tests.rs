//! What is read here is what `bson` reads.

#![allow(clippy::option_option, clippy::zero_sized_map_values, reason = "whatever an author may write")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use bson::oid::ObjectId;
use bson::{Bson, RawDocumentBuf, doc};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::value::Plain;
use super::*;
use crate::datetime::DateTime;
use crate::storage::{DocumentId, Raw};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Named(String),
    Pair(i32, bool),
    Fields { a: Option<i64> },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Time(DateTime),
    Number(i64),
    Text(String),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    when: Option<DateTime>,
    ids: Vec<DocumentId>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Everything {
    a: Option<String>,
    b: Option<f64>,
    c: Option<DateTime>,
    d: Option<DocumentId>,
    e: Option<ObjectId>,
    f: Option<Kind>,
    g: Option<Either>,
    h: Option<Vec<u16>>,
    i: Option<Inner>,
    j: Option<BTreeMap<String, bool>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    a: Option<Bson>,
    #[serde(flatten)]
    rest: BTreeMap<String, Bson>,
}

/// What is read here is what `bson` reads.
fn agree<T: DeserializeOwned + PartialEq + Debug>(document: &RawDocument) -> std::result::Result<(), String> {
    let Ok(fast) = T::deserialize(Plain(document.into())) else { return Ok(()) };
    match bson::deserialize_from_slice::<T>(document.as_bytes()) {
        Ok(slow) if slow == fast => Ok(()),
        other => Err(format!("{document:?} is read as {fast:?}, and by bson as {other:?}")),
    }
}

fn all_agree(document: &RawDocument) -> std::result::Result<(), String> {
    agree::<Everything>(document)?;
    agree::<Flat>(document)?;
    agree::<Inner>(document)?;
    agree::<Kind>(document)?;
    agree::<BTreeMap<String, serde_json::Value>>(document)?;
    agree::<BTreeMap<String, Option<DateTime>>>(document)?;
    agree::<BTreeMap<String, Vec<Either>>>(document)?;
    agree::<serde_json::Value>(document)?;
    agree::<Raw>(document)
}

fn name() -> impl Strategy<Value = String> {
    let known = [
        "when",
        "ids",
        "pair",
        "named",
        "plain",
        "fields",
        "secs",
        "nanos",
        "$oid",
        "5f1d7e8a9b0c1d2e3f405162",
    ];
    prop_oneof!["[a-j]", prop::sample::select(known.to_vec()).prop_map(str::to_owned)]
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        (0..3_i32).prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        (-1e9..1e9).prop_map(Bson::Double),
        any::<bool>().prop_map(Bson::Boolean),
        prop_oneof![
            "[a-z]{0,4}",
            Just("plain".to_owned()),
            Just("named".to_owned()),
            "[ä€]",
            Just("5f1d7e8a9b0c1d2e3f405162".to_owned())
        ]
        .prop_map(Bson::String),
        (-(1_i64 << 45)..1 << 45).prop_map(|millis| Bson::DateTime(bson::DateTime::from_millis(millis))),
        any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(ObjectId::from_bytes(bytes))),
        Just(Bson::Null),
        Just(Bson::Symbol("s".to_owned())),
        Just(Bson::Decimal128("1.5".parse().unwrap_or(bson::Decimal128::from_bytes([0; 16])))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Bson::Array),
            prop::collection::vec((name(), inner), 0..4)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

/// Reads with another form for people.
#[derive(Debug, PartialEq)]
struct Readable(bool, String);

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let readable = deserializer.is_human_readable();
        String::deserialize(deserializer).map(|text| Self(readable, text))
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct OfBson {
    a: Option<bson::serde_helpers::HumanReadable<Readable>>,
    b: Option<Readable>,
    c: Option<bson::Uuid>,
    d: Option<bson::Utf8Lossy<String>>,
    e: Option<bson::Timestamp>,
}

#[test]
fn what_bson_knows_by_a_name_is_left_to_it() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let document = RawDocumentBuf::try_from(&doc! { "a": "text", "b": "text", "d": "text" })?;
    agree::<OfBson>(&document)?;
    let read = decode::<OfBson>(&document)?;
    assert_eq!(read.a.map(|readable| readable.0.0), Some(true));
    assert_eq!(read.b.map(|readable| readable.0), Some(false));
    Ok(())
}

/// What can be read of a document's numbers: it goes on behind those that cannot.
#[derive(Debug, PartialEq)]
struct Lenient(Vec<(String, Option<f64>)>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Lenient;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a document")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Lenient, A::Error> {
                let mut read = Vec::new();
                while let Some(name) = map.next_key()? {
                    read.push((name, map.next_value().ok()));
                }
                Ok(Lenient(read))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

#[test]
fn what_is_not_read_here_is_not_passed_over() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let price = bson::Decimal128::from_bytes(*b"\x10ab\0\x01\0\0\0\x10cd\0\x02\0\0\0");
    let document = RawDocumentBuf::try_from(&doc! { "a": 1.5, "price": price, "b": 2.5 })?;
    agree::<Lenient>(&document)?;
    assert_eq!(decode::<Lenient>(&document)?, bson::deserialize_from_slice(document.as_bytes())?);
    Ok(())
}

#[test]
fn nothing_is_read_behind_a_document_that_is_none() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let behind = b"\x01b\0\0\0\0\0\0\0\0\x40";
    for none in [&b"\x04\0\0\0"[..], b"\x05\0\0\0\x01"] {
        for kind in [b"\x03a\0", b"\x04a\0"] {
            let inside = [kind, none, behind].concat();
            let length = i32::try_from(inside.len() + 5)?.to_le_bytes();
            let bytes = [&length[..], &inside, b"\0"].concat();
            let document = RawDocument::from_bytes(&bytes)?;
            agree::<Lenient>(document)?;
            assert!(decode::<Lenient>(document).is_err());
        }
    }
    Ok(())
}

/// What can be read of the first two of an array: it asks for the second though the first cannot be read.
#[derive(Debug, PartialEq)]
struct Twice(Vec<Option<i32>>);

impl<'de> Deserialize<'de> for Twice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Twice;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Twice, A::Error> {
                Ok(Twice((0..2).map(|_| seq.next_element().ok().flatten()).collect()))
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct OfTwo {
    a: Twice,
}

#[test]
fn a_value_whose_name_is_wrong_is_not_read_as_what_follows()
-> std::result::Result<(), Box<dyn std::error::Error>> {
    // Its bytes are those of a number without a name, and of a null.
    let seven = i64::from_le_bytes([0x10, 0, 7, 0, 0, 0, 0x0a, 0]);
    let mut bytes = bson::serialize_to_vec(&doc! { "a": [seven] })?;
    let name = bytes.windows(2).position(|bytes| bytes == b"0\0").ok_or("a name")?;
    *bytes.get_mut(name).ok_or("its place")? = 0xff;
    agree::<OfTwo>(RawDocument::from_bytes(&bytes)?)?;
    Ok(())
}

/// Wants all of a document, or of an array, and takes one.
#[derive(Debug, PartialEq)]
struct First<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for First<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Taking<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Taking<T> {
            type Value = First<T>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("anything")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<First<T>, A::Error> {
                seq.next_element().map(First)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<First<T>, A::Error> {
                let Some(_) = map.next_key::<de::IgnoredAny>()? else { return Ok(First(None)) };
                map.next_value().map(Some).map(First)
            }
            fn visit_bytes<E: de::Error>(self, _: &[u8]) -> std::result::Result<First<T>, E> {
                Ok(First(None))
            }
        }
        deserializer.deserialize_any(Taking(std::marker::PhantomData))
    }
}

/// A name that is told by what it is read as.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Text(String),
    Bytes(Vec<u8>),
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Telling;
        impl Visitor<'_> for Telling {
            type Value = Told;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("anything")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Told, E> {
                Ok(Told::Text(text.to_owned()))
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> std::result::Result<Told, E> {
                Ok(Told::Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_any(Telling)
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Unit;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Wrapped<T>(T);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Letter {
    A,
    B,
    C,
    When,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Odd {
    a: Option<char>,
    b: Option<u64>,
    c: Option<Option<i8>>,
    d: Option<(i32, bool)>,
    e: Option<Unit>,
    f: Option<Wrapped<Wrapped<u32>>>,
    g: Option<[u8; 2]>,
    h: Option<std::time::Duration>,
    i: Option<First<i32>>,
    j: Option<f32>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "a", rename_all = "snake_case")]
enum Tagged {
    Plain,
    S { b: Option<u64>, when: Option<DateTime>, c: Option<DocumentId> },
    Named(BTreeMap<String, u16>),
    Flat(Inner),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "a", content = "b", rename_all = "snake_case")]
enum Beside {
    Plain,
    Named(Inner),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flattened {
    b: Option<i64>,
    #[serde(flatten)]
    tagged: Option<Tagged>,
    #[serde(flatten)]
    told: BTreeMap<Told, de::IgnoredAny>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct FlatOthers {
    #[serde(flatten)]
    inner: Option<Inner>,
    #[serde(flatten)]
    ids: BTreeMap<DocumentId, Either>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Strict {
    #[serde(flatten)]
    kind: Kind,
}

fn odd_ones_agree(document: &RawDocument) -> std::result::Result<(), String> {
    agree::<Odd>(document)?;
    agree::<OfBson>(document)?;
    agree::<Tagged>(document)?;
    agree::<Beside>(document)?;
    agree::<Flattened>(document)?;
    agree::<FlatOthers>(document)?;
    agree::<Strict>(document)?;
    agree::<First<i32>>(document)?;
    agree::<Wrapped<Kind>>(document)?;
    agree::<Option<Kind>>(document)?;
    agree::<BTreeMap<Told, i32>>(document)?;
    agree::<BTreeMap<Letter, Told>>(document)?;
    agree::<BTreeMap<DocumentId, Wrapped<i64>>>(document)?;
    agree::<BTreeMap<char, Option<()>>>(document)?;
    agree::<BTreeMap<Option<String>, Vec<Option<bool>>>>(document)?;
    agree::<BTreeMap<Wrapped<String>, Bson>>(document)?;
    agree::<Vec<i32>>(document)?;
    agree::<BTreeMap<String, Bson>>(document)
}

proptest! {
    #[test]
    fn whatever_is_read_here_is_what_bson_reads(fields in prop::collection::vec(("[a-j]", value()), 0..8)) {
        let document: bson::Document = fields.into_iter().collect();
        let document = RawDocumentBuf::try_from(&document).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(all_agree(&document), Ok(()));
    }

    #[test]
    fn whatever_odd_types_read_here_is_what_they_read_from_bson(
        fields in prop::collection::vec((name(), value()), 0..4)
    ) {
        let document: bson::Document = fields.into_iter().collect();
        let document = RawDocumentBuf::try_from(&document).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(odd_ones_agree(&document), Ok(()));
    }

    #[test]
    fn bytes_that_are_wrong_are_read_as_bson_reads_them_or_not_at_all(
        fields in prop::collection::vec(("[a-j]", value()), 1..4),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let document: bson::Document = fields.into_iter().collect();
        let mut bytes = bson::serialize_to_vec(&document).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let place = place.index(bytes.len());
        if let Some(there) = bytes.get_mut(place) {
            *there = byte;
        }
        if let Ok(document) = RawDocument::from_bytes(&bytes) {
            // What nobody asks for is passed over here without a look into it.
            prop_assert_eq!(agree::<Everything>(document).or_else(|text| {
                if text.contains("by bson as Err") { Ok(()) } else { Err(text) }
            }), Ok(()));
            prop_assert_eq!(agree::<Lenient>(document), Ok(()));
        }
    }
}

#[test]
fn documents_of_plain_values_need_no_help() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let now = DateTime::from_millis(1_760_524_200_000);
    let id = ObjectId::new();
    let document = doc! {
        "a": "text", "b": 1.5, "c": now, "d": id, "e": id, "f": { "pair": [1, true] }, "h": [1, 2],
        "i": { "when": now, "ids": [id, "home"] }, "j": { "yes": true },
    };
    let document = RawDocumentBuf::try_from(&document)?;
    let read = Everything::deserialize(Plain((&*document).into()))?;
    assert_eq!(read.c, Some(now));
    assert_eq!(read.d, Some(id.into()));
    assert_eq!(read.f, Some(Kind::Pair(1, true)));
    assert_eq!(read, bson::deserialize_from_slice(document.as_bytes())?);
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused_in_the_words_of_bson() -> std::result::Result<(), Box<dyn std::error::Error>>
{
    let document = RawDocumentBuf::try_from(&doc! { "h": [70_000] })?;
    let ours = decode::<Everything>(&document).err().ok_or("it is read")?;
    let theirs = bson::deserialize_from_slice::<Everything>(document.as_bytes()).err().ok_or("it is read")?;
    assert_eq!(ours.to_string(), theirs.to_string());
    Ok(())
}

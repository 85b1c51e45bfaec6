//! What is an index, and the keys that documents have in it.

use std::time::Duration;

use bson::{Bson, DateTime, RawBson, RawDocumentBuf, doc, rawdoc};
use mozaiks_core::storage::{
    Index, StorageError,
    eval::{IndexKeys, encode_value},
};

use crate::{comparing::ladder, support::raw};

fn index<const N: usize>(keys: [(&str, i32); N]) -> Index {
    Index::new("items", keys).name("tested")
}

fn parse(index: &Index) -> IndexKeys {
    IndexKeys::parse(index).unwrap_or_else(|error| panic!("{index:?} is refused: {error}"))
}

fn encode(value: &Bson) -> Vec<u8> {
    encode_value(RawBson::try_from(value.clone()).unwrap().as_raw_bson_ref()).unwrap()
}

/// The keys, as those of documents with one of these values each.
#[track_caller]
fn assert_keys(index: &Index, document: RawDocumentBuf, values: &[Bson]) {
    let mut expected: Vec<_> = values.iter().map(encode).collect();
    expected.sort();
    assert_eq!(parse(index).keys(&document).unwrap().to_vec(), expected, "{document:?}");
}

#[test]
fn bytes_stand_in_the_order_of_the_values() {
    let ladder = ladder();
    for (height, row) in ladder.iter().enumerate() {
        for (other_height, other_row) in ladder.iter().enumerate() {
            for (a, b) in row.iter().flat_map(|a| other_row.iter().map(move |b| (a, b))) {
                assert_eq!(encode(a).cmp(&encode(b)), height.cmp(&other_height), "{a:?} and {b:?}");
                let within = |value: &Bson| encode(&doc! { "x": value.clone(), "y": 1 }.into());
                assert_eq!(within(a).cmp(&within(b)), height.cmp(&other_height), "{a:?} and {b:?} within");
            }
        }
    }
}

#[test]
fn no_value_begins_with_another() {
    let values: Vec<_> = ladder().iter().flatten().map(encode).collect();
    for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (a, b))) {
        assert!(a == b || !b.starts_with(a));
    }
}

#[test]
fn texts_with_the_bytes_that_end_them_stand_in_order() {
    let texts =
        ["", "\0", "\0\0", "\0\u{1}", "\u{1}", "\u{1}\0", "\u{2}", "a", "a\0", "a\0b", "a\u{1}", "ab"];
    for pair in texts.windows(2) {
        assert!(encode(&pair[0].into()) < encode(&pair[1].into()), "{:?} {:?}", pair[0], pair[1]);
    }
}

#[test]
fn a_long_text_is_kept_as_it_is() {
    let long = "x".repeat(100_000);
    assert_eq!(encode(&long.as_str().into()).len(), 100_002);
    assert!(encode(&format!("{long}a").into()) < encode(&format!("{long}b").into()));
}

#[test]
fn a_missing_field_is_null_unless_the_index_is_sparse() {
    assert_keys(&index([("a", 1)]), rawdoc! {}, &[Bson::Null]);
    assert_keys(&index([("a", 1)]), rawdoc! { "a": null }, &[Bson::Null]);
    assert_keys(&index([("a.b", 1)]), rawdoc! { "a": 5 }, &[Bson::Null]);
    assert_keys(&index([("a", 1)]).sparse(), rawdoc! {}, &[]);
    assert_keys(&index([("a", 1)]).sparse(), rawdoc! { "a": null }, &[Bson::Null]);
    assert_keys(&index([("a.b", 1)]).sparse(), rawdoc! { "a": [1, { "c": 2 }] }, &[]);
}

#[test]
fn an_array_has_a_key_for_each_different_element() {
    assert_keys(&index([("a", 1)]), rawdoc! { "a": [2, "x", 2.0, 1] }, &[1.into(), 2.into(), "x".into()]);
    assert_keys(&index([("a", 1)]), rawdoc! { "a": [] }, &[Bson::Undefined]);
    assert_keys(
        &index([("a", 1)]),
        rawdoc! { "a": [[1, 2], 3] },
        &[Bson::Array(vec![1.into(), 2.into()]), 3.into()],
    );
    assert_keys(
        &index([("a.b", 1)]),
        rawdoc! { "a": [{ "b": 1 }, { "b": [2, 3] }, { "c": 4 }, 5] },
        &[1.into(), 2.into(), 3.into(), Bson::Null],
    );
    assert_keys(&index([("a.b", 1)]), rawdoc! { "a": [] }, &[Bson::Null]);
}

#[test]
fn fields_of_one_array_go_through_it_together() {
    let keys = parse(&index([("a.b", 1), ("a.c", 1)]));
    let found = keys.keys(&rawdoc! { "a": [{ "b": 1, "c": 2 }, { "b": 3, "c": 4 }] }).unwrap();
    let key = |b: i32, c: i32| [encode(&b.into()), encode(&c.into())].concat();
    assert_eq!(found.to_vec(), [key(1, 2), key(3, 4)]);
}

#[test]
fn two_arrays_side_by_side_are_refused() {
    let keys = parse(&index([("a", 1), ("b", 1)]));
    for document in [rawdoc! { "a": [1], "b": [2] }, rawdoc! { "a": [], "b": [] }] {
        let refused = keys.keys(&document);
        assert!(
            matches!(&refused, Err(StorageError::Invalid(text)) if text.contains("cannot index parallel arrays")),
            "{refused:?}"
        );
    }
    let nested = parse(&index([("a.b", 1), ("a.c", 1)]));
    assert!(nested.keys(&rawdoc! { "a": [{ "b": [1], "c": [2] }] }).is_err());
    assert_eq!(keys.keys(&rawdoc! { "a": [1, 2], "b": 3 }).unwrap().len(), 2);
}

#[test]
fn a_number_in_a_path_is_a_name_or_a_place_but_not_both() {
    assert_keys(&index([("a.1", 1)]), rawdoc! { "a": { "1": "x" } }, &["x".into()]);
    assert_keys(&index([("a.1", 1)]), rawdoc! { "a": [7, 8] }, &[8.into()]);
    assert_keys(&index([("a.1", 1)]), rawdoc! { "a": [7] }, &[Bson::Null]);
    assert_keys(&index([("a.5", 1)]), rawdoc! { "a": [{ "5": "x" }] }, &["x".into()]);
    assert!(parse(&index([("a.0", 1)])).keys(&rawdoc! { "a": [{ "0": 1 }] }).is_err());
}

#[test]
fn a_descending_field_stands_the_other_way_round() {
    let keys = parse(&index([("a", 1), ("b", -1)]));
    let key = |a: Bson, b: Bson| keys.keys(&raw(&doc! { "a": a, "b": b })).unwrap()[0].clone();
    assert!(key("x".into(), 1.into()) > key("x".into(), 2.into()));
    assert!(key("x".into(), "a".into()) > key("x".into(), "aa".into()));
    assert!(key("x".into(), 1.into()) < key("xy".into(), 2.into()));
    let ladder = ladder();
    for pair in ladder.windows(2) {
        let [lower, upper] = [0, 1].map(|row| doc! { "x": pair[row][0].clone() }.into());
        assert!(key(1.into(), lower) > key(1.into(), upper), "{pair:?}");
    }
}

#[test]
fn a_document_with_too_many_keys_is_refused() {
    let many: Vec<i32> = (0..100_001).collect();
    let keys = parse(&index([("a", 1)]));
    assert!(matches!(keys.keys(&raw(&doc! { "a": many })), Err(StorageError::TooLarge(_))));
    let text = "x".repeat(1_000_000);
    let wide = parse(&index([("a", 1), ("b", 1)]));
    let many: Vec<i32> = (0..50).collect();
    assert!(matches!(wide.keys(&raw(&doc! { "a": many, "b": text })), Err(StorageError::TooLarge(_))));
}

#[test]
fn a_document_expires_after_its_earliest_date() {
    let keys = parse(&index([("at", 1)]).expire_after(Duration::from_secs(60)));
    let at = |millis: i64| Bson::DateTime(DateTime::from_millis(millis));
    let expires = |value: Bson| keys.expires_at(&raw(&doc! { "at": value }));
    assert_eq!(expires(at(5)).map(|time| time.timestamp_millis()), Some(60_005));
    let several = Bson::Array(vec![at(9), "x".into(), at(7)]);
    assert_eq!(expires(several).map(|time| time.timestamp_millis()), Some(60_007));
    assert_eq!(expires("2020".into()), None);
    assert_eq!(keys.expires_at(&rawdoc! {}), None);
    assert_eq!(parse(&index([("at", 1)])).expires_at(&raw(&doc! { "at": at(5) })), None);
}

#[test]
fn what_is_no_index_is_refused() {
    let refused = [
        (index([]), "1 to 16 fields"),
        (index([("a", 2)]), "1 or -1"),
        (index([("a", 1), ("a", -1)]), "twice"),
        (index([("a..b", 1)]), "empty part"),
        (index([("$a", 1)]), "$"),
        (index([("_id", 1)]), "_id"),
        (index([("a", 1), ("_id", 1)]), "_id"),
        (index([("a", 1), ("b", 1)]).sparse(), "one field"),
        (index([("a", 1), ("b", 1)]).expire_after(Duration::from_secs(1)), "one field"),
        (index([("a", 1)]).expire_after(Duration::from_millis(1500)), "whole seconds"),
        (index([("a", 1)]).expire_after(Duration::from_secs(1 << 31)), "2147483647"),
        (index([("a", 1)]).name(""), "name"),
        (index([("a", 1)]).name("_id"), "name"),
        (index([("a", 1)]).name("a b"), "name"),
        (index([("a", 1)]).name(&"n".repeat(65)), "name"),
        (Index::new("My Items", [("a", 1)]), "snake_case"),
    ];
    for (index, text) in refused {
        match IndexKeys::parse(&index) {
            Err(StorageError::Invalid(message)) if message.contains(text) => {}
            other => panic!("{index:?} should be refused for {text}, not {other:?}"),
        }
    }
    let seventeen: Vec<_> = (0..17).map(|field| format!("f{field}")).collect();
    let wide = Index::new("items", seventeen.iter().map(|field| (field.as_str(), 1)));
    assert!(IndexKeys::parse(&wide.name("wide")).is_err());
    for field in ["user_id", "app_id.x", "_mozaiks_owner"] {
        assert!(
            matches!(IndexKeys::parse(&index([(field, 1)])), Err(StorageError::ReservedField(_))),
            "{field}"
        );
    }
}

#[test]
fn a_name_is_there_once_in_a_collection() {
    let (a, b) = (index([("a", 1)]), index([("b", 1)]));
    assert!(IndexKeys::parse_all(&[a.clone(), b.clone()]).is_err());
    assert_eq!(IndexKeys::parse_all(&[a.clone(), b.clone().name("other")]).unwrap().len(), 2);
    assert_eq!(IndexKeys::parse_all(&[a, b.shared()]).unwrap().len(), 2);
}

//! Inserting, ids, and what comes back.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Timestamp, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::Query;

use super::Subject;
use super::ask::{
    ALICE, Refusal, all, by, by_id, count, date, decimal, find, holds, ids, insert, new, read, refused, regex,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::{answer, fail};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("inserting.rs");
    nothing_is_there_at_first,
    what_is_inserted_is_found_by_its_id,
    what_is_found_does_not_hold_its_id,
    an_empty_document_is_a_document,
    an_insert_of_nothing_is_no_error,
    every_type_comes_back_as_it_went_in,
    numbers_keep_their_types,
    fields_keep_their_order,
    odd_field_names_come_back,
    a_field_with_a_dot_in_its_name_comes_back,
    texts_of_all_scripts_come_back,
    nested_documents_and_arrays_come_back,
    many_documents_are_inserted_at_once,
    of_many_documents_all_are_inserted_or_none,
    one_id_twice_in_one_insert_is_a_conflict,
    a_document_of_another_collection_is_another,
];

/// In a collection that nobody wrote into, nothing is found, and that is no error.
pub async fn nothing_is_there_at_first(storage: &Subject) {
    holds(storage, ALICE, "home", None).await;
    assert_eq!(count(storage, ALICE, all()).await, 0, "documents in a collection that was never written to");
    assert_eq!(find(storage, ALICE, Query::new(all())).await, []);
    answer("ping", storage.ping()).await;
}

/// When an insert has returned `Ok`, every later call sees the document.
pub async fn what_is_inserted_is_found_by_its_id(storage: &Subject) {
    for number in 0..20_u32 {
        let document = doc! { "number": number };
        insert(storage, ALICE, format!("id{number}"), document.clone()).await;
        holds(storage, ALICE, format!("id{number}"), Some(&document)).await;
        assert_eq!(count(storage, ALICE, all()).await, u64::from(number) + 1);
    }
}

/// `_id` stands beside a document that is found, not in it; and a private collection has no owners.
pub async fn what_is_found_does_not_hold_its_id(storage: &Subject) {
    insert(storage, ALICE, "home", doc! { "title": "Home" }).await;
    for selector in [by_id("home"), by(doc! { "_id": "home" }), by(doc! { "title": "Home" }), all()] {
        let found = find(storage, ALICE, Query::new(selector.clone())).await;
        let [found] = found.as_slice() else { fail(&format!("{selector:?} gave {} documents", found.len())) };
        assert_eq!(found.id, DocumentId::from("home"), "the id by {selector:?}");
        assert_eq!(found.owner, None, "the owner in a private collection by {selector:?}");
        assert_eq!(read(&found.document), doc! { "title": "Home" }, "the document by {selector:?}");
    }
}

/// A document without fields is a document.
pub async fn an_empty_document_is_a_document(storage: &Subject) {
    insert(storage, ALICE, "empty", doc! {}).await;
    holds(storage, ALICE, "empty", Some(&doc! {})).await;
    assert_eq!(count(storage, ALICE, by(doc! { "a": null })).await, 1, "documents that lack a field");
}

/// To insert no documents does nothing.
pub async fn an_insert_of_nothing_is_no_error(storage: &Subject) {
    answer("insert of no documents", storage.insert(ALICE, vec![])).await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// Every BSON type that is not deprecated comes back as it went in.
pub async fn every_type_comes_back_as_it_went_in(storage: &Subject) {
    let bytes = |subtype| Bson::Binary(Binary { subtype, bytes: vec![0, 1, 254, 255] });
    let document = doc! {
        "double": -1.5, "text": "text", "document": { "a": 1 }, "array": [1, "a", null], "bytes": bytes(BinarySubtype::Generic),
        "uuid": Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes: vec![7; 16] }),
        "user": bytes(BinarySubtype::UserDefined(0x81)), "id": ObjectId::from_bytes([9; 12]), "yes": true, "no": false,
        "date": date(-1), "far": date(253_402_300_799_999), "null": null, "regex": regex("^a", "im"),
        "code": Bson::JavaScriptCode("f()".to_owned()), "int": i32::MIN, "long": i64::MAX, "decimal": decimal("1.50"),
        "timestamp": Timestamp { time: 7, increment: 9 }, "least": Bson::MinKey, "greatest": Bson::MaxKey,
    };
    insert(storage, ALICE, "all", document.clone()).await;
    holds(storage, ALICE, "all", Some(&document)).await;
}

/// 1, 1.0, a long 1 and a decimal 1 are equal, and come back each as what it was; so do NaN, -0 and the infinities.
pub async fn numbers_keep_their_types(storage: &Subject) {
    let document = doc! {
        "numbers": [1, 1.0, 1_i64, decimal("1"), decimal("1.00"), f64::NAN, -0.0, f64::INFINITY, f64::NEG_INFINITY,
            9_007_199_254_740_993_i64, i64::MIN, decimal("NaN"), decimal("-0E+3"), decimal("1E-6176"), 5e-324],
    };
    insert(storage, ALICE, "numbers", document.clone()).await;
    holds(storage, ALICE, "numbers", Some(&document)).await;
}

/// Fields keep the order in which they were written.
pub async fn fields_keep_their_order(storage: &Subject) {
    let document = doc! { "z": 1, "a": { "y": 1, "b": 2 }, "m": 3, "B": 4, "10": 5, "9": 6 };
    insert(storage, ALICE, "ordered", document.clone()).await;
    holds(storage, ALICE, "ordered", Some(&document)).await;
}

/// Field names are texts: empty ones, spaces, quotes, digits and all scripts.
pub async fn odd_field_names_come_back(storage: &Subject) {
    let mut document = doc! {};
    for name in
        ["", " ", "'", "\"", "\\", "%", "0", "-1", "a b", "ü", "名", "😀", "__proto__", "id", "user", "app"]
    {
        document.insert(name, 1);
    }
    insert(storage, ALICE, "names", document.clone()).await;
    holds(storage, ALICE, "names", Some(&document)).await;
}

/// A dot in the name of a field that is stored is part of the name; only paths are taken apart at it.
pub async fn a_field_with_a_dot_in_its_name_comes_back(storage: &Subject) {
    let document = doc! { "a.b": 1, "a": { "c": 2 } };
    insert(storage, ALICE, "dotted", document.clone()).await;
    holds(storage, ALICE, "dotted", Some(&document)).await;
    assert_eq!(count(storage, ALICE, by(doc! { "a.b": 1 })).await, 0, "`a.b` in a filter is `b` inside `a`");
}

/// Texts come back byte by byte; nothing is normalised, trimmed or cut at a NUL.
pub async fn texts_of_all_scripts_come_back(storage: &Subject) {
    let texts = [
        "",
        " ",
        "a\0b",
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{1f600}\u{fe0f}",
        "\u{feff}a",
        "a\r\n\t",
        "\u{10ffff}",
    ];
    let document = doc! { "texts": texts.to_vec() };
    insert(storage, ALICE, "texts", document.clone()).await;
    holds(storage, ALICE, "texts", Some(&document)).await;
}

/// Documents in arrays in documents come back.
pub async fn nested_documents_and_arrays_come_back(storage: &Subject) {
    let document = doc! { "a": [[], [[1], { "b": [{ "c": {} }] }], {}], "d": { "e": { "f": [] } } };
    insert(storage, ALICE, "nested", document.clone()).await;
    holds(storage, ALICE, "nested", Some(&document)).await;
}

/// A thousand documents go in with one call.
pub async fn many_documents_are_inserted_at_once(storage: &Subject) {
    let many = (0..1000).map(|number| new(format!("{number:04}"), &doc! { "number": number })).collect();
    answer("insert of 1000 documents", storage.insert(ALICE, many)).await;
    assert_eq!(count(storage, ALICE, all()).await, 1000);
    holds(storage, ALICE, "0999", Some(&doc! { "number": 999 })).await;
}

/// If one of the documents cannot be inserted, none is, wherever it stands among them.
pub async fn of_many_documents_all_are_inserted_or_none(storage: &Subject) {
    insert(storage, ALICE, "taken", doc! { "n": 1 }).await;
    for at in 0..3 {
        let mut batch: Vec<_> = ["x", "y"].map(|id| new(id, &doc! {})).into();
        batch.insert(at, new("taken", &doc! { "n": 2 }));
        let asked = format!("insert of three, of which the one at {at} has an id that is taken");
        refused(&asked, storage.insert(ALICE, batch), Refusal::Conflict("_id")).await;
        assert_eq!(ids(storage, ALICE).await, ["taken"], "what is there after the {asked}");
    }
    holds(storage, ALICE, "taken", Some(&doc! { "n": 1 })).await;
}

/// One id twice in one insert is a conflict, and nothing is inserted.
pub async fn one_id_twice_in_one_insert_is_a_conflict(storage: &Subject) {
    let batch = vec![new("a", &doc! { "n": 1 }), new("b", &doc! {}), new("a", &doc! { "n": 2 })];
    refused("insert of one id twice", storage.insert(ALICE, batch), Refusal::Conflict("_id")).await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// The same id in another collection is another document.
pub async fn a_document_of_another_collection_is_another(storage: &Subject) {
    let other = mozaiks_core::storage::StorageScope { collection: "lists", ..ALICE };
    for id in ["home", "65301c2f9d1e8b3a4c5d6e7f"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
        insert(storage, other, id, doc! { "n": 2 }).await;
        holds(storage, ALICE, id, Some(&doc! { "n": 1 })).await;
        holds(storage, other, id, Some(&doc! { "n": 2 })).await;
    }
}

//! What a document may be.

use bson::{Bson, Document, RawDocument, doc};
use mozaiks_core::storage::{
    StorageError,
    eval::{
        Filter, MAX_DEPTH, MAX_DOCUMENT_SIZE, Projection, Sort, check_document, check_path, compare,
        distinct_values,
    },
};

use crate::support::{decimal, raw, regex};

fn nested(levels: usize) -> Document {
    (1..levels).fold(doc! {}, |inner, level| {
        if level % 2 == 0 {
            doc! { "a": inner }
        } else {
            doc! { "a": Bson::Document(inner) }
        }
    })
}

#[test]
fn a_document_has_at_most_a_hundred_levels() {
    assert!(check_document(&raw(&nested(MAX_DEPTH))).is_ok());
    assert!(matches!(check_document(&raw(&nested(MAX_DEPTH + 1))), Err(StorageError::TooLarge(_))));
    let arrays = (0..MAX_DEPTH).fold(Bson::Null, |inner, _| Bson::Array(vec![inner]));
    assert!(matches!(check_document(&raw(&doc! { "a": arrays })), Err(StorageError::TooLarge(_))));
}

#[test]
fn levels_are_counted_without_exhausting_the_stack() {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 0..20_000 {
        let mut outer = u32::try_from(bytes.len() + 8).unwrap().to_le_bytes().to_vec();
        outer.extend([4, b'0', 0]);
        outer.extend(&bytes);
        outer.push(0);
        bytes = outer;
    }
    let document = RawDocument::from_bytes(&bytes).unwrap();
    assert!(matches!(check_document(document), Err(StorageError::TooLarge(_))));
}

#[test]
fn a_document_has_at_most_16_mib() {
    let fits = raw(&doc! { "a": "x".repeat(MAX_DOCUMENT_SIZE - 13) });
    assert_eq!(fits.as_bytes().len(), MAX_DOCUMENT_SIZE);
    assert!(check_document(&fits).is_ok());
    let over = raw(&doc! { "a": "x".repeat(MAX_DOCUMENT_SIZE - 12) });
    assert!(matches!(check_document(&over), Err(StorageError::TooLarge(_))));
}

#[test]
fn a_nul_in_a_name_makes_a_document_unreadable() {
    let mut bytes = raw(&doc! { "abc": 1 }).into_bytes();
    bytes[6] = 0;
    let document = RawDocument::from_bytes(&bytes).unwrap();
    assert!(matches!(check_document(document), Err(StorageError::Codec { .. })));
}

#[test]
fn wide_documents_are_fine() {
    let wide: Document =
        (0..10_000).map(|index| (format!("f{index}"), Bson::Array(vec![index.into()]))).collect();
    assert!(check_document(&raw(&wide)).is_ok());
}

#[test]
fn paths_are_checked_alone() {
    assert!(check_path("a.b.0").is_ok());
    assert!(check_path("a..b").is_err());
    assert!(check_path("$a").is_err());
}

/// A document with every common type, to be damaged.
fn assorted() -> Document {
    let code = bson::JavaScriptCodeWithScope { code: "f()".into(), scope: doc! { "x": 1 } };
    doc! {
        "_id": bson::oid::ObjectId::from_bytes([7; 12]),
        "a": [{ "b": 1, "c": "text" }, [1, 2_i64, 3.5], null, "x"],
        "d": { "e": { "f": true } },
        "g": Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::BinaryOld, bytes: vec![1, 2, 3] }),
        "h": decimal("1.5"),
        "i": regex("a+", "i"),
        "j": Bson::JavaScriptCodeWithScope(code),
        "k": bson::Timestamp { time: 1, increment: 2 },
        "l": bson::DateTime::from_millis(5),
        "m": Bson::Symbol("s".into()),
    }
}

#[test]
fn damaged_documents_never_cause_a_panic() {
    let names = ["a.b", "a.1", "d.e.f", "g", "h", "i", "j", "k", "l", "m", "zz"];
    let mut filters = vec![doc! { "$nor": [{ "zz": 1 }] }];
    for name in names {
        filters.push(doc! { name: { "$gte": 1, "$ne": "x", "$exists": true } });
        filters.push(doc! { name: regex("x", "") });
        filters.push(doc! { name: { "$in": [1, null, assorted()], "$not": { "$size": 2 } } });
        filters.push(doc! { name: { "$elemMatch": { "b": 1 } } });
        filters.push(doc! { name: { "$type": ["int", "decimal"] } });
        filters.push(doc! { name: { "$mod": [2, 1] } });
    }
    let filters: Vec<Filter> = filters.iter().map(|filter| Filter::parse(filter).unwrap()).collect();
    let sort = Sort::parse(&doc! { "a.b": 1, "a.c": -1, "d": 1, "j": 1 }).unwrap();
    let projections = [doc! { "a.b": 1, "d.e.f": 1, "j": 1 }, doc! { "a.b": 0, "d.e": 0 }];
    let projections = projections.map(|projection| Projection::parse(&projection).unwrap());

    let sound = raw(&assorted());
    let mut damaged = 0;
    for position in 4..sound.as_bytes().len() - 1 {
        for value in [0x00, 0x01, 0x03, 0x04, 0x05, 0x0c, 0x0f, 0x7f, 0x80, 0xff] {
            let mut bytes = sound.as_bytes().to_vec();
            bytes[position] = value;
            let document = RawDocument::from_bytes(&bytes).unwrap();
            damaged += usize::from(check_document(document).is_err());
            assert!(filters.iter().filter(|filter| filter.matches(document)).count() <= filters.len());
            projections.iter().for_each(|projection| drop(projection.apply(document)));
            names.iter().for_each(|name| drop(distinct_values(document, name)));
            let _ = (sort.compare(document, &sound), compare(document.into(), (&sound).into()));
        }
    }
    assert!(damaged > 100, "only {damaged} documents were damaged");
}

//! Assertions that read like a table.

use bson::{Bson, DateTime, Decimal128, Document, RawDocumentBuf};
use mozaiks_core::storage::{
    StorageError,
    eval::{Filter, Pipeline, Projection, Sort, Update},
};

pub fn raw(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

pub fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.parse::<Decimal128>().unwrap())
}

pub fn regex(pattern: &str, options: &str) -> Bson {
    Bson::RegularExpression(bson::Regex {
        pattern: pattern.to_owned().try_into().unwrap(),
        options: options.to_owned().try_into().unwrap(),
    })
}

#[track_caller]
fn matches(filter: &Document, document: &Document) -> bool {
    match Filter::parse(filter) {
        Ok(filter) => filter.matches(&raw(document)),
        Err(error) => panic!("{filter} is refused: {error}"),
    }
}

#[track_caller]
pub fn assert_matches(filter: Document, document: Document) {
    assert!(matches(&filter, &document), "{filter} should match {document}");
}

#[track_caller]
pub fn assert_misses(filter: Document, document: Document) {
    assert!(!matches(&filter, &document), "{filter} should not match {document}");
}

#[track_caller]
pub fn assert_filter_invalid(filter: Document) {
    match Filter::parse(&filter) {
        Err(StorageError::Invalid(_)) => {}
        other => panic!("{filter} should be refused as invalid, not {other:?}"),
    }
}

#[track_caller]
pub fn assert_filter_unsupported(filter: Document, name: &str) {
    match Filter::parse(&filter) {
        Err(StorageError::Unsupported(what)) if what.contains(name) => {}
        other => panic!("{filter} should be refused as unsupported {name}, not {other:?}"),
    }
}

pub const NOW: i64 = 1_700_000_000_123;

pub fn now() -> DateTime {
    DateTime::from_millis(NOW)
}

#[track_caller]
pub fn parse_update(update: &Document) -> Update {
    Update::parse(update).unwrap_or_else(|error| panic!("{update} is refused: {error}"))
}

/// Applies and compares bit by bit, with the order of fields.
#[track_caller]
pub fn assert_updates(before: Document, update: Document, after: Document) {
    let mut document = before.clone();
    let modified = parse_update(&update)
        .apply(&mut document, now(), false)
        .unwrap_or_else(|error| panic!("{update} of {before} fails: {error}"));
    assert_eq!(raw(&document), raw(&after), "{update} of {before} gives {document}, expected {after}");
    assert_eq!(modified, raw(&before) != raw(&after), "modified of {update} of {before}");
    let in_bytes = parse_update(&update).apply_raw(&raw(&before), now()).unwrap();
    assert_eq!(in_bytes, modified.then(|| raw(&after)), "{update} of {before} in bytes");
}

#[track_caller]
pub fn assert_update_fails(before: Document, update: Document) -> String {
    let mut document = before.clone();
    match parse_update(&update).apply(&mut document, now(), false) {
        Err(StorageError::Invalid(message)) => {
            assert_eq!(raw(&document), raw(&before), "the failed update {update} left traces");
            let in_bytes = parse_update(&update).apply_raw(&raw(&before), now()).unwrap_err();
            assert_eq!(in_bytes.to_string(), message, "{update} of {before} in bytes");
            message.into_owned()
        }
        other => panic!("{update} of {before} should fail, not {other:?} with {document}"),
    }
}

#[track_caller]
pub fn assert_update_invalid(update: Document) {
    match Update::parse(&update) {
        Err(StorageError::Invalid(_)) => {}
        other => panic!("{update} should be refused as invalid, not {other:?}"),
    }
}

#[track_caller]
pub fn assert_update_unsupported(update: Document, name: &str) {
    match Update::parse(&update) {
        Err(StorageError::Unsupported(what)) if what.contains(name) => {}
        other => panic!("{update} should be refused as unsupported {name}, not {other:?}"),
    }
}

/// Sorts values of the field `a`, and tells their order by position.
#[track_caller]
pub fn assert_sorts(sort: Document, documents: &[Document]) {
    let order = Sort::parse(&sort).unwrap();
    for (index, first) in documents.iter().enumerate() {
        for second in documents.iter().skip(index + 1) {
            let (a, b) = (raw(first), raw(second));
            assert!(order.compare(&a, &b).is_lt(), "{sort}: {first} should come before {second}");
            assert!(order.compare(&b, &a).is_gt(), "{sort}: {second} should come after {first}");
        }
    }
}

#[track_caller]
pub fn assert_projects(projection: Document, document: Document, shown: Document) {
    let compiled =
        Projection::parse(&projection).unwrap_or_else(|error| panic!("{projection} is refused: {error}"));
    let result = compiled.apply(&raw(&document)).unwrap();
    assert_eq!(result, raw(&shown), "{projection} of {document}");
}

/// Runs a pipeline and compares bit by bit, with the order of documents and fields; then the same in two parts, as a
/// storage does it that finds by itself.
#[track_caller]
pub fn assert_gives(stages: &[Document], documents: &[Document], expected: &[Document]) {
    let pipeline = Pipeline::parse(stages).unwrap_or_else(|error| panic!("{stages:?} are refused: {error}"));
    let results = pipeline.run(documents.iter().map(raw)).unwrap();
    let bytes = |documents: &[Document]| documents.iter().map(raw).collect::<Vec<_>>();
    assert_eq!(bytes(&results), bytes(expected), "{stages:?} give {results:?}, expected {expected:?}");

    let (head, rest) = pipeline.split();
    let filter = Filter::parse(&head.filter).unwrap();
    let mut found: Vec<_> = documents.iter().map(raw).filter(|document| filter.matches(document)).collect();
    if let Some(sort) = &head.sort {
        let sort = Sort::parse(sort).unwrap();
        found.sort_by(|a, b| sort.compare(a, b));
    }
    let limit = head.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    let found = found.into_iter().skip(usize::try_from(head.skip).unwrap()).take(limit);
    let results = rest.run(found).unwrap();
    assert_eq!(bytes(&results), bytes(expected), "{stages:?} in two parts");
}

/// What a `$group` makes of the values of `v` with one accumulator.
#[track_caller]
pub fn assert_accumulates(accumulator: &str, documents: &[Document], expected: impl Into<Bson>) {
    let stage = bson::doc! { "$group": { "_id": null, "v": { accumulator: "$v" } } };
    assert_gives(&[stage], documents, &[bson::doc! { "_id": null, "v": expected.into() }]);
}

#[track_caller]
pub fn assert_stage_invalid(stage: Document) {
    match Pipeline::parse(std::slice::from_ref(&stage)) {
        Err(StorageError::Invalid(_)) => {}
        other => panic!("{stage} should be refused as invalid, not {other:?}"),
    }
}

#[track_caller]
pub fn assert_stage_unsupported(stage: Document, name: &str) {
    match Pipeline::parse(std::slice::from_ref(&stage)) {
        Err(StorageError::Unsupported(what)) if what.contains(name) => {}
        other => panic!("{stage} should be refused as unsupported {name}, not {other:?}"),
    }
}

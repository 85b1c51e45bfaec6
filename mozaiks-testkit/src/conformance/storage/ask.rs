//! What cases ask of a storage, and how they say that the answer is wrong.

use std::fmt::Write;

use bson::{Bson, DateTime, Decimal128, Document, RawDocumentBuf};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, FoundDocument, NewDocument, Query, Selector, Sharing, StorageError,
    StorageScope, UpdateOptions, UpdateOutcome,
};

use super::Subject;
use crate::conformance::wait::{answer, chain, fail, within};

/// Where most cases happen.
pub(super) const ALICE: StorageScope<'static> = StorageScope {
    app_id: "shop",
    user_id: "alice",
    plugin: "notes",
    collection: "items",
    sharing: Sharing::Private,
};

/// The same place, of somebody else.
pub(super) const BOB: StorageScope<'static> = StorageScope { user_id: "bob", ..ALICE };

/// The time that `$currentDate` writes.
pub(super) const NOW: mozaiks_core::DateTime = mozaiks_core::DateTime::from_millis(1_700_000_000_123);

/// The same, as it stands in a document.
pub(super) fn now() -> DateTime {
    NOW.into()
}

pub(super) fn raw(document: &Document) -> RawDocumentBuf {
    match RawDocumentBuf::try_from(document) {
        Ok(raw) => raw,
        Err(error) => fail(&format!("the case itself is wrong: {document} cannot be written: {error}")),
    }
}

pub(super) fn read(document: &RawDocumentBuf) -> Document {
    match Document::try_from(document) {
        Ok(document) => document,
        Err(error) => fail(&format!("the storage gave a document that is not BSON: {error}")),
    }
}

pub(super) fn decimal(text: &str) -> Bson {
    match text.parse::<Decimal128>() {
        Ok(decimal) => Bson::Decimal128(decimal),
        Err(error) => fail(&format!("the case itself is wrong: {text} is no decimal: {error}")),
    }
}

pub(super) fn regex(pattern: &str, options: &str) -> Bson {
    match (pattern.to_owned().try_into(), options.to_owned().try_into()) {
        (Ok(pattern), Ok(options)) => Bson::RegularExpression(bson::Regex { pattern, options }),
        _ => fail("the case itself is wrong: a pattern has a NUL"),
    }
}

pub(super) fn date(millis: i64) -> Bson {
    Bson::DateTime(DateTime::from_millis(millis))
}

pub(super) fn all() -> Selector {
    Selector::Filter(Document::new())
}

pub(super) fn by_id(id: impl Into<DocumentId>) -> Selector {
    Selector::Id(id.into())
}

pub(super) fn by(filter: Document) -> Selector {
    Selector::Filter(filter)
}

pub(super) fn new(id: impl Into<DocumentId>, document: &Document) -> NewDocument {
    NewDocument::new(id, raw(document))
}

pub(super) fn replacement(document: &Document) -> Change {
    Change::Replacement(raw(document))
}

pub(super) fn options() -> UpdateOptions {
    UpdateOptions::new(NOW)
}

pub(super) fn many() -> UpdateOptions {
    let mut options = options();
    options.many = true;
    options
}

pub(super) fn upserting(id: impl Into<DocumentId>) -> UpdateOptions {
    let mut options = options();
    options.upsert = Some(id.into());
    options
}

pub(super) fn find_options() -> FindAndUpdateOptions {
    FindAndUpdateOptions::new(NOW)
}

/// Inserts a document, which must succeed.
pub(super) async fn insert(
    storage: &Subject,
    scope: StorageScope<'_>,
    id: impl Into<DocumentId>,
    document: Document,
) {
    let id = id.into();
    let asked = format!("insert {} as {id:?} in {}", text(&document), place(scope));
    answer(&asked, storage.insert(scope, vec![new(id, &document)])).await;
}

/// The document of that id.
pub(super) async fn get(
    storage: &Subject,
    scope: StorageScope<'_>,
    id: impl Into<DocumentId>,
) -> Option<Document> {
    let id = id.into();
    let asked = format!("find {id:?} in {}", place(scope));
    let found = answer(&asked, storage.find(scope, Query::new(Selector::Id(id.clone())))).await;
    if found.documents.len() > 1 {
        fail(&format!("{asked} gave {} documents for one id", found.documents.len()));
    }
    found.documents.first().map(|found| {
        assert_eq!(found.id, id, "{asked} gave a document of another id");
        read(&found.document)
    })
}

/// Checks what is there under an id, to the last bit: types, order of fields.
pub(super) async fn holds(
    storage: &Subject,
    scope: StorageScope<'_>,
    id: impl Into<DocumentId>,
    expected: Option<&Document>,
) {
    let id = id.into();
    let found = get(storage, scope, id.clone()).await;
    if found.as_ref().map(raw) != expected.map(raw) {
        fail(&format!(
            "under {id:?} in {} there must be {}, but there is {}",
            place(scope),
            maybe(expected),
            told_apart(expected, found.as_ref()),
        ));
    }
}

pub(super) async fn find(storage: &Subject, scope: StorageScope<'_>, query: Query) -> Vec<FoundDocument> {
    answer(&format!("find {query:?} in {}", place(scope)), storage.find(scope, query)).await.documents
}

/// The ids of what a query finds, in the order in which they came.
pub(super) async fn found_ids(storage: &Subject, scope: StorageScope<'_>, query: Query) -> Vec<String> {
    find(storage, scope, query).await.iter().map(|found| found.id.to_string()).collect()
}

/// The ids of all documents of a scope, sorted.
pub(super) async fn ids(storage: &Subject, scope: StorageScope<'_>) -> Vec<String> {
    let mut ids = found_ids(storage, scope, Query::new(all())).await;
    ids.sort();
    ids
}

pub(super) async fn count(storage: &Subject, scope: StorageScope<'_>, selector: Selector) -> u64 {
    answer(&format!("count {selector:?} in {}", place(scope)), storage.count(scope, selector)).await
}

pub(super) async fn delete(
    storage: &Subject,
    scope: StorageScope<'_>,
    selector: Selector,
    many: bool,
) -> u64 {
    let asked = format!("delete {selector:?} (many: {many}) in {}", place(scope));
    answer(&asked, storage.delete(scope, selector, many)).await
}

/// Updates with operators, which must succeed.
pub(super) async fn update(
    storage: &Subject,
    scope: StorageScope<'_>,
    selector: Selector,
    update: Document,
    options: UpdateOptions,
) -> UpdateOutcome {
    let asked = format!("update {selector:?} by {update} ({options:?}) in {}", place(scope));
    answer(&asked, storage.update(scope, selector, Change::Operators(update), options)).await
}

/// A document in a message. The beginning of a long one will do.
pub(super) fn text(document: &Document) -> String {
    shorten(document.to_string())
}

fn shorten(text: String) -> String {
    if text.chars().count() <= 400 { text } else { text.chars().take(400).chain("...".chars()).collect() }
}

pub(super) fn maybe(document: Option<&Document>) -> String {
    document.map_or_else(|| "nothing".to_owned(), text)
}

/// What was found, written so that it differs from what was expected: with its types, if they alone differ.
pub(super) fn told_apart(expected: Option<&Document>, found: Option<&Document>) -> String {
    let plain = maybe(found);
    match (expected, found) {
        (Some(expected), Some(found)) if text(expected) == plain => {
            format!("{}, which is not {}", shorten(format!("{found:?}")), shorten(format!("{expected:?}")))
        }
        _ => plain,
    }
}

pub(super) fn list(documents: &[Document]) -> String {
    let mut all = String::new();
    for document in documents {
        let _ = write!(all, "\n  {}", text(document));
    }
    if all.is_empty() { " nothing".to_owned() } else { all }
}

pub(super) fn place(scope: StorageScope<'_>) -> String {
    let StorageScope { app_id, user_id, plugin, collection, sharing } = scope;
    let short = |text: &str| shorten(format!("{text:?}"));
    format!("{plugin}/{collection} of {}/{} ({sharing:?})", short(app_id), short(user_id))
}

/// What a refusal has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal<'r> {
    /// It means nothing.
    Invalid,
    /// It is outside the language, by this name.
    Unsupported(&'r str),
    /// It is larger than a document may be.
    TooLarge,
    /// There is one with the same values of this index.
    Conflict(&'r str),
}

/// Checks that a call is refused, and how.
pub(super) async fn refused<T: std::fmt::Debug>(
    asked: &str,
    call: impl Future<Output = Result<T, StorageError>>,
    refusal: Refusal<'_>,
) {
    let found = match within(&format!("`{asked}` to answer"), call).await {
        Ok(answer) => format!("it was answered with {}", shorten(format!("{answer:?}"))),
        Err(error) => match (&error, refusal) {
            (StorageError::Invalid(_), Refusal::Invalid) => return,
            (StorageError::TooLarge(_), Refusal::TooLarge) => return,
            (StorageError::Unsupported(what), Refusal::Unsupported(name)) if what.contains(name) => return,
            (StorageError::Conflict { index }, Refusal::Conflict(name)) if index == name => return,
            _ => format!("it failed with {}: {}", shorten(format!("{error:?}")), chain(&error)),
        },
    };
    fail(&format!("{asked} must be refused as {refusal:?}, but {found}"));
}

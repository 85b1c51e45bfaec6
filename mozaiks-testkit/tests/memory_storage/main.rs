//! What `MemoryStorage` promises, through the `Storage` trait.

// Small numbers, and a line where a loop would be three.
#![allow(clippy::cast_possible_truncation, clippy::needless_for_each)]

mod contract;
mod default_bodies;
mod expiry;
mod faults;
mod indexes;
mod inspection;
mod model;
mod scopes;
mod updates;

use bson::{Document, RawDocumentBuf, doc};
use mozaiks_core::storage::{
    Change, FoundDocument, NewDocument, Query, Selector, Sharing, Storage, StorageError, StorageScope,
    UpdateOptions, UpdateOutcome,
};
use mozaiks_core::{DateTime, DocumentId};
use mozaiks_testkit::storage::MemoryStorage;

const NOW: DateTime = DateTime::from_millis(1_760_000_000_000);

/// Alice's private items of the plugin `notes` in the app `acme`.
const ALICE: StorageScope<'static> = StorageScope {
    app_id: "acme",
    user_id: "alice",
    plugin: "notes",
    collection: "items",
    sharing: Sharing::Private,
};

const BOB: StorageScope<'static> = StorageScope { user_id: "bob", ..ALICE };

fn shared(scope: StorageScope<'static>) -> StorageScope<'static> {
    StorageScope { sharing: Sharing::Shared, ..scope }
}

fn mine(scope: StorageScope<'static>) -> StorageScope<'static> {
    StorageScope { sharing: Sharing::SharedMine, ..scope }
}

fn raw(document: Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(&document).unwrap()
}

fn new(id: &str, document: Document) -> NewDocument {
    NewDocument::new(id, raw(document))
}

fn by_id(id: &str) -> Selector {
    Selector::Id(id.into())
}

fn all() -> Selector {
    Selector::Filter(doc! {})
}

fn operators(update: Document) -> Change {
    Change::Operators(update)
}

async fn insert(
    storage: &MemoryStorage,
    scope: StorageScope<'_>,
    id: &str,
    document: Document,
) -> Result<(), StorageError> {
    storage.insert(scope, vec![new(id, document)]).await
}

/// A storage in which Alice has these documents.
async fn holding(documents: Vec<(&str, Document)>) -> MemoryStorage {
    let storage = MemoryStorage::new();
    let documents = documents.into_iter().map(|(id, document)| new(id, document)).collect();
    storage.insert(ALICE, documents).await.unwrap();
    storage
}

async fn find(storage: &MemoryStorage, scope: StorageScope<'_>, selector: Selector) -> Vec<FoundDocument> {
    storage.find(scope, Query::new(selector)).await.unwrap().documents
}

/// The ids that a query gives, in order.
async fn ids(storage: &MemoryStorage, scope: StorageScope<'_>, query: Query) -> Vec<String> {
    let found = storage.find(scope, query).await.unwrap();
    found.documents.iter().map(|document| document.id.to_string()).collect()
}

/// The document of that id.
async fn get(storage: &MemoryStorage, scope: StorageScope<'_>, id: &str) -> Option<Document> {
    let found = find(storage, scope, by_id(id)).await;
    found.first().map(|found| Document::try_from(&found.document).unwrap())
}

async fn update(
    storage: &MemoryStorage,
    scope: StorageScope<'_>,
    selector: Selector,
    change: Document,
) -> Result<UpdateOutcome, StorageError> {
    storage.update(scope, selector, operators(change), UpdateOptions::new(NOW)).await
}

fn upserting(id: &str) -> UpdateOptions {
    let mut options = UpdateOptions::new(NOW);
    options.upsert = Some(DocumentId::from(id));
    options
}

fn is_conflict(result: &Result<impl std::fmt::Debug, StorageError>) -> bool {
    matches!(result, Err(StorageError::Conflict { index }) if index == "_id")
}

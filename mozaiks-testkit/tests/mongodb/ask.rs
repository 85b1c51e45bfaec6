//! Short ways to ask a storage.

use mongodb::bson::{Document, RawDocumentBuf, doc};
use mozaiks_core::storage::{
    Change, FoundDocument, NewDocument, Query, Selector, Sharing, Storage, StorageError, StorageScope,
    UpdateOptions, UpdateOutcome,
};
use mozaiks_core::{DateTime, DocumentId};

pub const ALICE: StorageScope<'static> = StorageScope {
    app_id: "shop",
    user_id: "alice",
    plugin: "notes",
    collection: "items",
    sharing: Sharing::Private,
};
pub const BOB: StorageScope<'static> = StorageScope { user_id: "bob", ..ALICE };
/// Alice again, in another app.
pub const ELSEWHERE: StorageScope<'static> = StorageScope { app_id: "school", ..ALICE };
pub const ALICE_SHARES: StorageScope<'static> = StorageScope { sharing: Sharing::Shared, ..ALICE };
pub const BOB_SHARES: StorageScope<'static> = StorageScope { sharing: Sharing::Shared, ..BOB };

pub fn raw(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

/// A document under an id that somebody chose.
pub fn chosen(id: impl Into<DocumentId>, document: &Document) -> NewDocument {
    NewDocument::new(id, raw(document))
}

pub async fn insert(
    storage: &impl Storage,
    scope: StorageScope<'_>,
    id: impl Into<DocumentId>,
    document: Document,
) -> Result<(), StorageError> {
    storage.insert(scope, vec![chosen(id, &document)]).await
}

pub async fn find(storage: &impl Storage, scope: StorageScope<'_>, filter: Document) -> Vec<FoundDocument> {
    let mut query = Query::new(Selector::Filter(filter));
    query.sort = Some(doc! { "_id": 1 });
    storage.find(scope, query).await.unwrap().documents
}

pub async fn get(
    storage: &impl Storage,
    scope: StorageScope<'_>,
    id: impl Into<DocumentId>,
) -> Option<Document> {
    let mut found = storage.find(scope, Query::new(Selector::Id(id.into()))).await.unwrap().documents;
    assert!(found.len() <= 1, "{found:?}");
    found.pop().map(|found| Document::try_from(found.document).unwrap())
}

pub async fn update(
    storage: &impl Storage,
    scope: StorageScope<'_>,
    selector: Selector,
    update: Document,
) -> Result<UpdateOutcome, StorageError> {
    storage.update(scope, selector, Change::Operators(update), UpdateOptions::new(now())).await
}

pub fn now() -> DateTime {
    DateTime::from_millis(1_700_000_000_000)
}

/// The index that a conflict names.
pub fn conflict<T: std::fmt::Debug>(result: Result<T, StorageError>) -> String {
    match result {
        Err(StorageError::Conflict { index }) => index.into_owned(),
        other => panic!("expected a conflict, found {other:?}"),
    }
}

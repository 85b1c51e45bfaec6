//! The trait that a storage implements: few methods, each with its contract.

use bson::{Bson, Document, RawDocumentBuf};
use futures_util::future::BoxFuture;

use super::error::StorageError;
use super::eval;
use super::id::DocumentId;
use super::index::Index;
use crate::datetime::DateTime;

/// Where the documents of one call live. A storage never looks beyond it.
///
/// The same id in two scopes is two documents. What is [shared](Sharing) and what is private are two collections,
/// even under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StorageScope<'s> {
    /// The app.
    pub app_id: &'s str,
    /// The caller: the owner of what is private, the maker of what is inserted into what is shared.
    pub user_id: &'s str,
    /// The plugin.
    pub plugin: &'s str,
    /// The collection, in snake case.
    pub collection: &'s str,
    /// Whose documents of it.
    pub sharing: Sharing,
}

impl<'s> StorageScope<'s> {
    /// Whether the collection is one that the app's users share, so that its documents have owners.
    pub const fn is_shared(&self) -> bool {
        !matches!(self.sharing, Sharing::Private)
    }

    /// Who owns what the caller inserts, in a collection that has owners.
    pub const fn owner(&self) -> Option<&'s str> {
        match self.sharing {
            Sharing::Private => None,
            Sharing::Shared | Sharing::SharedMine => Some(self.user_id),
        }
    }

    /// Whose documents alone are meant, in a collection that has owners.
    pub const fn only_owner(&self) -> Option<&'s str> {
        match self.sharing {
            Sharing::Private | Sharing::Shared => None,
            Sharing::SharedMine => Some(self.user_id),
        }
    }
}

/// Whose documents a call reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sharing {
    /// The caller's own, in a collection that is the caller's alone.
    Private,
    /// Everybody's of the app, in a collection that the app's users share.
    Shared,
    /// The caller's own in a collection that the app's users share.
    SharedMine,
}

/// What a storage holds: documents, confined to a [scope](StorageScope).
///
/// Filters, sorts and updates mean what MongoDB's manual says; what is outside the supported language is refused
/// with [`StorageError::Unsupported`] before anything is touched. [`eval`](super::eval) has the evaluation that
/// storages without a server of their own share.
///
/// The fields `user_id` and `app_id` never are in a document that goes in or comes out, and no filter, update or
/// pipeline names them, nor any field whose name begins with `_mozaiks`, which a storage may keep for itself: the
/// handles that call these methods see to it. `_id` stands beside a document, not in it; in a filter, a sort or a
/// pipeline it is the document's id.
///
/// Every backend checks what it is given with [`eval`](super::eval) first, also if a server of its own evaluates it:
/// so all refuse the same with the same words. The methods with a body are made of the others, for a backend that has
/// nothing better.
///
/// What a method is asked for begins when its future is first polled, and not before: a future may be made and dropped.
pub trait Storage: Send + Sync + 'static {
    /// Adds documents, all or none.
    ///
    /// - A document whose id is in the scope already is [`StorageError::Conflict`] with the index `_id`, one that has
    ///   the values of another in a unique index a conflict with the name of that index.
    /// - The same id in another scope is no conflict.
    /// - In a shared collection the caller becomes the owner.
    /// - When it returns `Ok`, every later call sees the documents, after a crash too.
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>>;

    /// Gives the documents that a query selects.
    ///
    /// - Without a sort, and where a sort leaves documents equal, the order is the storage's own.
    /// - `limit: Some(0)` gives none; with `count_all` the total all the same.
    /// - `_id` stands beside a document also where a projection says `_id: 0`: the handle is who leaves it out.
    /// - The documents are of one moment; the total may be of the next.
    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>>;

    /// Counts the documents that a selector names.
    fn count<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        Box::pin(async move {
            let mut query = Query::new(selector);
            (query.limit, query.count_all) = (Some(0), true);
            Ok(self.find(scope, query).await?.total.unwrap_or_default())
        })
    }

    /// Gives each value of a field once, arrays taken apart, in BSON order.
    fn distinct<'a>(
        &'a self,
        scope: StorageScope<'a>,
        field: &'a str,
        selector: Selector,
    ) -> BoxFuture<'a, Result<Vec<Bson>, StorageError>> {
        Box::pin(async move {
            eval::check_path(field)?;
            let found = self.find(scope, Query::new(selector)).await?;
            let documents = found.documents.iter().map(|found| eval::with_id(&found.id, &found.document));
            eval::distinct(documents.collect::<Result<Vec<_>, _>>()?, field)
        })
    }

    /// Passes the scope's documents through the stages of a pipeline, and gives what comes out.
    ///
    /// - A document goes in with its `_id` as the first field, and what comes out is the last stage's: its `_id` is
    ///   whatever that stage says, or nothing.
    /// - The stages are those of [`eval::Pipeline`](super::eval::Pipeline).
    /// - The documents are of one moment.
    fn aggregate<'a>(
        &'a self,
        scope: StorageScope<'a>,
        pipeline: Vec<Document>,
    ) -> BoxFuture<'a, Result<Vec<Document>, StorageError>> {
        Box::pin(async move {
            let (head, rest) = eval::Pipeline::parse(&pipeline)?.split();
            let found = self.find(scope, head.into()).await?;
            let documents = found.documents.iter().map(|found| eval::with_id(&found.id, &found.document));
            rest.run(documents.collect::<Result<Vec<_>, _>>()?)
        })
    }

    /// Changes the documents that a selector names: one of them, or all with `many`.
    ///
    /// - Each document is changed as a whole or not at all; the first that cannot be changed ends the call, and those
    ///   that were changed before it stay so.
    /// - A document that already is as asked for is matched and not modified.
    /// - An update never changes `_id`, and in a shared collection never the owner.
    /// - A document that would get the values of another in a unique index is [`StorageError::Conflict`] with the name
    ///   of that index, and stays as it was.
    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>>;

    /// Changes one document and gives it as it was before or is after, in one step that nothing comes between.
    ///
    /// - `None` if the selector names none and nothing was inserted.
    /// - With a sort, it is the first in that order.
    fn find_and_update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>, StorageError>>;

    /// Removes the documents that a selector names: one of them, or all with `many`. Gives how many.
    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>>;

    /// From now on, the collections of a plugin have these indexes, in every app and for every user, and no others.
    ///
    /// - It is called for every plugin with each start, before anything of the plugin runs. What is there already
    ///   costs next to nothing; an index of the same name and another definition is made anew.
    /// - Documents that are there already are indexed; if two of one scope have the same values of a unique index, it
    ///   is [`StorageError::Conflict`] with its name, and nothing is changed.
    /// - A document that an index cannot take, such as one with two arrays side by side in a compound index, is
    ///   [`StorageError::Invalid`]: here, with an insertion, with a change.
    /// - Each index begins with the scope: values are unique for one user, in a shared collection for one app.
    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>>;

    /// `Ok` if the storage can serve now.
    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>>;

    /// Writes down whatever is not yet, and lets go of files and connections, if it has any. Later calls are
    /// [`StorageError::Unavailable`] then.
    fn close(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Which documents of a scope.
#[derive(Debug, Clone, PartialEq)]
pub enum Selector {
    /// The one with this id.
    Id(DocumentId),
    /// Those that match a filter.
    Filter(Document),
}

/// A document to add.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NewDocument {
    /// Its id.
    pub id: DocumentId,
    /// The rest of it, without `_id`.
    pub document: RawDocumentBuf,
    /// Whether the id was made by the runtime's clock, so that nobody else can have it. An id that is not may be
    /// somebody else's in another scope, who must not learn of it.
    pub generated: bool,
}

impl NewDocument {
    /// A document under an id that an author or a client chose.
    pub fn new(id: impl Into<DocumentId>, document: RawDocumentBuf) -> Self {
        Self { id: id.into(), document, generated: false }
    }

    /// A document under an id that the runtime's clock made.
    pub fn generated(id: impl Into<DocumentId>, document: RawDocumentBuf) -> Self {
        Self { generated: true, ..Self::new(id, document) }
    }
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundDocument {
    /// Its id.
    pub id: DocumentId,
    /// In a shared collection, who made it.
    pub owner: Option<String>,
    /// The rest of it, without `_id`.
    pub document: RawDocumentBuf,
}

/// Which documents to find, in which order, and how much of each.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Query {
    /// Which ones.
    pub selector: Selector,
    /// In which order: fields with 1 or -1.
    pub sort: Option<Document>,
    /// How many to pass over.
    pub skip: u64,
    /// How many at most.
    pub limit: Option<u64>,
    /// Which fields of each.
    pub projection: Option<Document>,
    /// Whether to count all that the selector names, whatever `skip` and `limit` say.
    pub count_all: bool,
}

impl Query {
    /// All that a selector names.
    pub fn new(selector: Selector) -> Self {
        Self { selector, sort: None, skip: 0, limit: None, projection: None, count_all: false }
    }
}

/// What a pipeline begins with, as a query.
impl From<eval::Head> for Query {
    fn from(head: eval::Head) -> Self {
        let eval::Head { filter, sort, skip, limit } = head;
        Self { sort, skip, limit, ..Self::new(Selector::Filter(filter)) }
    }
}

/// What a query gave.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Found {
    /// The documents, in order.
    pub documents: Vec<FoundDocument>,
    /// How many there are in all, where that was asked for.
    pub total: Option<u64>,
}

impl Found {
    /// Documents, and how many there are in all.
    pub fn new(documents: Vec<FoundDocument>, total: Option<u64>) -> Self {
        Self { documents, total }
    }
}

/// What to make of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Update operators: `{"$set": {...}}`.
    Operators(Document),
    /// Another document in its place, under the same id.
    Replacement(RawDocumentBuf),
}

impl Change {
    /// Refuses a replacement that cannot be made: with a document that no storage may hold, or of `many` documents.
    /// Operators are checked where they are [parsed](eval::Update::parse).
    ///
    /// # Errors
    /// [`StorageError::TooLarge`], [`StorageError::Codec`] or [`StorageError::Invalid`].
    pub fn check(&self, many: bool) -> Result<(), StorageError> {
        let Self::Replacement(document) = self else { return Ok(()) };
        eval::check_limits(document)?;
        if many {
            return Err(StorageError::invalid("a replacement takes the place of one document, not of many"));
        }
        Ok(())
    }
}

/// How to update.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct UpdateOptions {
    /// All that the selector names, not one of them.
    pub many: bool,
    /// Where the selector names none: insert a document of this id, made of the selector's equalities and the change.
    /// An id that the selector demands goes before it.
    pub upsert: Option<DocumentId>,
    /// The time that `$currentDate` writes.
    pub now: DateTime,
}

impl UpdateOptions {
    /// One document, no insertion.
    pub fn new(now: DateTime) -> Self {
        Self { many: false, upsert: None, now }
    }
}

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UpdateOutcome {
    /// How many documents the selector named.
    pub matched: u64,
    /// How many of them were changed by it.
    pub modified: u64,
    /// The id of the document that was inserted instead.
    pub upserted: Option<DocumentId>,
}

impl UpdateOutcome {
    /// So many named, so many changed.
    pub fn new(matched: u64, modified: u64) -> Self {
        Self { matched, modified, upserted: None }
    }

    /// A document was inserted.
    pub fn upserted(id: DocumentId) -> Self {
        Self { matched: 0, modified: 0, upserted: Some(id) }
    }
}

/// How to find and update.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FindAndUpdateOptions {
    /// Which one, of those that the selector names: the first in this order.
    pub sort: Option<Document>,
    /// Whether to give it as it is after the change, not as it was before.
    pub return_new: bool,
    /// As for [`UpdateOptions`].
    pub upsert: Option<DocumentId>,
    /// The time that `$currentDate` writes.
    pub now: DateTime,
}

impl FindAndUpdateOptions {
    /// Any of them, as it was before, no insertion.
    pub fn new(now: DateTime) -> Self {
        Self { sort: None, return_new: false, upsert: None, now }
    }
}

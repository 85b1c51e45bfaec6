//! Updates: how documents change.

mod action;
mod apply;
mod arrays;
mod parse;
mod raw;
mod seed;
mod target;

use bson::{DateTime, Document, RawDocument, RawDocumentBuf};

use crate::storage::{DocumentId, StorageError};

use super::{
    bytes::{with_id, without_id},
    filter::Filter,
    path::Path,
};
use action::Action;

/// An update, checked and compiled once, to be applied to many documents.
///
/// ```
/// use bson::{DateTime, doc};
/// use mozaiks_core::storage::eval::Update;
///
/// let update = Update::parse(&doc! { "$inc": { "count": 1 }, "$push": { "log": "seen" } })?;
/// let mut document = doc! { "_id": 1, "count": 2 };
/// assert!(update.apply(&mut document, DateTime::now(), false)?);
/// assert_eq!(document, doc! { "_id": 1, "count": 3, "log": ["seen"] });
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Update {
    /// In the order of their paths, which is the order that MongoDB adds new fields in.
    changes: Vec<Change>,
}

/// One operator on one path.
#[derive(Debug, Clone)]
struct Change {
    path: Path,
    action: Action,
}

impl Change {
    fn names_id(&self) -> bool {
        self.path.is_id() || matches!(&self.action, Action::Rename { from } if from.is_id())
    }
}

impl Update {
    /// Compiles an update. What is outside the supported language is refused by name, what means nothing with the
    /// reason. A document without operators is a replacement, which is no update.
    pub fn parse(update: &Document) -> Result<Self, StorageError> {
        parse::update(update)
    }

    /// Applies the update and tells whether the document changed. On an error the document is as it was.
    ///
    /// `now` is what `$currentDate` sets; `inserting` tells that an upsert makes a new document, which is when
    /// `$setOnInsert` counts. The size and depth of the result are for [`check_document`](super::check_document).
    pub fn apply(
        &self,
        document: &mut Document,
        now: DateTime,
        inserting: bool,
    ) -> Result<bool, StorageError> {
        apply::apply(self, document, now, inserting)
    }

    /// The document after the update; none if it is so already. Fields of the first level are changed in the bytes,
    /// without decoding the others.
    ///
    /// As for [`apply`](Self::apply), of a document that is there.
    ///
    /// ```
    /// use bson::{DateTime, doc, rawdoc};
    /// use mozaiks_core::storage::eval::Update;
    ///
    /// let update = Update::parse(&doc! { "$set": { "count": 3 } })?;
    /// let after = update.apply_raw(&rawdoc! { "_id": 1, "count": 2 }, DateTime::now())?;
    /// assert_eq!(after, Some(rawdoc! { "_id": 1, "count": 3 }));
    /// assert_eq!(update.apply_raw(&rawdoc! { "_id": 1, "count": 3 }, DateTime::now())?, None);
    /// # Ok::<(), mozaiks_core::storage::StorageError>(())
    /// ```
    pub fn apply_raw(
        &self,
        document: &RawDocument,
        now: DateTime,
    ) -> Result<Option<RawDocumentBuf>, StorageError> {
        raw::apply(self, document, now)
    }

    /// As [`apply_raw`](Self::apply_raw), of a document that is kept without its id: both are without it.
    pub fn apply_beside(
        &self,
        id: &DocumentId,
        document: &RawDocument,
        now: DateTime,
    ) -> Result<Option<RawDocumentBuf>, StorageError> {
        if !self.changes.iter().any(Change::names_id) {
            return self.apply_raw(document, now);
        }
        let after = self.apply_raw(&with_id(id, document)?, now)?;
        after.as_deref().map(without_id).transpose()
    }

    /// What an upsert starts from if nothing matched: what the filter says by equality, `_id` first. Where the filter
    /// says two things of one field, the first stays; [`upsert_document`](Self::upsert_document) refuses that.
    pub fn upsert_seed(&self, filter: &Filter) -> Document {
        seed::seed(filter)
    }

    /// The document that an upsert inserts if nothing matched. It has an `_id` if the filter or the update gives one.
    pub fn upsert_document(&self, filter: &Filter, now: DateTime) -> Result<Document, StorageError> {
        seed::check(filter)?;
        let mut document = seed::seed(filter);
        apply::apply(self, &mut document, now, true)?;
        Ok(document)
    }
}

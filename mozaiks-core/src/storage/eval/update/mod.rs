//! Updates: how documents change.

mod action;
mod apply;
mod arrays;
mod parse;
mod seed;
mod target;

use bson::{DateTime, Document};

use crate::storage::StorageError;

use super::{filter::Filter, path::Path};
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

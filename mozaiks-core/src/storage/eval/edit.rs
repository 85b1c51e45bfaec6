//! Changes: of a document that is there, and to a new one where none is.

use bson::{Document, RawDocument, RawDocumentBuf};

use crate::datetime::DateTime;
use crate::storage::{Change, DocumentId, StorageError};

use super::{Filter, Update, check_limits, id_of};

/// A change, checked and compiled once, to be made of many documents. They are kept without their `_id`, which stands
/// beside them.
///
/// ```
/// use bson::{doc, rawdoc};
/// use mozaiks_core::storage::Change;
/// use mozaiks_core::storage::eval::{Edit, Filter};
/// use mozaiks_core::{Clock, SystemClock};
///
/// let change = Change::Operators(doc! { "$inc": { "count": 1 } });
/// let edit = Edit::new(change, SystemClock.now(), false)?;
///
/// // Where a document is found, it is written as it is after the change, if that is something else.
/// let after = edit.apply(&"home".into(), &rawdoc! { "page": "home", "count": 2 })?;
/// assert_eq!(after, Some(rawdoc! { "page": "home", "count": 3 }));
///
/// // Where none is, an upsert inserts: under the id that the filter demands, or under a new one.
/// let filter = Filter::parse(&doc! { "_id": "about", "page": "about" })?;
/// let (id, document) = edit.make(&filter)?;
/// assert_eq!(id, Some("about".into()));
/// assert_eq!(document, rawdoc! { "page": "about", "count": 1 });
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug)]
pub struct Edit {
    change: Compiled,
    now: DateTime,
}

#[derive(Debug)]
enum Compiled {
    Operators(Update),
    Replacement(RawDocumentBuf),
}

impl Edit {
    /// Compiles a change of one document, or of `many`. `now` is what `$currentDate` writes.
    ///
    /// # Errors
    /// As of [`Update::parse`] and [`Change::check`].
    pub fn new(change: Change, now: DateTime, many: bool) -> Result<Self, StorageError> {
        change.check(many)?;
        let change = match change {
            Change::Operators(update) => Compiled::Operators(Update::parse(&update)?),
            Change::Replacement(document) => Compiled::Replacement(document),
        };
        Ok(Self { change, now })
    }

    /// The document as it is after the change; none if it is so already.
    ///
    /// # Errors
    /// If the document cannot be changed so, or may not be what would become of it.
    pub fn apply(
        &self,
        id: &DocumentId,
        before: &RawDocument,
    ) -> Result<Option<RawDocumentBuf>, StorageError> {
        match &self.change {
            Compiled::Replacement(document) => {
                Ok((document.as_bytes() != before.as_bytes()).then(|| document.clone()))
            }
            Compiled::Operators(update) => {
                let after = update.apply_beside(id, before, self.now.into())?;
                after.as_deref().map_or(Ok(()), check_limits)?;
                Ok(after)
            }
        }
    }

    /// What an upsert inserts where the filter finds nothing: the id that is demanded, if one is, and the document.
    ///
    /// # Errors
    /// If there may be no such id or document, or if the filter does not tell which.
    pub fn make(&self, filter: &Filter) -> Result<(Option<DocumentId>, RawDocumentBuf), StorageError> {
        match &self.change {
            Compiled::Operators(update) => {
                let mut document = update.upsert_document(filter, self.now.into())?;
                let demanded = document.remove("_id");
                let document = write(&document)?;
                check_limits(&document)?;
                Ok((demanded.map(id_of).transpose()?, document))
            }
            Compiled::Replacement(document) => Ok((filter.demanded_id()?, document.clone())),
        }
    }
}

fn write(document: &Document) -> Result<RawDocumentBuf, StorageError> {
    RawDocumentBuf::try_from(document)
        .map_err(|error| StorageError::codec(format!("the document cannot be stored: {error}")))
}

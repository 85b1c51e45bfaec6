//! Changes: of a document that is there, and to a new one where none is.

use bson::{Document, RawDocument, RawDocumentBuf};

use crate::datetime::DateTime;
use crate::storage::eval::{Filter, Update, check_limits, id_of};
use crate::storage::{Change, DocumentId, StorageError};

/// A change, compiled.
#[derive(Debug)]
pub(super) struct Edit {
    change: Compiled,
    now: DateTime,
}

#[derive(Debug)]
enum Compiled {
    Operators(Update),
    Replacement(RawDocumentBuf),
}

impl Edit {
    pub fn new(change: Change, now: DateTime, many: bool) -> Result<Self, StorageError> {
        let change = match change {
            Change::Operators(update) => Compiled::Operators(Update::parse(&update)?),
            Change::Replacement(document) => {
                check_limits(&document)?;
                if many {
                    return Err(StorageError::invalid(
                        "a replacement takes the place of one document, not of many",
                    ));
                }
                Compiled::Replacement(document)
            }
        };
        Ok(Self { change, now })
    }

    /// The document as it is after the change; none if it is so already. Neither has its id.
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

    /// What an upsert makes: the id that the filter demands, if it does, and the document.
    pub fn make(&self, filter: &Filter) -> Result<(Option<DocumentId>, RawDocumentBuf), StorageError> {
        let (demanded, document) = match &self.change {
            Compiled::Operators(update) => {
                let mut document = update.upsert_document(filter, self.now.into())?;
                (document.remove("_id"), write(&document)?)
            }
            Compiled::Replacement(document) => {
                let demanded = filter.equalities().into_iter().find(|(path, _)| path == "_id");
                (demanded.map(|(_, value)| value), document.clone())
            }
        };
        check_limits(&document)?;
        Ok((demanded.map(id_of).transpose()?, document))
    }
}

fn write(document: &Document) -> Result<RawDocumentBuf, StorageError> {
    RawDocumentBuf::try_from(document)
        .map_err(|error| StorageError::codec(format!("the document cannot be stored: {error}")))
}

//! Changes: of a document that is there, and to a new one where none is.

use bson::{Document, RawDocumentBuf};
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, FoundDocument, NewDocument, Sharing, StorageError, StorageScope,
    UpdateOptions, UpdateOutcome, eval,
};
use mozaiks_core::{DateTime, DocumentId};

use super::documents::{Documents, Entry};
use super::select::{Order, Selection};

/// A change, compiled, to what a selection means.
#[derive(Debug)]
pub(super) struct Edit<'s> {
    selection: Selection<'s>,
    change: Compiled,
    /// Who owns what is inserted, in a collection that has owners.
    owner: Option<&'s str>,
    now: DateTime,
}

#[derive(Debug)]
enum Compiled {
    Operators(eval::Update),
    Replacement(RawDocumentBuf),
}

impl<'s> Edit<'s> {
    pub fn new(
        scope: &StorageScope<'s>,
        selection: Selection<'s>,
        change: Change,
        now: DateTime,
    ) -> Result<Self, StorageError> {
        let change = match change {
            Change::Operators(update) => Compiled::Operators(eval::Update::parse(&update)?),
            Change::Replacement(document) => {
                eval::check_limits(&document)?;
                Compiled::Replacement(document)
            }
        };
        Ok(Self { selection, change, owner: owner(scope), now })
    }

    /// Refuses what cannot be done with these options.
    pub fn check(&self, options: &UpdateOptions) -> Result<(), StorageError> {
        if options.many && matches!(self.change, Compiled::Replacement(_)) {
            return Err(StorageError::invalid("a replacement takes the place of one document, not of many"));
        }
        Ok(())
    }

    /// Changes one of the documents, or all.
    pub fn update(
        &self,
        documents: &mut Documents,
        options: UpdateOptions,
    ) -> Result<UpdateOutcome, StorageError> {
        let limit = if options.many { usize::MAX } else { 1 };
        let ids: Vec<_> = self.selection.all(documents).take(limit).map(|entry| entry.id.clone()).collect();
        if let (true, Some(id)) = (ids.is_empty(), options.upsert) {
            return self.insert(documents, id).map(UpdateOutcome::upserted);
        }
        let mut outcome = UpdateOutcome::default();
        for id in &ids {
            let Some(modified) = documents.change(id, |entry| self.apply(entry))? else { continue };
            outcome.matched += 1;
            outcome.modified += u64::from(modified);
        }
        Ok(outcome)
    }

    /// Changes the first document in an order and gives it.
    pub fn find_and_update(
        &self,
        documents: &mut Documents,
        order: &Order,
        options: FindAndUpdateOptions,
    ) -> Result<Option<FoundDocument>, StorageError> {
        let first = self.selection.first(documents, order)?.map(|entry| entry.id.clone());
        let (id, before) = match (first, options.upsert) {
            (Some(id), _) => {
                let mut before = None;
                documents.change(&id, |entry| {
                    before = if options.return_new { None } else { Some(entry.found()) };
                    self.apply(entry)
                })?;
                (id, before)
            }
            (None, Some(id)) => (self.insert(documents, id)?, None),
            (None, None) => return Ok(None),
        };
        if !options.return_new {
            return Ok(before);
        }
        Ok(documents.get(&id).map(Entry::found))
    }

    /// The document as it is after the change; none if it is so already.
    fn apply(&self, entry: Entry<'_>) -> Result<Option<RawDocumentBuf>, StorageError> {
        match &self.change {
            Compiled::Replacement(document) => {
                Ok((document.as_bytes() != entry.body.as_bytes()).then(|| document.clone()))
            }
            Compiled::Operators(update) => {
                let after = update.apply_beside(entry.id, entry.body, self.now.into())?;
                after.as_deref().map_or(Ok(()), eval::check_limits)?;
                Ok(after)
            }
        }
    }

    /// Inserts what an upsert makes, under the id that the selection demands, or under this one.
    fn insert(&self, documents: &mut Documents, id: DocumentId) -> Result<DocumentId, StorageError> {
        let filter = self.selection.to_filter()?;
        let (demanded, document) = match &self.change {
            Compiled::Operators(update) => {
                let mut document = update.upsert_document(&filter, self.now.into())?;
                (document.remove("_id"), write(&document)?)
            }
            Compiled::Replacement(document) => {
                let demanded = filter.equalities().into_iter().find(|(path, _)| path == "_id");
                (demanded.map(|(_, value)| value), document.clone())
            }
        };
        let id = demanded.map(eval::id_of).transpose()?.unwrap_or(id);
        eval::check_limits(&document)?;
        documents.insert(vec![NewDocument::new(id.clone(), document)], self.owner)?;
        Ok(id)
    }
}

/// Who owns what the caller inserts, in a collection that has owners.
pub(super) fn owner<'s>(scope: &StorageScope<'s>) -> Option<&'s str> {
    match scope.sharing {
        Sharing::Private => None,
        Sharing::Shared | Sharing::SharedMine => Some(scope.user_id),
    }
}

fn write(document: &Document) -> Result<RawDocumentBuf, StorageError> {
    RawDocumentBuf::try_from(document)
        .map_err(|error| StorageError::codec(format!("the document cannot be stored: {error}")))
}

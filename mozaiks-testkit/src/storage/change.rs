//! Changes: of a document that is there, and to a new one where none is.

use mozaiks_core::DocumentId;
use mozaiks_core::storage::{
    FindAndUpdateOptions, FoundDocument, NewDocument, StorageError, StorageScope, UpdateOptions,
    UpdateOutcome, eval,
};

use super::documents::{Documents, Entry};
use super::select::{Order, Selection};

/// A change of what a selection means.
#[derive(Debug)]
pub(super) struct SelectedEdit<'s> {
    selection: Selection<'s>,
    edit: eval::Edit,
    /// Who owns what is inserted, in a collection that has owners.
    owner: Option<&'s str>,
}

impl<'s> SelectedEdit<'s> {
    pub fn new(scope: &StorageScope<'s>, selection: Selection<'s>, edit: eval::Edit) -> Self {
        Self { selection, edit, owner: scope.owner() }
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
            let edited = documents.change(id, |entry| self.edit.apply(entry.id, entry.body))?;
            let Some(modified) = edited else { continue };
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
                    self.edit.apply(entry.id, entry.body)
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

    /// Inserts what an upsert makes, under the id that is demanded, or under this one.
    fn insert(&self, documents: &mut Documents, id: DocumentId) -> Result<DocumentId, StorageError> {
        let (demanded, document) = self.edit.make(&self.selection.to_filter()?)?;
        let id = demanded.unwrap_or(id);
        documents.insert(vec![NewDocument::new(id.clone(), document)], self.owner)?;
        Ok(id)
    }
}

//! The documents of one collection: by id, and by the indexes that it has.

use std::sync::Arc;

use bson::RawDocumentBuf;
use mozaiks_core::storage::eval::{self, Filter, IndexKeys};
use mozaiks_core::storage::{FoundDocument, NewDocument, StorageError};
use mozaiks_core::{DateTime, DocumentId};

use super::in_order::InOrder;
use super::indexes::Indexes;

/// One document, where it is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'d> {
    pub id: &'d DocumentId,
    pub owner: Option<&'d str>,
    /// Without its id.
    pub body: &'d RawDocumentBuf,
}

/// All documents of a collection.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    by_id: InOrder<Kept>,
    /// None for a collection without any, which then costs nothing.
    indexes: Option<Box<Indexes>>,
}

/// What is kept of a document beside its id.
#[derive(Debug, Clone)]
struct Kept {
    /// In one word: most collections have no owners, and what lies close together is found sooner.
    owner: Option<Box<Box<str>>>,
    body: RawDocumentBuf,
}

impl<'d> Entry<'d> {
    fn new((id, kept): (&'d DocumentId, &'d Kept)) -> Self {
        Self { id, owner: kept.owner.as_deref().map(AsRef::as_ref), body: &kept.body }
    }

    /// The document with its id in front, for what asks for that there.
    pub fn whole(self) -> Result<RawDocumentBuf, StorageError> {
        eval::with_id(self.id, self.body)
    }

    /// The document as it is given back.
    pub fn found(self) -> FoundDocument {
        self.shown(self.body.clone())
    }

    /// What is shown of the document, as it is given back.
    pub fn shown(self, document: RawDocumentBuf) -> FoundDocument {
        FoundDocument { id: self.id.clone(), owner: self.owner.map(str::to_owned), document }
    }
}

impl Documents {
    pub const fn new() -> Self {
        Self { by_id: InOrder::new(), indexes: None }
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn get(&self, id: &DocumentId) -> Option<Entry<'_>> {
        self.by_id.get(id).map(Entry::new)
    }

    /// Those that a filter may mean, and others too, in the order of the ids; none if no index tells.
    pub fn looked_up(&self, filter: &Filter) -> Option<Vec<Entry<'_>>> {
        let mut found = self.indexes.as_ref()?.find(filter)?;
        found.sort_unstable();
        found.dedup();
        Some(found.into_iter().filter_map(|id| self.get(id)).collect())
    }

    /// In the order of the ids.
    pub fn by_id(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> {
        self.by_id.iter().map(Entry::new)
    }

    /// Adds all or none. [`eval::check_limits`] has passed them.
    pub fn insert(&mut self, documents: Vec<NewDocument>, owner: Option<&str>) -> Result<(), StorageError> {
        let mut left = documents.len();
        let mut added = Vec::new();
        for NewDocument { id, document, .. } in documents {
            left -= 1;
            // The last one is added, or there is nothing to take back of it.
            let again = (left > 0).then(|| id.clone());
            let kept = Kept { owner: owner.map(|owner| Box::new(owner.into())), body: document };
            if let Err(error) = self.add(id, kept) {
                for id in &added {
                    self.remove(id);
                }
                return Err(error);
            }
            added.extend(again);
        }
        Ok(())
    }

    fn add(&mut self, id: DocumentId, kept: Kept) -> Result<(), StorageError> {
        if self.by_id.contains(&id) {
            return Err(StorageError::conflict("_id"));
        }
        if let Some(indexes) = &mut self.indexes {
            indexes.add(&id, &kept.body)?;
        }
        self.by_id.insert(id, kept);
        Ok(())
    }

    /// Puts in the place of a document what `change` makes of it, if it makes anything.
    /// Tells whether it was changed; none if it is not there.
    pub fn change(
        &mut self,
        id: &DocumentId,
        change: impl FnOnce(Entry<'_>) -> Result<Option<RawDocumentBuf>, StorageError>,
    ) -> Result<Option<bool>, StorageError> {
        let Some(kept) = self.by_id.get_mut(id) else { return Ok(None) };
        let Some(after) = change(Entry::new((id, kept)))? else { return Ok(Some(false)) };
        if let Some(indexes) = &mut self.indexes {
            indexes.replace(id, &kept.body, &after)?;
        }
        kept.body = after;
        Ok(Some(true))
    }

    /// Removes a document; false if it is not there.
    pub fn remove(&mut self, id: &DocumentId) -> bool {
        let Some(kept) = self.by_id.remove(id) else { return false };
        if let Some(indexes) = &mut self.indexes {
            indexes.remove(id, &kept.body);
        }
        true
    }

    /// The indexes that the documents would have; a conflict if two have the same values of a unique one.
    pub fn indexed(&self, declared: &[Arc<IndexKeys>]) -> Result<Option<Box<Indexes>>, StorageError> {
        let Some(mut indexes) = Indexes::new(declared) else { return Ok(None) };
        self.by_id().try_for_each(|entry| indexes.add(entry.id, entry.body))?;
        Ok(Some(Box::new(indexes)))
    }

    /// Has these indexes from now on, and no others.
    pub fn set_indexes(&mut self, indexes: Option<Box<Indexes>>) {
        self.indexes = indexes;
    }

    /// Has these indexes from now on, though documents that are there may have the same values.
    pub fn index_anew(&mut self, declared: &[Arc<IndexKeys>]) {
        self.indexes = Indexes::new(declared).map(|mut indexes| {
            self.by_id().for_each(|entry| indexes.force(entry.id, entry.body));
            Box::new(indexes)
        });
    }

    /// When the next document goes by itself.
    pub fn next_to_expire(&self) -> Option<DateTime> {
        self.indexes.as_ref()?.next_to_expire()
    }

    /// Removes the documents whose time has come.
    pub fn expire(&mut self, now: DateTime) {
        let expired = self.indexes.as_ref().map(|indexes| indexes.expired(now));
        for id in expired.into_iter().flatten() {
            self.remove(&id);
        }
    }
}

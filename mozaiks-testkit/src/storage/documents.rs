//! The documents of one collection: in the order of insertion, and by id.

use std::collections::BTreeMap;
use std::collections::btree_map;

use bson::{RawDocument, RawDocumentBuf};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{FoundDocument, NewDocument, StorageError};

use super::bytes;

/// So many places may be empty before it is worth closing the gaps.
const GAPS: usize = 32;

/// One document.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    id: DocumentId,
    owner: Option<Box<str>>,
    /// With the id in front, so that a filter or a sort finds it there.
    document: RawDocumentBuf,
}

/// All documents of a collection.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    /// In the order of insertion; what was removed leaves its place empty.
    places: Vec<Option<Entry>>,
    /// Where each of them is.
    ids: BTreeMap<DocumentId, usize>,
}

impl Entry {
    /// A document that is to be inserted.
    pub fn new(new: NewDocument, owner: Option<&str>) -> Result<Self, StorageError> {
        bytes::check(&new.document)?;
        let document = bytes::with_id(&new.id, &new.document)?;
        Ok(Self { id: new.id, owner: owner.map(Box::from), document })
    }

    pub fn id(&self) -> &DocumentId {
        &self.id
    }

    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The document, with the id in front.
    pub fn document(&self) -> &RawDocument {
        &self.document
    }

    /// Puts another document in the place of this one. It has the same id in front.
    pub fn replace(&mut self, document: RawDocumentBuf) {
        self.document = document;
    }

    /// The document as it is given back.
    pub fn found(&self) -> Result<FoundDocument, StorageError> {
        self.shown(&self.document)
    }

    /// What is shown of the document, as it is given back.
    pub fn shown(&self, document: &RawDocument) -> Result<FoundDocument, StorageError> {
        let owner = self.owner().map(str::to_owned);
        Ok(FoundDocument { id: self.id.clone(), owner, document: bytes::without_id(document)? })
    }
}

impl Documents {
    pub const fn new() -> Self {
        Self { places: Vec::new(), ids: BTreeMap::new() }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn get(&self, id: &DocumentId) -> Option<&Entry> {
        self.places.get(*self.ids.get(id)?)?.as_ref()
    }

    pub fn get_mut(&mut self, id: &DocumentId) -> Option<&mut Entry> {
        self.places.get_mut(*self.ids.get(id)?)?.as_mut()
    }

    /// In the order of insertion.
    pub fn in_order(&self) -> impl Iterator<Item = &Entry> {
        self.places.iter().flatten()
    }

    /// In the order of the ids.
    pub fn by_id(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.ids.values().filter_map(|place| self.places.get(*place)?.as_ref())
    }

    /// Adds all or none.
    pub fn insert(&mut self, entries: impl IntoIterator<Item = Entry>) -> Result<(), StorageError> {
        let before = self.places.len();
        for entry in entries {
            match self.ids.entry(entry.id.clone()) {
                btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(self.places.len());
                    self.places.push(Some(entry));
                }
                btree_map::Entry::Occupied(_) => {
                    for added in self.places.drain(before..).flatten() {
                        self.ids.remove(&added.id);
                    }
                    return Err(StorageError::conflict("_id"));
                }
            }
        }
        Ok(())
    }

    /// Removes a document; false if it is not there.
    pub fn remove(&mut self, id: &DocumentId) -> bool {
        let Some(place) = self.ids.remove(id) else { return false };
        if let Some(entry) = self.places.get_mut(place) {
            *entry = None;
        }
        if self.places.len() > GAPS + 2 * self.ids.len() {
            self.close_gaps();
        }
        true
    }

    fn close_gaps(&mut self) {
        self.places.retain(Option::is_some);
        for (place, entry) in self.places.iter().enumerate() {
            if let Some(known) = entry.as_ref().and_then(|entry| self.ids.get_mut(&entry.id)) {
                *known = place;
            }
        }
    }
}

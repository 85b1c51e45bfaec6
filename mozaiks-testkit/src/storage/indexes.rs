//! The indexes of one collection: what is unique, what is found without a scan, what goes by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use bson::RawDocument;
use mozaiks_core::storage::StorageError;
use mozaiks_core::storage::eval::{Filter, IndexCandidate, IndexKeys, plan_indexes};
use mozaiks_core::{DateTime, DocumentId};

/// The indexes of one collection, with what is in them.
#[derive(Debug, Clone)]
pub(super) struct Indexes {
    each: Vec<Filled>,
    /// When which document goes.
    expiring: BTreeSet<(DateTime, DocumentId)>,
}

#[derive(Debug, Clone)]
struct Filled {
    declared: Arc<IndexKeys>,
    entries: BTreeMap<Vec<u8>, Vec<DocumentId>>,
    /// Whether a document in it has, or once had, more than one key.
    multikey: bool,
}

/// What a document has in each of the indexes.
struct Keys {
    of_each: Vec<Vec<Vec<u8>>>,
    expires_at: Vec<DateTime>,
}

impl Indexes {
    /// Empty ones; none if none is declared.
    pub fn new(declared: &[Arc<IndexKeys>]) -> Option<Self> {
        let filled = |declared: &Arc<IndexKeys>| Filled {
            declared: Arc::clone(declared),
            entries: BTreeMap::new(),
            multikey: false,
        };
        let each: Vec<_> = declared.iter().map(filled).collect();
        (!each.is_empty()).then_some(Self { each, expiring: BTreeSet::new() })
    }

    /// Takes a document in, unless another has the same values of a unique index.
    pub fn add(&mut self, id: &DocumentId, document: &RawDocument) -> Result<(), StorageError> {
        let keys = self.keys(document)?;
        self.check(id, &keys)?;
        self.put(id, keys);
        Ok(())
    }

    /// Takes a document in, whatever others have. One that has no keys is not found by them.
    pub fn force(&mut self, id: &DocumentId, document: &RawDocument) {
        if let Ok(keys) = self.keys(document) {
            self.put(id, keys);
        }
    }

    /// Takes a document in the place of another of the same id; or nothing changes.
    pub fn replace(
        &mut self,
        id: &DocumentId,
        before: &RawDocument,
        after: &RawDocument,
    ) -> Result<(), StorageError> {
        let keys = self.keys(after)?;
        self.check(id, &keys)?;
        self.remove(id, before);
        self.put(id, keys);
        Ok(())
    }

    pub fn remove(&mut self, id: &DocumentId, document: &RawDocument) {
        let Ok(keys) = self.keys(document) else { return };
        for (index, keys) in self.each.iter_mut().zip(keys.of_each) {
            for key in keys {
                let Some(ids) = index.entries.get_mut(&key) else { continue };
                ids.retain(|other| other != id);
                if ids.is_empty() {
                    index.entries.remove(&key);
                }
            }
        }
        for time in keys.expires_at {
            self.expiring.remove(&(time, id.clone()));
        }
    }

    /// The ids of all documents that a filter may mean, and of others too; none if no index tells.
    pub fn find(&self, filter: &Filter) -> Option<Vec<&DocumentId>> {
        let candidates = self.each.iter().map(|index| IndexCandidate {
            keys: &index.declared,
            multikey: index.multikey,
            ids_follow: false,
        });
        let candidates: Vec<_> = candidates.collect();
        let (index, plan) = plan_indexes(filter, None, &candidates)?;
        let entries = &self.each.get(index)?.entries;
        let within = plan.ranges.iter().flat_map(|range| {
            let bounds = (Bound::Included(range.start.as_slice()), Bound::Excluded(range.end.as_slice()));
            entries.range::<[u8], _>(bounds)
        });
        Some(within.flat_map(|(_, ids)| ids).collect())
    }

    /// When the next document goes.
    pub fn next_to_expire(&self) -> Option<DateTime> {
        self.expiring.first().map(|(time, _)| *time)
    }

    /// The documents whose time has come.
    pub fn expired(&self, now: DateTime) -> Vec<DocumentId> {
        self.expiring.iter().take_while(|(time, _)| *time <= now).map(|(_, id)| id.clone()).collect()
    }

    fn keys(&self, document: &RawDocument) -> Result<Keys, StorageError> {
        let of_each = self.each.iter().map(|index| index.declared.keys(document).map(|keys| keys.into_vec()));
        let expires_at = self.each.iter().filter_map(|index| index.declared.expires_at(document)).collect();
        Ok(Keys { of_each: of_each.collect::<Result<_, _>>()?, expires_at })
    }

    fn check(&self, id: &DocumentId, keys: &Keys) -> Result<(), StorageError> {
        for (index, keys) in self.each.iter().zip(&keys.of_each) {
            let taken =
                |key: &Vec<u8>| index.entries.get(key).is_some_and(|ids| ids.iter().any(|other| other != id));
            if index.declared.index().unique && keys.iter().any(taken) {
                return Err(StorageError::conflict(index.declared.index().name.clone()));
            }
        }
        Ok(())
    }

    fn put(&mut self, id: &DocumentId, keys: Keys) {
        for (index, keys) in self.each.iter_mut().zip(keys.of_each) {
            index.multikey |= keys.len() > 1;
            for key in keys {
                index.entries.entry(key).or_default().push(id.clone());
            }
        }
        self.expiring.extend(keys.expires_at.into_iter().map(|time| (time, id.clone())));
    }
}

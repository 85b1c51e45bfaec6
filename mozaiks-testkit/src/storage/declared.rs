//! The indexes that plugins have declared, for the collections that are there and those to come.

use std::sync::Arc;

use mozaiks_core::storage::eval::IndexKeys;
use mozaiks_core::storage::{Index, StorageError};
use rustc_hash::FxHashMap;

/// The indexes of each plugin that has any.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared(FxHashMap<Box<str>, Vec<Arc<IndexKeys>>>);

/// The indexes of one plugin.
pub(super) fn parse(indexes: &[Index]) -> Result<Vec<Arc<IndexKeys>>, StorageError> {
    Ok(IndexKeys::parse_all(indexes)?.into_iter().map(Arc::new).collect())
}

/// Those of one collection.
pub(super) fn of_collection(
    indexes: &[Arc<IndexKeys>],
    collection: &str,
    shared: bool,
) -> Vec<Arc<IndexKeys>> {
    let belongs =
        |keys: &&Arc<IndexKeys>| keys.index().collection == collection && keys.index().shared == shared;
    indexes.iter().filter(belongs).cloned().collect()
}

impl Declared {
    /// Those of a plugin.
    pub fn of(&self, plugin: &str) -> &[Arc<IndexKeys>] {
        self.0.get(plugin).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a plugin has declared these, and no others.
    pub fn are(&self, plugin: &str, indexes: &[Index]) -> bool {
        self.of(plugin).iter().map(|keys| keys.index()).eq(indexes)
    }

    pub fn set(&mut self, plugin: &str, indexes: Vec<Arc<IndexKeys>>) {
        if indexes.is_empty() {
            self.0.remove(plugin);
        } else {
            self.0.insert(plugin.into(), indexes);
        }
    }
}

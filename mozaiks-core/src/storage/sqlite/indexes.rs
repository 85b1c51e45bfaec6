//! The indexes that there are, by plugin and collection.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use super::error::damaged;
use crate::storage::eval::IndexKeys;
use crate::storage::{Index, StorageError};

/// An index that the file has.
#[derive(Debug)]
pub(super) struct LiveIndex {
    /// Under which its entries lie. It never comes again.
    pub number: i64,
    pub keys: IndexKeys,
}

/// The indexes of a collection.
pub(super) type Indexes = Arc<[Arc<LiveIndex>]>;

/// A collection by its name, whether it is shared, and its indexes.
type CollectionIndexes = (Box<str>, bool, Indexes);

/// All indexes.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog {
    plugins: FxHashMap<Box<str>, Vec<Arc<LiveIndex>>>,
    collections: FxHashMap<Box<str>, Vec<CollectionIndexes>>,
}

impl Catalog {
    /// What the file has.
    pub fn load(connection: &Connection) -> Result<Self, StorageError> {
        let mut select = connection.prepare("SELECT id, plugin, definition FROM indexes ORDER BY id")?;
        let mut rows = select.query([])?;
        let mut plugins: FxHashMap<Box<str>, Vec<Arc<LiveIndex>>> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            let (number, plugin, definition): (i64, Box<str>, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let index: Index = serde_json::from_str(&definition)
                .map_err(|_| damaged("the definition of an index is no JSON"))?;
            let keys = IndexKeys::parse(&index)?;
            plugins.entry(plugin).or_default().push(Arc::new(LiveIndex { number, keys }));
        }
        let mut catalog = Self::default();
        for (plugin, indexes) in plugins {
            catalog.set(&plugin, indexes);
        }
        Ok(catalog)
    }

    /// The indexes of a plugin.
    pub fn of_plugin(&self, plugin: &str) -> &[Arc<LiveIndex>] {
        self.plugins.get(plugin).map(Vec::as_slice).unwrap_or_default()
    }

    /// The indexes of a collection, if it has any.
    pub fn of_collection(&self, plugin: &str, collection: &str, shared: bool) -> Option<&Indexes> {
        let collections = self.collections.get(plugin)?;
        collections
            .iter()
            .find(|(name, of, _)| **name == *collection && *of == shared)
            .map(|(_, _, found)| found)
    }

    /// The indexes whose documents go by themselves, each with all of its collection.
    pub fn expiring(&self) -> impl Iterator<Item = (&Arc<LiveIndex>, &Indexes)> {
        let expires = |live: &LiveIndex| live.keys.index().expire_after.is_some();
        let collections = self.collections.values().flatten().map(|(_, _, indexes)| indexes);
        collections
            .flat_map(move |all| all.iter().filter(move |live| expires(live)).map(move |live| (live, all)))
    }

    /// From now on, these are all that the plugin has.
    pub fn set(&mut self, plugin: &str, indexes: Vec<Arc<LiveIndex>>) {
        let mut collections: Vec<(Box<str>, bool, Vec<Arc<LiveIndex>>)> = Vec::new();
        for live in &indexes {
            let index = live.keys.index();
            let known =
                collections.iter_mut().find(|known| *known.0 == *index.collection && known.1 == index.shared);
            match known {
                Some((_, _, known)) => known.push(Arc::clone(live)),
                None => {
                    collections.push((
                        index.collection.as_str().into(),
                        index.shared,
                        vec![Arc::clone(live)],
                    ));
                }
            }
        }
        let collections = collections.into_iter().map(|(name, shared, live)| (name, shared, live.into()));
        self.collections.insert(plugin.into(), collections.collect());
        self.plugins.insert(plugin.into(), indexes);
    }
}

impl LiveIndex {
    /// Whether a document of a scope may have several keys in it; none if the index is not there any more, or not yet,
    /// at the moment that a transaction sees.
    pub fn is_multikey(&self, connection: &Connection, scope: i64) -> Result<Option<bool>, StorageError> {
        let mut select = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM multikeys WHERE index_id=?1 AND scope=?2) FROM indexes WHERE id=?1",
        )?;
        Ok(select.query_row((self.number, scope), |row| row.get(0)).optional()?)
    }
}

//! Making the indexes that a plugin declares, and dropping those that it no longer does.

use std::sync::Arc;

use rusqlite::params;

use super::super::indexes::LiveIndex;
use super::super::scan::each_of_scope;
use super::entries::{Difference, Spot};
use super::job::Operation;
use super::transaction::Transaction;
use crate::storage::StorageError;
use crate::storage::eval::IndexKeys;

/// From now on, a plugin has these indexes and no others.
pub(in super::super) struct CreateIndexes {
    pub plugin: String,
    pub indexes: Vec<IndexKeys>,
}

impl Operation for CreateIndexes {
    type Output = ();

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), StorageError> {
        let mut catalog = transaction.catalog().clone();
        let known = catalog.of_plugin(&self.plugin);
        let is_known = |keys: &IndexKeys| known.iter().any(|live| live.keys.index() == keys.index());
        let is_wanted = |live: &LiveIndex| self.indexes.iter().any(|keys| keys.index() == live.keys.index());
        let mut live = Vec::with_capacity(self.indexes.len());
        for index in known {
            if is_wanted(index) {
                live.push(Arc::clone(index));
            } else {
                drop_index(transaction, index)?;
            }
        }
        if live.len() == known.len() && live.len() == self.indexes.len() {
            return Ok(());
        }
        for keys in self.indexes.iter().filter(|keys| !is_known(keys)) {
            live.push(Arc::new(self.build(transaction, keys)?));
        }
        catalog.set(&self.plugin, live);
        transaction.set_catalog(catalog);
        Ok(())
    }
}

impl CreateIndexes {
    fn build(&self, transaction: &Transaction<'_>, keys: &IndexKeys) -> Result<LiveIndex, StorageError> {
        let definition = serde_json::to_string(keys.index())
            .map_err(|error| StorageError::Backend { source: error.into() })?;
        let connection = transaction.connection;
        let mut insert = connection.prepare_cached("INSERT INTO indexes VALUES (NULL, ?1, ?2)")?;
        let number = insert.insert(params![self.plugin, definition])?;
        let live = LiveIndex { number, keys: keys.clone() };
        let mut select = connection
            .prepare_cached("SELECT scope FROM scopes WHERE plugin=?1 AND collection=?2 AND shared=?3")?;
        let index = keys.index();
        let mut scopes = select.query(params![self.plugin, index.collection, index.shared])?;
        while let Some(scope) = scopes.next()? {
            let scope = scope.get(0)?;
            each_of_scope(connection, scope, |row| {
                let difference = Difference::between(&live, None, Some(row.body))?;
                let spot = Spot { scope, key: row.key };
                difference.check(connection, spot)?;
                Ok(difference.write(connection, spot)?)
            })?;
        }
        Ok(live)
    }
}

fn drop_index(transaction: &Transaction<'_>, index: &LiveIndex) -> Result<(), StorageError> {
    for delete in [
        "DELETE FROM entries WHERE index_id=?1",
        "DELETE FROM expirations WHERE index_id=?1",
        "DELETE FROM multikeys WHERE index_id=?1",
        "DELETE FROM indexes WHERE id=?1",
    ] {
        transaction.connection.prepare_cached(delete)?.execute([index.number])?;
    }
    Ok(())
}

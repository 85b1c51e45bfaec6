//! The statements that write documents, and what has to be known of them until they are written down.

use std::cell::RefCell;
use std::sync::Arc;

use bson::{RawDocument, RawDocumentBuf};
use rusqlite::{Connection, ErrorCode, params};

use super::super::indexes::{Catalog, Indexes};
use super::super::scan::get;
use super::super::scope::ScopeName;
use super::super::shared::Shared;
use super::entries::{Difference, Spot};
use crate::storage::StorageError;

const INSERT: &str = "INSERT INTO documents VALUES (?1, ?2, ?3, ?4)";
const REPLACE: &str = "UPDATE documents SET body=?3 WHERE scope=?1 AND id=?2";
const COUNT: &str = "INSERT INTO counts VALUES (?1, ?2) ON CONFLICT DO UPDATE SET documents=documents+?2";
const REMOVE: &str = "DELETE FROM documents WHERE scope=?1 AND id=?2";

/// A transaction that several operations share.
pub(in super::super) struct Transaction<'t> {
    pub connection: &'t Connection,
    shared: &'t Shared,
    /// Numbers of scopes that nobody else may know yet: what gave them out may be undone.
    scopes: Vec<(ScopeName, i64)>,
    /// The indexes, of which the same is true.
    catalog: Arc<Catalog>,
    /// By how much the documents of scopes have become more.
    more: RefCell<Vec<(i64, i64)>>,
}

/// How far a transaction was, to go back to.
#[derive(Debug)]
pub(in super::super) struct Mark {
    scopes: usize,
    catalog: Arc<Catalog>,
    more: usize,
}

/// Where documents are written.
#[derive(Debug, Clone)]
pub(in super::super) struct Target {
    pub scope: i64,
    pub indexes: Option<Indexes>,
}

impl<'t> Transaction<'t> {
    pub fn new(connection: &'t Connection, shared: &'t Shared) -> Self {
        Self { connection, shared, scopes: Vec::new(), catalog: shared.catalog(), more: RefCell::default() }
    }

    /// Where the documents of a scope are, if any was ever written there.
    pub fn find_target(&mut self, name: &ScopeName) -> Result<Option<Target>, StorageError> {
        let Some(scope) = self.find_scope(name)? else { return Ok(None) };
        Ok(Some(Target { scope, indexes: self.indexes(name).cloned() }))
    }

    /// Where the documents of a scope are, or will be.
    pub fn make_target(&mut self, name: &ScopeName) -> Result<Target, StorageError> {
        let scope = match self.find_scope(name)? {
            Some(scope) => scope,
            None => {
                let scope = name.insert(self.connection)?;
                self.scopes.push((name.clone(), scope));
                scope
            }
        };
        Ok(Target { scope, indexes: self.indexes(name).cloned() })
    }

    /// Whether writing a document there is one statement, since there are no indexes.
    pub fn is_plain(&self, name: &ScopeName) -> bool {
        self.indexes(name).is_none()
    }

    /// The indexes that there are at this moment of the transaction.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    pub fn set_catalog(&mut self, catalog: Catalog) {
        self.catalog = Arc::new(catalog);
    }

    /// Adds a document. If it is refused, nothing has been changed.
    pub fn insert(
        &self,
        target: &Target,
        key: &[u8],
        owner: Option<&str>,
        body: &RawDocument,
    ) -> Result<(), StorageError> {
        let spot = Spot { scope: target.scope, key };
        let differences = target.differences(None, Some(body))?;
        for difference in &differences {
            if let Err(taken) = difference.check(self.connection, spot) {
                // If the id is taken too, that is what is said.
                let same = get(self.connection, target.scope, key, |_| Ok(()))?;
                return Err(same.map_or(taken, |()| StorageError::conflict("_id")));
            }
        }
        let mut insert = self.connection.prepare_cached(INSERT)?;
        insert.execute(params![target.scope, key, owner, body.as_bytes()]).map_err(|error| {
            if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
                StorageError::conflict("_id")
            } else {
                error.into()
            }
        })?;
        self.more.borrow_mut().push((target.scope, 1));
        differences.iter().try_for_each(|difference| difference.write(self.connection, spot))
    }

    /// Puts another body in the place of that of a document. If it is refused, nothing has been changed.
    pub fn replace(
        &self,
        target: &Target,
        key: &[u8],
        before: &RawDocument,
        after: &RawDocument,
    ) -> Result<(), StorageError> {
        let spot = Spot { scope: target.scope, key };
        let differences = target.differences(Some(before), Some(after))?;
        for difference in &differences {
            difference.check(self.connection, spot)?;
        }
        self.connection.prepare_cached(REPLACE)?.execute(params![target.scope, key, after.as_bytes()])?;
        differences.iter().try_for_each(|difference| difference.write(self.connection, spot))
    }

    /// Removes a document, and tells whether it was there.
    pub fn remove(&self, target: &Target, key: &[u8]) -> Result<bool, StorageError> {
        if target.indexes.is_some() {
            let body = get(self.connection, target.scope, key, |row| Ok(row.body.to_owned()))?;
            let body: Option<RawDocumentBuf> = body;
            for difference in target.differences(body.as_deref(), None)? {
                difference.write(self.connection, Spot { scope: target.scope, key })?;
            }
        }
        let removed = self.connection.prepare_cached(REMOVE)?.execute(params![target.scope, key])? > 0;
        if removed {
            self.more.borrow_mut().push((target.scope, -1));
        }
        Ok(removed)
    }

    /// Writes down what is done once for all operations together.
    pub fn finish(&self) -> Result<(), StorageError> {
        let mut more = self.more.take();
        more.sort_unstable();
        let mut count = self.connection.prepare_cached(COUNT)?;
        for same in more.chunk_by(|(a, _), (b, _)| a == b) {
            let sum: i64 = same.iter().map(|(_, more)| more).sum();
            if let (Some((scope, _)), true) = (same.first(), sum != 0) {
                count.execute((scope, sum))?;
            }
        }
        Ok(())
    }

    pub fn remember(&self) -> Mark {
        let more = self.more.borrow().len();
        Mark { scopes: self.scopes.len(), catalog: Arc::clone(&self.catalog), more }
    }

    /// What came after the mark was undone.
    pub fn go_back(&mut self, mark: Mark) {
        self.scopes.truncate(mark.scopes);
        self.catalog = mark.catalog;
        self.more.get_mut().truncate(mark.more);
    }

    /// All is written down: everybody may know.
    pub fn publish(self) {
        for (name, number) in self.scopes {
            self.shared.scopes.put(name, number);
        }
        self.shared.set_catalog(self.catalog);
    }

    fn find_scope(&mut self, name: &ScopeName) -> Result<Option<i64>, StorageError> {
        if let Some(number) = self.shared.scopes.get_name(name) {
            return Ok(Some(number));
        }
        if let Some((_, number)) = self.scopes.iter().find(|(known, _)| known == name) {
            return Ok(Some(*number));
        }
        let found = name.find(self.connection)?;
        self.scopes.extend(found.map(|number| (name.clone(), number)));
        Ok(found)
    }

    fn indexes(&self, name: &ScopeName) -> Option<&Indexes> {
        self.catalog.of_collection(&name.plugin, &name.collection, name.shared)
    }
}

impl Target {
    fn differences(
        &self,
        before: Option<&RawDocument>,
        after: Option<&RawDocument>,
    ) -> Result<Vec<Difference<'_>>, StorageError> {
        let indexes = self.indexes.iter().flat_map(|indexes| indexes.iter());
        indexes.map(|index| Difference::between(index, before, after)).collect()
    }
}

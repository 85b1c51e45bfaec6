//! The entries of indexes: they change with the documents.

use std::collections::BTreeSet;

use bson::RawDocument;
use rusqlite::{Connection, params};

use super::super::indexes::LiveIndex;
use crate::storage::StorageError;

const FIND_OTHER: &str = "SELECT 1 FROM entries WHERE index_id=?1 AND scope=?2 AND key=?3 AND id<>?4 LIMIT 1";
const ADD: &str = "INSERT INTO entries VALUES (?1, ?2, ?3, ?4)";
const REMOVE: &str = "DELETE FROM entries WHERE index_id=?1 AND scope=?2 AND key=?3 AND id=?4";
const MARK: &str = "INSERT OR IGNORE INTO multikeys VALUES (?1, ?2)";
const ADD_TIME: &str = "INSERT INTO expirations VALUES (?1, ?2, ?3, ?4)";
const REMOVE_TIME: &str =
    "DELETE FROM expirations WHERE index_id=?1 AND expires_at=?2 AND scope=?3 AND id=?4";

/// A document, by its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'d> {
    pub scope: i64,
    pub key: &'d [u8],
}

/// What is to be changed in an index.
#[derive(Debug)]
pub(super) struct Difference<'i> {
    index: &'i LiveIndex,
    gone: Vec<Vec<u8>>,
    new: Vec<Vec<u8>>,
    multikey: bool,
    /// When the document went by itself, and when it will.
    times: (Option<i64>, Option<i64>),
}

impl<'i> Difference<'i> {
    /// What a document that is there, or comes, or goes, changes.
    pub fn between(
        index: &'i LiveIndex,
        before: Option<&RawDocument>,
        after: Option<&RawDocument>,
    ) -> Result<Self, StorageError> {
        let keys = |document: Option<&RawDocument>| -> Result<BTreeSet<Vec<u8>>, StorageError> {
            Ok(document
                .map(|document| index.keys.keys(document))
                .transpose()?
                .into_iter()
                .flatten()
                .collect())
        };
        let time =
            |document: Option<&RawDocument>| Some(index.keys.expires_at(document?)?.timestamp_millis());
        let (old, new) = (keys(before)?, keys(after)?);
        Ok(Self {
            index,
            gone: old.difference(&new).cloned().collect(),
            multikey: new.len() > 1,
            new: new.difference(&old).cloned().collect(),
            times: (time(before), time(after)),
        })
    }

    /// Refuses values that another document has, where none may.
    pub fn check(&self, connection: &Connection, spot: Spot<'_>) -> Result<(), StorageError> {
        if !self.index.keys.index().unique {
            return Ok(());
        }
        let mut find = connection.prepare_cached(FIND_OTHER)?;
        for key in &self.new {
            if find.exists(params![self.index.number, spot.scope, key, spot.key])? {
                return Err(StorageError::conflict(self.index.keys.index().name.clone()));
            }
        }
        Ok(())
    }

    pub fn write(&self, connection: &Connection, spot: Spot<'_>) -> Result<(), StorageError> {
        let Spot { scope, key: document } = spot;
        let number = self.index.number;
        for key in &self.gone {
            connection.prepare_cached(REMOVE)?.execute(params![number, scope, key, document])?;
        }
        for key in &self.new {
            connection.prepare_cached(ADD)?.execute(params![number, scope, key, document])?;
        }
        if self.multikey {
            connection.prepare_cached(MARK)?.execute(params![number, scope])?;
        }
        let (before, after) = self.times;
        if before != after {
            if let Some(time) = before {
                connection.prepare_cached(REMOVE_TIME)?.execute(params![number, time, scope, document])?;
            }
            if let Some(time) = after {
                connection.prepare_cached(ADD_TIME)?.execute(params![number, time, scope, document])?;
            }
        }
        Ok(())
    }
}

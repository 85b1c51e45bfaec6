//! Scopes as numbers: who asks is looked up once and remembered.

use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHasher;

use crate::storage::StorageScope;

/// So many scopes are remembered at most.
const PLACES: usize = 1 << 16;

/// A scope that outlives its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScopeName {
    pub app_id: Box<str>,
    pub user_id: Box<str>,
    pub plugin: Box<str>,
    pub collection: Box<str>,
    pub shared: bool,
}

impl ScopeName {
    pub fn of(scope: &StorageScope<'_>) -> Self {
        Self {
            app_id: scope.app_id.into(),
            user_id: user(scope).into(),
            plugin: scope.plugin.into(),
            collection: scope.collection.into(),
            shared: scope.is_shared(),
        }
    }

    fn is(&self, scope: &StorageScope<'_>) -> bool {
        *self.app_id == *scope.app_id
            && *self.user_id == *user(scope)
            && *self.plugin == *scope.plugin
            && *self.collection == *scope.collection
            && self.shared == scope.is_shared()
    }

    fn hash(&self) -> u64 {
        hash(&self.app_id, &self.user_id, &self.plugin, &self.collection, self.shared)
    }

    /// The number of the scope, if it has one.
    pub fn find(&self, connection: &Connection) -> rusqlite::Result<Option<i64>> {
        find(connection, &self.plugin, &self.collection, self.shared, &self.app_id, &self.user_id)
    }

    /// Gives the scope a number.
    pub fn insert(&self, connection: &Connection) -> rusqlite::Result<i64> {
        let mut insert = connection.prepare_cached("INSERT INTO scopes VALUES (NULL, ?1, ?2, ?3, ?4, ?5)")?;
        insert.insert(params![self.plugin, self.collection, self.shared, self.app_id, self.user_id])
    }
}

/// A scope that is remembered, or none.
type CachePlace = RwLock<Option<Box<(ScopeName, i64)>>>;

/// The numbers of scopes that are in the file for good. A scope keeps its number for ever.
#[derive(Debug)]
pub(super) struct ScopeCache {
    /// Each scope has one place; who comes later has it.
    places: Box<[CachePlace]>,
}

impl ScopeCache {
    pub fn new() -> Self {
        Self { places: (0..PLACES).map(|_| RwLock::default()).collect() }
    }

    pub fn get(&self, scope: &StorageScope<'_>) -> Option<i64> {
        let hash = hash(scope.app_id, user(scope), scope.plugin, scope.collection, scope.is_shared());
        let place = self.place(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        place.as_ref().filter(|known| known.0.is(scope)).map(|known| known.1)
    }

    pub fn get_name(&self, name: &ScopeName) -> Option<i64> {
        let place = self.place(name.hash())?.read().unwrap_or_else(PoisonError::into_inner);
        place.as_ref().filter(|known| known.0 == *name).map(|known| known.1)
    }

    pub fn put(&self, name: ScopeName, number: i64) {
        if let Some(place) = self.place(name.hash()) {
            *place.write().unwrap_or_else(PoisonError::into_inner) = Some(Box::new((name, number)));
        }
    }

    /// The number of a scope, from the file if it is not remembered; none if nothing was ever written there.
    pub fn resolve(
        &self,
        connection: &Connection,
        scope: &StorageScope<'_>,
    ) -> rusqlite::Result<Option<i64>> {
        if let Some(number) = self.get(scope) {
            return Ok(Some(number));
        }
        let found =
            find(connection, scope.plugin, scope.collection, scope.is_shared(), scope.app_id, user(scope))?;
        if let Some(number) = found {
            self.put(ScopeName::of(scope), number);
        }
        Ok(found)
    }

    fn place(&self, hash: u64) -> Option<&CachePlace> {
        // The upper bits of the hash are the better ones.
        self.places.get(usize::try_from(hash >> 40).ok()? % PLACES)
    }
}

fn find(
    connection: &Connection,
    plugin: &str,
    collection: &str,
    shared: bool,
    app_id: &str,
    user_id: &str,
) -> rusqlite::Result<Option<i64>> {
    let mut select = connection.prepare_cached(
        "SELECT scope FROM scopes WHERE plugin=?1 AND collection=?2 AND shared=?3 AND app_id=?4 AND user_id=?5",
    )?;
    select.query_row(params![plugin, collection, shared, app_id, user_id], |row| row.get(0)).optional()
}

/// Whose the collection is; nobody's if it is shared.
fn user<'s>(scope: &StorageScope<'s>) -> &'s str {
    if scope.is_shared() { "" } else { scope.user_id }
}

fn hash(app_id: &str, user_id: &str, plugin: &str, collection: &str, shared: bool) -> u64 {
    let mut hasher = FxHasher::default();
    (app_id, user_id, plugin, collection, shared).hash(&mut hasher);
    hasher.finish()
}

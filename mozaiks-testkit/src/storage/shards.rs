//! All collections, spread over locks by the hash of their scope, so that calls of different scopes seldom meet.

use std::hash::{Hash, Hasher};
use std::iter;
use std::sync::{PoisonError, RwLock};

use mozaiks_core::storage::{Sharing, StorageScope};
use rustc_hash::{FxHashMap, FxHasher};

use super::documents::Documents;

/// Locks beside the first one.
const FURTHER: u64 = 63;

/// Collections by the hash of their scope; where hashes are equal, one after the other.
type Shard = FxHashMap<u64, Vec<Collection>>;

/// All collections, behind several locks.
#[derive(Debug)]
pub(super) struct Shards {
    first: RwLock<Shard>,
    further: Vec<RwLock<Shard>>,
}

/// All collections as they once were.
#[derive(Debug, Clone)]
pub(super) struct Copied(Vec<Shard>);

/// One collection, with its scope.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    pub app_id: Box<str>,
    /// None if the app's users share it.
    pub user_id: Option<Box<str>>,
    pub plugin: Box<str>,
    pub name: Box<str>,
    pub documents: Documents,
}

impl Shards {
    pub fn new() -> Self {
        Self { first: RwLock::default(), further: (0..FURTHER).map(|_| RwLock::default()).collect() }
    }

    /// Shows the documents of a scope.
    pub fn read<R>(&self, scope: &StorageScope<'_>, read: impl FnOnce(&Documents) -> R) -> R {
        let hash = hash(scope);
        let shard = self.shard(hash).read().unwrap_or_else(PoisonError::into_inner);
        let known = shard.get(&hash).and_then(|same| same.iter().find(|known| known.is(scope)));
        match known {
            Some(known) => read(&known.documents),
            None => read(&Documents::new()),
        }
    }

    /// Lets the documents of a scope be changed.
    pub fn write<R>(&self, scope: &StorageScope<'_>, write: impl FnOnce(&mut Documents) -> R) -> R {
        let hash = hash(scope);
        let mut shard = self.shard(hash).write().unwrap_or_else(PoisonError::into_inner);
        let same = shard.entry(hash).or_default();
        if let Some(known) = same.iter_mut().find(|known| known.is(scope)) {
            return write(&mut known.documents);
        }
        let mut new = Collection::new(scope);
        let result = write(&mut new.documents);
        same.push(new);
        result
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        let in_shard = |shard: &RwLock<Shard>| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.values().flatten().map(|collection| collection.documents.len()).sum::<usize>()
        };
        self.all().map(in_shard).sum()
    }

    /// All collections of one moment.
    pub fn copy(&self) -> Copied {
        let locked: Vec<_> =
            self.all().map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner)).collect();
        Copied(locked.iter().map(|shard| Shard::clone(shard)).collect())
    }

    /// Puts all collections back as they were.
    pub fn restore(&self, copied: Copied) {
        let locked: Vec<_> =
            self.all().map(|shard| shard.write().unwrap_or_else(PoisonError::into_inner)).collect();
        for (mut shard, copied) in locked.into_iter().zip(copied.0) {
            *shard = copied;
        }
    }

    fn all(&self) -> impl Iterator<Item = &RwLock<Shard>> {
        iter::once(&self.first).chain(&self.further)
    }

    fn shard(&self, hash: u64) -> &RwLock<Shard> {
        // The map within takes its places from the lower bits.
        let index = usize::try_from((hash >> 40) % (FURTHER + 1)).unwrap_or_default();
        self.further.get(index).unwrap_or(&self.first)
    }
}

impl Copied {
    pub fn collections(&self) -> impl Iterator<Item = &Collection> {
        self.0.iter().flat_map(|shard| shard.values().flatten())
    }
}

impl Collection {
    fn new(scope: &StorageScope<'_>) -> Self {
        Self {
            app_id: scope.app_id.into(),
            user_id: user(scope).map(Box::from),
            plugin: scope.plugin.into(),
            name: scope.collection.into(),
            documents: Documents::new(),
        }
    }

    fn is(&self, scope: &StorageScope<'_>) -> bool {
        *self.app_id == *scope.app_id
            && self.user_id.as_deref() == user(scope)
            && *self.plugin == *scope.plugin
            && *self.name == *scope.collection
    }
}

/// Whose the collection is; nobody's if it is shared.
fn user<'s>(scope: &StorageScope<'s>) -> Option<&'s str> {
    match scope.sharing {
        Sharing::Private => Some(scope.user_id),
        Sharing::Shared | Sharing::SharedMine => None,
    }
}

fn hash(scope: &StorageScope<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    (scope.app_id, user(scope), scope.plugin, scope.collection).hash(&mut hasher);
    hasher.finish()
}

//! All collections, spread over locks by the hash of their scope, so that calls of different scopes seldom meet.

use std::iter;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hashbrown::HashTable;
use mozaiks_core::Clock;
use mozaiks_core::storage::eval::IndexKeys;
use mozaiks_core::storage::{Index, StorageError, StorageScope};

use super::declared::{self, Declared};
use super::documents::Documents;
use super::scope::{ScopeName, hash};

/// Locks beside the first one.
const FURTHER: u64 = 63;

/// Collections by the hash of their scope.
type Shard = HashTable<Collection>;

/// All collections, behind several locks.
pub(super) struct Shards {
    first: RwLock<Shard>,
    further: Vec<RwLock<Shard>>,
    /// For the collections to come; those that are there have theirs.
    declared: RwLock<Declared>,
    clock: Arc<dyn Clock>,
}

/// All collections as they once were.
#[derive(Debug, Clone)]
pub(super) struct Copied(Vec<Shard>);

/// One collection, with its scope.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    pub scope: ScopeName,
    pub documents: Documents,
}

impl Shards {
    /// None yet; documents go by themselves by this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            first: RwLock::default(),
            further: (0..FURTHER).map(|_| RwLock::default()).collect(),
            declared: RwLock::default(),
            clock,
        }
    }

    /// Shows the documents of a scope.
    pub fn read<R>(&self, scope: &StorageScope<'_>, read: impl FnOnce(&Documents) -> R) -> R {
        let hash = hash(scope);
        let shard = self.shard(hash).read().unwrap_or_else(PoisonError::into_inner);
        let known = shard.find(hash, |known| known.scope.is(scope));
        let Some(known) = known else { return read(&Documents::new()) };
        if !self.has_expired(&known.documents) {
            return read(&known.documents);
        }
        // What has expired is removed by somebody who writes: by this call, then.
        drop(shard);
        self.write(scope, |documents| read(documents))
    }

    /// Lets the documents of a scope be changed.
    pub fn write<R>(&self, scope: &StorageScope<'_>, write: impl FnOnce(&mut Documents) -> R) -> R {
        let hash = hash(scope);
        let mut shard = self.shard(hash).write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.find_mut(hash, |known| known.scope.is(scope)) {
            self.expire(&mut known.documents);
            return write(&mut known.documents);
        }
        let mut new = Collection { scope: ScopeName::new(scope, hash), documents: Documents::new() };
        new.documents.index_anew(&new.declared(&self.declared()));
        let result = write(&mut new.documents);
        shard.insert_unique(hash, new, |known| known.scope.hash());
        result
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.expire_all();
        let in_shard = |shard: &RwLock<Shard>| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.iter().map(|collection| collection.documents.len()).sum::<usize>()
        };
        self.all().map(in_shard).sum()
    }

    /// All collections of one moment.
    pub fn copy(&self) -> Copied {
        self.expire_all();
        let locked: Vec<_> =
            self.all().map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner)).collect();
        Copied(locked.iter().map(|shard| Shard::clone(shard)).collect())
    }

    /// Puts all collections back as they were, with the indexes that are declared now.
    pub fn restore(&self, copied: Copied) {
        let locked = self.lock();
        let declared = self.declared();
        for (mut shard, copied) in locked.into_iter().zip(copied.0) {
            *shard = copied;
            for collection in shard.iter_mut() {
                collection.documents.index_anew(&collection.declared(&declared));
            }
        }
    }

    /// Has the collections of a plugin have these indexes and no others; or changes nothing.
    pub fn create_indexes(&self, plugin: &str, indexes: &[Index]) -> Result<(), StorageError> {
        let parsed = declared::parse(indexes)?;
        if self.declared().are(plugin, indexes) {
            return Ok(());
        }
        let mut locked = self.lock();
        let mut collections: Vec<&mut Collection> = locked
            .iter_mut()
            .flat_map(|shard| shard.iter_mut())
            .filter(|collection| collection.scope.plugin() == plugin)
            .collect();
        let mut made = Vec::with_capacity(collections.len());
        for collection in &mut collections {
            self.expire(&mut collection.documents);
            made.push(collection.documents.indexed(&collection.declared_in(&parsed))?);
        }
        for (collection, indexes) in collections.into_iter().zip(made) {
            collection.documents.set_indexes(indexes);
        }
        self.declared.write().unwrap_or_else(PoisonError::into_inner).set(plugin, parsed);
        Ok(())
    }

    /// Nobody else sees a collection, or makes a new one, until this is dropped.
    fn lock(&self) -> Vec<RwLockWriteGuard<'_, Shard>> {
        self.all().map(|shard| shard.write().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    /// Whoever holds this and a shard has locked the shard first.
    fn declared(&self) -> RwLockReadGuard<'_, Declared> {
        self.declared.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_expired(&self, documents: &Documents) -> bool {
        documents.next_to_expire().is_some_and(|next| next <= self.clock.now())
    }

    /// Removes what has expired.
    fn expire(&self, documents: &mut Documents) {
        if self.has_expired(documents) {
            documents.expire(self.clock.now());
        }
    }

    fn expire_all(&self) {
        for shard in self.all() {
            let due = |shard: &Shard| shard.iter().any(|one| self.has_expired(&one.documents));
            if due(&shard.read().unwrap_or_else(PoisonError::into_inner)) {
                let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
                shard.iter_mut().for_each(|one| self.expire(&mut one.documents));
            }
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
        self.0.iter().flat_map(|shard| shard.iter())
    }
}

impl Collection {
    /// The indexes that it is to have.
    fn declared(&self, declared: &Declared) -> Vec<Arc<IndexKeys>> {
        self.declared_in(declared.of(self.scope.plugin()))
    }

    /// Those of its plugin's indexes that are its own.
    fn declared_in(&self, indexes: &[Arc<IndexKeys>]) -> Vec<Arc<IndexKeys>> {
        declared::of_collection(indexes, self.scope.collection(), self.scope.user_id().is_none())
    }
}

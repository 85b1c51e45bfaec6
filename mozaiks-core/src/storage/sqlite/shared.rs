//! What those who read and the one who writes both know.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::indexes::Catalog;
use super::scope::ScopeCache;

/// What is in the file for good.
#[derive(Debug)]
pub(super) struct Shared {
    pub scopes: ScopeCache,
    pub counters: Counters,
    catalog: RwLock<Arc<Catalog>>,
}

/// What was done since the file was opened.
#[derive(Debug, Default)]
pub(super) struct Counters {
    commits: AtomicU64,
    writes: AtomicU64,
    largest_group: AtomicU64,
}

/// What a storage has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SqliteStatistics {
    /// Writes that were asked for and done, those among them that ended in an error of their own.
    pub writes: u64,
    /// Transactions that they were done in: with [`Synchronous::Full`](super::Synchronous::Full), each is one
    /// synchronisation with the disk.
    pub commits: u64,
    /// The most writes in one transaction.
    pub largest_group: u64,
}

impl Shared {
    pub fn new(catalog: Catalog) -> Self {
        Self {
            scopes: ScopeCache::new(),
            counters: Counters::default(),
            catalog: RwLock::new(Arc::new(catalog)),
        }
    }

    /// The indexes that there are. A transaction that is open may see others.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn set_catalog(&self, catalog: Arc<Catalog>) {
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = catalog;
    }
}

impl Counters {
    /// Counts a transaction of so many writes.
    pub fn count(&self, writes: u64) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes, Ordering::Relaxed);
        self.largest_group.fetch_max(writes, Ordering::Relaxed);
    }

    pub fn read(&self) -> SqliteStatistics {
        SqliteStatistics {
            writes: self.writes.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            largest_group: self.largest_group.load(Ordering::Relaxed),
        }
    }
}

//! One lock for each key: who has the same key waits, and nobody else does.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Locks by their keys. There is an entry for what somebody holds or waits for, and for nothing else.
pub(super) struct KeyedLock<K: Eq + Hash> {
    entries: Mutex<HashMap<K, Entry>>,
}

#[derive(Default)]
struct Entry {
    lock: Arc<AsyncMutex<()>>,
    /// How many hold it or wait for it.
    places: usize,
}

/// A place in the row for a key, given up when it is dropped: by who holds the lock, and by who no longer waits.
struct Place<'l, K: Eq + Hash> {
    locks: &'l KeyedLock<K>,
    key: K,
}

/// The lock of a key, held until it is dropped.
pub(super) struct Held<'l, K: Eq + Hash> {
    _guard: OwnedMutexGuard<()>,
    _place: Place<'l, K>,
}

impl<K: Eq + Hash> Default for KeyedLock<K> {
    fn default() -> Self {
        Self { entries: Mutex::default() }
    }
}

impl<K: Eq + Hash + Clone> KeyedLock<K> {
    /// Waits until nobody else holds the lock of this key; who came first has it first.
    pub async fn lock(&self, key: K) -> Held<'_, K> {
        let (place, lock) = self.place(key);
        Held { _guard: lock.lock_owned().await, _place: place }
    }

    fn place(&self, key: K) -> (Place<'_, K>, Arc<AsyncMutex<()>>) {
        let mut entries = self.entries();
        let entry = entries.entry(key.clone()).or_default();
        entry.places += 1;
        (Place { locks: self, key }, Arc::clone(&entry.lock))
    }
}

impl<K: Eq + Hash> KeyedLock<K> {
    fn entries(&self) -> MutexGuard<'_, HashMap<K, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for Place<'_, K> {
    fn drop(&mut self) {
        let mut entries = self.locks.entries();
        let Some(entry) = entries.get_mut(&self.key) else { return };
        entry.places = entry.places.saturating_sub(1);
        if entry.places == 0 {
            entries.remove(&self.key);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn who_has_the_same_key_waits_and_nobody_else() {
        let locks = KeyedLock::default();
        let first = locks.lock("a").now_or_never().unwrap();
        let mut second = Box::pin(locks.lock("a"));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(locks.lock("b").now_or_never().is_some());
        drop(first);
        assert!(second.now_or_never().is_some());
    }

    #[test]
    fn what_nobody_holds_or_waits_for_is_forgotten() {
        let locks = KeyedLock::default();
        let first = locks.lock("a").now_or_never().unwrap();
        let mut second = Box::pin(locks.lock("a"));
        let mut third = Box::pin(locks.lock("a"));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        drop(second);
        drop(first);
        assert_eq!(locks.entries().len(), 1, "one waits");
        drop(third.now_or_never().unwrap());
        assert!(locks.entries().is_empty());
        drop(locks.lock("a").now_or_never().unwrap());
        assert!(locks.entries().is_empty());
    }
}

//! Tokens that have been verified, so that the next request with one needs no cryptography.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache as Entries, DefaultLifecycle};
use siphasher::sip128::SipHasher13;

use super::keys::Key;
use crate::auth::Authenticated;
use crate::datetime::DateTime;

/// A bounded number of verified tokens, known by their digests: no token stays in memory.
///
/// Only tokens that were verified get in, so that nobody without one can push others out.
pub(super) struct Cache {
    entries: Option<Entries<Digest, Arc<Entry>, UnitWeighter, BuildHasherDefault<rustc_hash::FxHasher>>>,
    hasher: SipHasher13,
}

struct Entry {
    user: Authenticated,
    /// What it was verified with, and what must still count for it to count.
    key: Arc<Key>,
}

/// What a token is known by: 128 bits of SipHash-1-3 under a key that nobody knows. Without the key nobody can make two
/// tokens that have the same, and to find one by trying, each try is a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest(u64, u64);

/// A half of a digest is as random as a hash can be.
impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

impl Cache {
    /// For so many tokens; none if it is zero.
    pub(super) fn new(capacity: usize) -> Self {
        let entries = (capacity > 0).then(|| {
            let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
            let lifecycle = DefaultLifecycle::default();
            Entries::with(capacity, weight, UnitWeighter, BuildHasherDefault::default(), lifecycle)
        });
        Self { entries, hasher: SipHasher13::new_with_key(&rand::random()) }
    }

    /// What a token is known by, if anything is remembered at all.
    pub(super) fn digest(&self, token: &str) -> Option<Digest> {
        self.entries.as_ref()?;
        let digest = self.hasher.hash(token.as_bytes());
        Some(Digest(digest.h1, digest.h2))
    }

    /// Whose token it is, if it still counts.
    pub(super) fn get(&self, digest: &Digest, now: DateTime) -> Option<Authenticated> {
        let entries = self.entries.as_ref()?;
        let entry = entries.get(digest)?;
        if entry.key.counts() && entry.user.expires_at.is_none_or(|end| now < end) {
            return Some(entry.user.clone());
        }
        entries.remove(digest);
        None
    }

    /// Remembers a verified token.
    pub(super) fn insert(&self, digest: Digest, user: Authenticated, key: Arc<Key>) {
        if let Some(entries) = &self.entries {
            entries.insert(digest, Arc::new(Entry { user, key }));
        }
    }

    /// Forgets what was verified with keys that count no more.
    pub(super) fn forget_withdrawn(&self) {
        if let Some(entries) = &self.entries {
            entries.retain(|_, entry| entry.key.counts());
        }
    }
}

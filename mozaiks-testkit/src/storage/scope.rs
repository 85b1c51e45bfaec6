//! Scopes as the keys of collections.

use std::hash::{Hash, Hasher};

use mozaiks_core::storage::StorageScope;
use rustc_hash::FxHasher;

/// A scope that outlives its call. Its four texts stand in one, so that a look at one place tells whether it is meant.
#[derive(Debug, Clone)]
pub(super) struct ScopeName {
    hash: u64,
    text: Box<str>,
    /// Where in it each but the first begins.
    starts: [usize; 3],
    shared: bool,
}

impl ScopeName {
    pub fn new(scope: &StorageScope<'_>, hash: u64) -> Self {
        let parts = parts(scope);
        let [app, user, plugin, _] = parts.map(str::len);
        let starts = [app, app + user, app + user + plugin];
        Self { hash, text: parts.concat().into(), starts, shared: scope.is_shared() }
    }

    /// What [`hash`] gave for it.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    pub fn is(&self, scope: &StorageScope<'_>) -> bool {
        let [user, plugin, collection] = self.starts;
        let lengths = [user, plugin - user, collection - plugin, self.text.len() - collection];
        let mut rest = self.text.as_bytes();
        self.shared == scope.is_shared()
            && parts(scope).iter().zip(lengths).all(|(part, length)| {
                let after = rest.strip_prefix(part.as_bytes()).filter(|_| part.len() == length);
                after.is_some_and(|after| {
                    rest = after;
                    true
                })
            })
    }

    pub fn app_id(&self) -> &str {
        let [app, ..] = self.parts();
        app
    }

    /// None if the app's users share it.
    pub fn user_id(&self) -> Option<&str> {
        let [_, user, ..] = self.parts();
        (!self.shared).then_some(user)
    }

    pub fn plugin(&self) -> &str {
        let [_, _, plugin, _] = self.parts();
        plugin
    }

    pub fn collection(&self) -> &str {
        let [_, _, _, collection] = self.parts();
        collection
    }

    fn parts(&self) -> [&str; 4] {
        let [user, plugin, collection] = self.starts;
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        [part(0, user), part(user, plugin), part(plugin, collection), part(collection, self.text.len())]
    }
}

/// The hash of a scope.
#[inline]
pub(super) fn hash(scope: &StorageScope<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    (parts(scope), scope.is_shared()).hash(&mut hasher);
    hasher.finish()
}

/// App, user, plugin, collection; nobody for a user if it is shared.
fn parts<'s>(scope: &StorageScope<'s>) -> [&'s str; 4] {
    let user = if scope.is_shared() { "" } else { scope.user_id };
    [scope.app_id, user, scope.plugin, scope.collection]
}

//! The storage that a case is run against, and what it can be asked beside its trait.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mozaiks_core::storage::Storage;

use crate::conformance::wait::{skip, within};

/// A storage, as cases take it. Every storage is one; a storage of which the suite may demand that time passes says how.
///
/// ```
/// use mozaiks_testkit::conformance::storage::Subject;
/// use mozaiks_testkit::storage::MemoryStorage;
///
/// let plain = Subject::from(MemoryStorage::new());
/// let storage = MemoryStorage::new();
/// let with_expiry = Subject::from(storage.clone()).expire_with(move || {
///     let storage = storage.clone();
///     async move { drop(storage) } // Here: remove whatever is due.
/// });
/// ```
#[derive(Clone)]
pub struct Subject {
    storage: Arc<dyn Storage>,
    expire: Option<Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>>,
}

impl Subject {
    /// A storage of which somebody else keeps a handle.
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, expire: None }
    }

    /// How to have the storage remove now whatever is due by an index with
    /// [`expire_after`](mozaiks_core::storage::Index::expire_after). When the future is ready, it is gone. Without
    /// this, the cases of expiry are skipped: what is due goes within two minutes, for which no test waits.
    pub fn expire_with<Expired>(mut self, expire: impl Fn() -> Expired + Send + Sync + 'static) -> Self
    where
        Expired: Future<Output = ()> + Send + 'static,
    {
        self.expire = Some(Arc::new(move || expire().boxed()));
        self
    }

    /// The storage, to be used by several tasks.
    pub(super) fn shared(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage)
    }

    /// Has what is due removed, or ends the case.
    pub(super) async fn expire(&self) {
        match &self.expire {
            Some(expire) => within("what is due to be removed", expire()).await,
            None => {
                skip("the storage was not given with a way to expire documents now (`Subject::expire_with`)")
            }
        }
    }
}

impl<S: Storage> From<S> for Subject {
    fn from(storage: S) -> Self {
        Self::new(Arc::new(storage))
    }
}

impl Deref for Subject {
    type Target = dyn Storage;

    fn deref(&self) -> &Self::Target {
        &*self.storage
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("expires", &self.expire.is_some()).finish_non_exhaustive()
    }
}

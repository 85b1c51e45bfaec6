//! Who has installed what, kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use mozaiks_core::installations::{Installation, Installations, InstallationsError};
use mozaiks_core::{Clock, UserKey};

use crate::faults::Faults;

/// Who has installed what, kept in memory. Cloning gives the same record.
#[derive(Clone)]
pub struct MemoryInstallations {
    inner: Arc<Inner>,
}

struct Inner {
    faults: Faults,
    /// What a user of whom nothing is recorded has, by plugin.
    standard: Mutex<BTreeMap<String, Installation>>,
    /// `None` for a user who has removed it.
    copies: Mutex<HashMap<(UserKey, String), Option<Installation>>>,
}

impl MemoryInstallations {
    /// Nobody has installed anything.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let inner =
            Inner { faults: Faults::new(clock), standard: Mutex::default(), copies: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Has everybody of whom nothing else is recorded have a plugin.
    pub fn install_for_all(&self, plugin: &str, installation: Installation) {
        let mut standard = self.inner.standard.lock().unwrap_or_else(PoisonError::into_inner);
        standard.insert(plugin.to_owned(), installation);
    }

    /// Makes calls fail or take long.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// A user's copy, as it is now.
    pub fn of(&self, user: &UserKey, plugin: &str) -> Option<Installation> {
        if let Some(copy) = self.copies().get(&(user.clone(), plugin.to_owned())) {
            return copy.clone();
        }
        self.inner.standard.lock().unwrap_or_else(PoisonError::into_inner).get(plugin).cloned()
    }

    /// Records a user's copy; `None` for a user who has none.
    pub fn set(&self, user: &UserKey, plugin: &str, installation: Option<Installation>) {
        self.copies().insert((user.clone(), plugin.to_owned()), installation);
    }

    fn copies(&self) -> MutexGuard<'_, HashMap<(UserKey, String), Option<Installation>>> {
        self.inner.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn before(&self, operation: &'static str) -> Result<(), InstallationsError> {
        let fault = self.inner.faults.before(operation).await;
        fault.map_err(|fault| InstallationsError { source: Some(fault.into()) })
    }
}

impl Installations for MemoryInstallations {
    fn get<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<Option<Installation>, InstallationsError>> {
        Box::pin(async move {
            self.before("get").await?;
            Ok(self.of(user, plugin))
        })
    }

    fn put<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
        installation: Installation,
    ) -> BoxFuture<'a, Result<(), InstallationsError>> {
        Box::pin(async move {
            self.before("put").await?;
            self.set(user, plugin, Some(installation));
            Ok(())
        })
    }

    fn remove<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<bool, InstallationsError>> {
        Box::pin(async move {
            self.before("remove").await?;
            let had = self.of(user, plugin).is_some();
            self.set(user, plugin, None);
            Ok(had)
        })
    }
}

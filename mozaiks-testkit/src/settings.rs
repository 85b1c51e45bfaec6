//! Settings kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use mozaiks_core::Clock;
use mozaiks_core::settings::{SettingsError, SettingsManager, SettingsScope};
use serde_json::{Map, Value};

use crate::faults::Faults;

type Saved = HashMap<SettingsScope, Map<String, Value>>;

/// Settings kept in memory. Cloning gives the same ones.
#[derive(Clone)]
pub struct MemorySettings {
    saved: Arc<Mutex<Saved>>,
    faults: Faults,
}

impl MemorySettings {
    /// Nobody has saved any yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { saved: Arc::default(), faults: Faults::new(clock) }
    }

    /// Makes calls fail or take long.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Puts settings in place as an older version may have left them: nothing is checked.
    pub fn put(&self, scope: SettingsScope, settings: Map<String, Value>) {
        self.saved().insert(scope, settings);
    }

    fn saved(&self) -> MutexGuard<'_, Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn before(&self, operation: &'static str) -> Result<(), SettingsError> {
        self.faults.before(operation).await.map_err(SettingsError::unavailable)
    }
}

impl SettingsManager for MemorySettings {
    fn load<'a>(
        &'a self,
        scope: &'a SettingsScope,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, SettingsError>> {
        Box::pin(async move {
            self.before("load").await?;
            Ok(self.saved().get(scope).cloned())
        })
    }

    fn save<'a>(
        &'a self,
        scope: &'a SettingsScope,
        settings: Map<String, Value>,
    ) -> BoxFuture<'a, Result<(), SettingsError>> {
        Box::pin(async move {
            self.before("save").await?;
            self.saved().insert(scope.clone(), settings);
            Ok(())
        })
    }

    fn delete<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>> {
        Box::pin(async move {
            self.before("delete").await?;
            self.saved().remove(scope);
            Ok(())
        })
    }
}

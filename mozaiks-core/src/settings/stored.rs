//! Settings kept in a storage.

use std::fmt;
use std::sync::Arc;

use bson::{RawDocumentBuf, rawdoc};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::manager::{SettingsError, SettingsManager, SettingsScope};
use crate::clock::Clock;
use crate::storage::{
    Change, DocumentId, Query, Selector, Sharing, Storage, StorageError, StorageScope, UpdateOptions,
};

/// What stands in the place of a plugin's name: none is called so.
const OWNER: &str = "_settings";
const COLLECTION: &str = "saved";

/// The field in which they are, as JSON text: BSON has no place for some keys and numbers.
const FIELD: &bson::raw::CStr = bson::raw::cstr!("settings");

/// Settings kept in a storage, among the documents of their user.
///
/// ```
/// use std::sync::Arc;
/// use mozaiks_core::settings::StoredSettings;
/// use mozaiks_core::{Clock, SystemClock};
/// use mozaiks_core::storage::Storage;
///
/// fn settings(storage: Arc<dyn Storage>) -> Arc<StoredSettings> {
///     Arc::new(StoredSettings::new(storage, Arc::new(SystemClock)))
/// }
/// ```
#[derive(Clone)]
pub struct StoredSettings {
    storage: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
}

impl StoredSettings {
    /// Those of a storage.
    pub fn new(storage: Arc<dyn Storage>, clock: Arc<dyn Clock>) -> Self {
        Self { storage, clock }
    }

    async fn put(&self, scope: &SettingsScope, document: &RawDocumentBuf) -> Result<(), StorageError> {
        let id = id_of(scope);
        let mut options = UpdateOptions::new(self.clock.now());
        options.upsert = Some(id.clone());
        let change = Change::Replacement(document.clone());
        self.storage.update(place(scope), Selector::Id(id), change, options).await.map(drop)
    }
}

impl SettingsManager for StoredSettings {
    fn load<'a>(
        &'a self,
        scope: &'a SettingsScope,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, SettingsError>> {
        Box::pin(async move {
            let query = Query::new(Selector::Id(id_of(scope)));
            let found = self.storage.find(place(scope), query).await?;
            let Some(found) = found.documents.into_iter().next() else { return Ok(None) };
            let text = found.document.get_str(FIELD).map_err(SettingsError::backend)?;
            serde_json::from_str(text).map(Some).map_err(SettingsError::backend)
        })
    }

    fn save<'a>(
        &'a self,
        scope: &'a SettingsScope,
        settings: Map<String, Value>,
    ) -> BoxFuture<'a, Result<(), SettingsError>> {
        Box::pin(async move {
            let text = serde_json::to_string(&settings).map_err(SettingsError::backend)?;
            let document = rawdoc! { FIELD: text };
            match self.put(scope, &document).await {
                // Of two that save for the first time, the second finds what the first has inserted.
                Err(StorageError::Conflict { .. }) => self.put(scope, &document).await?,
                other => other?,
            }
            Ok(())
        })
    }

    fn delete<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>> {
        Box::pin(async move {
            self.storage.delete(place(scope), Selector::Id(id_of(scope)), false).await?;
            Ok(())
        })
    }
}

fn place(scope: &SettingsScope) -> StorageScope<'_> {
    StorageScope {
        app_id: scope.app_id(),
        user_id: scope.user_id(),
        plugin: OWNER,
        collection: COLLECTION,
        sharing: Sharing::Private,
    }
}

/// The name of the plugin, behind something that keeps it from being taken for an ObjectId.
fn id_of(scope: &SettingsScope) -> DocumentId {
    DocumentId::from(format!("p:{}", scope.plugin()))
}

impl From<StorageError> for SettingsError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable { .. } | StorageError::Timeout => Self::unavailable(error),
            other => Self::backend(other),
        }
    }
}

impl fmt::Debug for StoredSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSettings").finish_non_exhaustive()
    }
}

//! The service that keeps what users saved. A host supplies it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::error::Error;

/// Whose settings of which plugin.
///
/// ```
/// use mozaiks_core::settings::SettingsScope;
///
/// let scope = SettingsScope::new("shop", "alice", "notes");
/// assert_eq!((scope.app_id(), scope.user_id(), scope.plugin()), ("shop", "alice", "notes"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SettingsScope {
    app_id: Arc<str>,
    user_id: Arc<str>,
    plugin: Arc<str>,
}

impl SettingsScope {
    /// The settings of `plugin` that the user `user_id` of the app `app_id` has.
    pub fn new(
        app_id: impl Into<Arc<str>>,
        user_id: impl Into<Arc<str>>,
        plugin: impl Into<Arc<str>>,
    ) -> Self {
        Self { app_id: app_id.into(), user_id: user_id.into(), plugin: plugin.into() }
    }

    /// The app.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The user.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The name of the plugin.
    pub fn plugin(&self) -> &str {
        &self.plugin
    }
}

/// Keeps what users saved.
///
/// It knows nothing of defaults and rules: what it is given is valid, and what it gives back is read leniently.
///
/// For all methods:
/// - A scope is its three parts, each compared byte by byte. No part is a pattern, a path or a prefix; any text can
///   stand in it. What is saved in one scope is never seen in another.
/// - A future that is dropped before it is done leaves what was saved before, or all of what was to be saved.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use futures_util::future::{BoxFuture, FutureExt, ready};
/// use mozaiks_core::settings::{SettingsError, SettingsManager, SettingsScope};
/// use serde_json::{Map, Value};
///
/// #[derive(Default)]
/// struct InMemory(Mutex<HashMap<SettingsScope, Map<String, Value>>>);
///
/// impl SettingsManager for InMemory {
///     fn load<'a>(
///         &'a self,
///         scope: &'a SettingsScope,
///     ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, SettingsError>> {
///         ready(Ok(self.0.lock().unwrap().get(scope).cloned())).boxed()
///     }
///
///     fn save<'a>(
///         &'a self,
///         scope: &'a SettingsScope,
///         settings: Map<String, Value>,
///     ) -> BoxFuture<'a, Result<(), SettingsError>> {
///         self.0.lock().unwrap().insert(scope.clone(), settings);
///         ready(Ok(())).boxed()
///     }
///
///     fn delete<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>> {
///         self.0.lock().unwrap().remove(scope);
///         ready(Ok(())).boxed()
///     }
/// }
///
/// let manager: Box<dyn SettingsManager> = Box::new(InMemory::default());
/// ```
pub trait SettingsManager: Send + Sync + 'static {
    /// What was saved last.
    ///
    /// - `None` if nothing was ever saved, or it was deleted. An empty object that was saved is `Some`.
    /// - The object is the one that was saved: the same keys at every depth, the same values, whole numbers still
    ///   whole, `null` still `null`.
    /// - It sees every save that was answered before it was asked.
    ///
    /// # Errors
    /// [`SettingsError`] if the settings cannot be reached or read. It is never `None` in place of an error.
    fn load<'a>(
        &'a self,
        scope: &'a SettingsScope,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, SettingsError>>;

    /// Saves the object in place of what was saved before.
    ///
    /// - It replaces: a key that is left out is gone. Nothing is merged.
    /// - Any key can stand in the object: with a dot, with a dollar sign, empty.
    /// - Of two saves at the same time one wins as a whole.
    /// - Once it is answered, it is as durable as the host's storage.
    ///
    /// # Errors
    /// [`SettingsError`] if the settings were not saved. What was saved before stands then.
    fn save<'a>(
        &'a self,
        scope: &'a SettingsScope,
        settings: Map<String, Value>,
    ) -> BoxFuture<'a, Result<(), SettingsError>>;

    /// Forgets what was saved.
    ///
    /// - `load` gives `None` afterwards.
    /// - To delete what is not there is no error.
    ///
    /// # Errors
    /// [`SettingsError`] if the settings cannot be reached.
    fn delete<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>>;
}

/// Why settings could not be loaded or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// They cannot be reached now. The same call may succeed later.
    #[error("the settings are unavailable")]
    Unavailable {
        /// What the backend said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },

    /// Any other failure of the backend.
    #[error("the settings could not be loaded or saved")]
    Backend {
        /// What the backend said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl SettingsError {
    /// They cannot be reached now.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable { source: Some(source.into()) }
    }

    /// Any other failure of the backend.
    pub fn backend(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Backend { source: source.into() }
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Unavailable { .. } => {
                Self::unavailable("The settings are unavailable").with_source(error)
            }
            SettingsError::Backend { .. } => Self::internal(error),
        }
    }
}

//! Who has installed which plugin, and what it was granted.

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::datetime::DateTime;
use crate::error::{BoxError, Error};
use crate::identity::UserKey;
use crate::permission::Permission;

/// One user's copy of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Installation {
    /// Whether it is switched on.
    pub enabled: bool,
    /// What the user has granted it.
    pub permissions: BTreeSet<Permission>,
    /// When it was installed.
    pub installed_at: DateTime,
}

impl Installation {
    /// A copy that is switched on.
    pub fn new(permissions: impl IntoIterator<Item = Permission>, installed_at: DateTime) -> Self {
        Self { enabled: true, permissions: permissions.into_iter().collect(), installed_at }
    }
}

/// What keeps installations. A host without one has every plugin installed for everybody, with all that it asks for.
///
/// A runtime changes one user's copy of one plugin once at a time: it reads, runs the plugin's steps, then writes. It
/// knows only of itself. Where several processes serve the same users, two of them may find nothing there and both put:
/// an implementation for such a host has its own put-if-absent, and fails the [`put`](Self::put) that comes second.
pub trait Installations: Send + Sync + 'static {
    /// A user's copy of a plugin, if there is one.
    fn get<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<Option<Installation>, InstallationsError>>;

    /// Keeps a user's copy, in place of the one so far.
    fn put<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
        installation: Installation,
    ) -> BoxFuture<'a, Result<(), InstallationsError>>;

    /// Forgets a user's copy; `false` if there was none.
    fn remove<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<bool, InstallationsError>>;
}

/// Why installations could not be read or kept.
#[derive(Debug, thiserror::Error)]
#[error("installations are unavailable")]
pub struct InstallationsError {
    /// What was said.
    #[source]
    pub source: Option<BoxError>,
}

impl From<InstallationsError> for Error {
    fn from(error: InstallationsError) -> Self {
        Self::unavailable("Installations are unavailable").with_source(error)
    }
}

//! What a user's plan unlocks.

use futures_util::future::BoxFuture;

use crate::error::{BoxError, Error};
use crate::identity::UserKey;

/// Whether a user's plan unlocks a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// It does, or the plugin is free for all.
    Granted,
    /// It does not.
    Locked {
        /// The plans that would, the cheapest first.
        plans: Vec<String>,
    },
}

/// What knows plans. A host without one has every plugin open for everybody.
pub trait Entitlements: Send + Sync + 'static {
    /// Whether the plan of `user` unlocks `plugin`.
    fn access<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<Access, EntitlementsError>>;
}

/// Why it could not be told.
#[derive(Debug, thiserror::Error)]
#[error("plans are unavailable")]
pub struct EntitlementsError {
    /// What was said.
    #[source]
    pub source: Option<BoxError>,
}

impl From<EntitlementsError> for Error {
    fn from(error: EntitlementsError) -> Self {
        Self::unavailable("Plans are unavailable").with_source(error)
    }
}

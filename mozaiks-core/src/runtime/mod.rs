//! The runtime: plugins and services, and the way of a request through them.

mod builder;
mod call;
mod caller;
mod describe;
mod drain;
mod effects;
mod entry;
mod events;
mod execute;
mod failure;
#[cfg(feature = "axum")]
mod hosted;
mod install;
mod keyed_lock;
mod lifecycle;
mod limits;
mod reply;
mod settings_actions;
mod span;
mod to_the_end;
mod unguarded;
mod wiring;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use rustc_hash::FxBuildHasher;

use crate::context::Services;
use crate::entitlements::Entitlements;
use crate::events::Subscription;
use crate::gate::Gate;
use crate::identity::UserKey;
use crate::installations::Installations;
use entry::Entry;
use keyed_lock::KeyedLock;

pub use builder::RuntimeBuilder;
pub use call::Call;
pub use caller::RuntimeCaller;
pub use lifecycle::{OnInitializeFailure, StartError, StartReport};
pub use limits::Limits;
pub use reply::Reply;
pub use wiring::{HOST_TOPICS, WiringErrors};

/// Holds plugins and services, and executes actions. Cloning is cheap.
///
/// ```no_run
/// # use mozaiks_core::prelude::*;
/// # use mozaiks_core::runtime::{Runtime, RuntimeBuilder, WiringErrors};
/// # #[derive(Default)] struct Notes;
/// # #[plugin(name = "notes")] impl Notes {}
/// # async fn host(services: RuntimeBuilder) -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = services.plugin(Notes::default()).build()?;
/// let report = runtime.start().await?;
/// assert!(report.failed.is_empty());
///
/// let alice = Identity::new("shop", "alice")?;
/// let reply = runtime.execute(&alice, "notes", br#"{"action": "list"}"#).await;
/// println!("{} {}", reply.status(), String::from_utf8_lossy(reply.body()));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    services: Arc<Services>,
    installations: Option<Arc<dyn Installations>>,
    entitlements: Option<Arc<dyn Entitlements>>,
    limits: Limits,
    /// In the order in which they were registered, which is that of initialisation.
    entries: Vec<Arc<Entry>>,
    by_name: HashMap<Arc<str>, usize, FxBuildHasher>,
    life: lifecycle::Life,
    /// What goes on though its caller went away.
    alone: Arc<Gate>,
    /// Of a user and the number of a plugin: held while that copy is installed, switched or removed.
    copies: KeyedLock<(UserKey, usize)>,
    /// The subscriptions to what nothing known publishes, each in words, where the host allows them.
    unmatched: Vec<String>,
    subscriptions: Mutex<Vec<Subscription>>,
}

impl Runtime {
    /// A runtime with nothing in it yet.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::new()
    }

    /// The names of the plugins, in the order in which they were registered.
    pub fn plugins(&self) -> impl Iterator<Item = &str> {
        self.inner.entries.iter().map(|entry| entry.name())
    }

    /// What a plugin says of itself, with the form of its settings.
    pub fn manifest(&self, plugin: &str) -> Option<&crate::plugin::Manifest> {
        self.inner.entry(plugin).map(|entry| entry.manifest())
    }
}

impl Inner {
    fn entry(&self, plugin: &str) -> Option<&Arc<Entry>> {
        self.entries.get(*self.by_name.get(plugin)?)
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("plugins", &self.plugins().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

//! What stands behind a context: the host's services, and what is known of the plugin.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::capability::Capabilities;
use crate::clock::Clock;
use crate::events::{EventBus, Topic};
use crate::installations::Installation;
use crate::notifications::NotificationsManager;
use crate::permission::Permission;
use crate::realtime::Realtime;
use crate::settings::{SettingsManager, SettingsSchema};
use crate::storage::Storage;

/// The services that a host hands to its runtime.
pub(crate) struct Services {
    pub storage: Arc<dyn Storage>,
    pub events: Arc<dyn EventBus>,
    pub notifications: Arc<dyn NotificationsManager>,
    pub settings: Arc<dyn SettingsManager>,
    pub realtime: Arc<dyn Realtime>,
    pub clock: Arc<dyn Clock>,
    pub capabilities: Capabilities,
    /// The most documents on a page.
    pub max_page: u64,
    /// The most that one call may send.
    pub max_effects: usize,
}

/// What a context must know of its plugin.
pub(crate) struct PluginInfo {
    pub name: Arc<str>,
    /// What the manifest asks for.
    pub permissions: BTreeSet<Permission>,
    /// The topics of the events that it declares, by the name it gives them.
    pub publishes: FxHashMap<String, Topic>,
    /// The ids of the notifications that it declares.
    pub notifications: BTreeSet<String>,
    pub settings: Option<SettingsSchema>,
    /// Other plugins of the runtime whose names begin with this one's: what they push begins with it as well.
    pub longer_names: Vec<Arc<str>>,
}

/// What the caller has granted the plugin.
#[derive(Clone)]
pub(crate) enum Grants {
    /// All that its manifest asks for: the host does not enforce installations.
    AllAskedFor,
    /// What the installation says.
    Installed(Arc<Installation>),
}

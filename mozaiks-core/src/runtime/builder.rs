//! What goes into a runtime. The builder collects, [`build`](RuntimeBuilder::build) judges.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use super::entry::Entry;
use super::keyed_lock::KeyedLock;
use super::lifecycle::{Life, OnInitializeFailure};
use super::limits::Limits;
use super::wiring::{Host, Judge, WiringErrors};
use super::{Inner, Runtime};
use crate::capability::{Capabilities, Capability};
use crate::clock::{Clock, SystemClock};
use crate::context::Services;
use crate::entitlements::Entitlements;
use crate::events::EventBus;
use crate::identity::Identity;
use crate::installations::Installations;
use crate::notifications::NotificationsManager;
use crate::plugin::Plugin;
use crate::realtime::Realtime;
use crate::settings::SettingsManager;
use crate::storage::Storage;

/// What goes into a runtime: services, plugins, limits.
///
/// Every setter just collects; all mistakes are found by [`build`](Self::build) together.
#[must_use = "a builder does nothing until it is built"]
pub struct RuntimeBuilder {
    storage: Option<Arc<dyn Storage>>,
    events: Option<Arc<dyn EventBus>>,
    notifications: Option<Arc<dyn NotificationsManager>>,
    settings: Option<Arc<dyn SettingsManager>>,
    realtime: Option<Arc<dyn Realtime>>,
    clock: Arc<dyn Clock>,
    installations: Option<Arc<dyn Installations>>,
    entitlements: Option<Arc<dyn Entitlements>>,
    capabilities: Capabilities,
    limits: Limits,
    on_failure: OnInitializeFailure,
    entries: Vec<Entry>,
    host: Host,
    mistakes: Vec<String>,
}

impl RuntimeBuilder {
    pub(super) fn new() -> Self {
        Self {
            storage: None,
            events: None,
            notifications: None,
            settings: None,
            realtime: None,
            clock: Arc::new(SystemClock),
            installations: None,
            entitlements: None,
            capabilities: Capabilities::default(),
            limits: Limits::default(),
            on_failure: OnInitializeFailure::default(),
            entries: Vec::new(),
            host: Host::default(),
            mistakes: Vec::new(),
        }
    }

    /// Adds a plugin. They are initialised in this order.
    pub fn plugin<P: Plugin>(mut self, plugin: P) -> Self {
        let (entry, mistakes) = Entry::new(self.entries.len(), plugin);
        let name = entry.name();
        self.mistakes.extend(mistakes.into_iter().map(|mistake| format!("plugin {name}: {mistake}")));
        self.entries.push(entry);
        self
    }

    /// Where documents are kept. Required.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// What carries events. Required.
    pub fn events(mut self, bus: Arc<dyn EventBus>) -> Self {
        self.events = Some(bus);
        self
    }

    /// What keeps notifications. Required.
    pub fn notifications(mut self, manager: Arc<dyn NotificationsManager>) -> Self {
        self.notifications = Some(manager);
        self
    }

    /// What keeps the settings that users saved. Required.
    pub fn settings(mut self, manager: Arc<dyn SettingsManager>) -> Self {
        self.settings = Some(manager);
        self
    }

    /// What reaches live connections. Required.
    pub fn realtime(mut self, realtime: Arc<dyn Realtime>) -> Self {
        self.realtime = Some(realtime);
        self
    }

    /// Where time and ids come from: the [system](SystemClock) if nobody says.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Enforces installations: a plugin serves only those who have installed it, with what they granted.
    pub fn installations(mut self, installations: Arc<dyn Installations>) -> Self {
        self.installations = Some(installations);
        self
    }

    /// Enforces plans: a plugin serves only those whose plan unlocks it.
    pub fn entitlements(mut self, entitlements: Arc<dyn Entitlements>) -> Self {
        self.entitlements = Some(entitlements);
        self
    }

    /// Lets plugins use something of the host's. It is made anew for each caller, and so confined to them.
    pub fn capability<C: Capability + ?Sized>(
        mut self,
        make: impl Fn(&Identity) -> Arc<C> + Send + Sync + 'static,
    ) -> Self {
        if !self.capabilities.add(make) {
            self.mistakes.push(format!("the capability {} is given twice", C::NAME));
        }
        self
    }

    /// Defines a permission of the host's own, `{area}:{verb}`, for plugins to ask for.
    pub fn permission(mut self, permission: &str) -> Self {
        self.host.permissions.insert(permission.to_owned());
        self
    }

    /// Declares an event that the host itself publishes, for plugins to subscribe to.
    pub fn publishes(mut self, topic: &str) -> Self {
        self.host.topics.insert(topic.to_owned());
        self
    }

    /// Lets plugins subscribe to what nothing known publishes: the log has a warning of each when the runtime starts.
    /// Without this, it is a mistake.
    pub fn allow_unmatched_subscriptions(mut self) -> Self {
        self.host.allow_unmatched = true;
        self
    }

    /// How much one call or one plugin may take.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What to do about a plugin that fails to initialise.
    pub fn on_initialize_failure(mut self, what: OnInitializeFailure) -> Self {
        self.on_failure = what;
        self
    }

    /// Tells each plugin whose names begin with its own, so that it does not push in theirs.
    fn tell_of_longer_names(&mut self) {
        let names: Vec<Arc<str>> = self.entries.iter().map(|entry| Arc::clone(&entry.info.name)).collect();
        for info in self.entries.iter_mut().filter_map(|entry| Arc::get_mut(&mut entry.info)) {
            let begins = format!("{}_", info.name);
            info.longer_names =
                names.iter().filter(|name| name.starts_with(&begins)).map(Arc::clone).collect();
        }
    }

    /// Puts it together.
    ///
    /// # Errors
    /// [`WiringErrors`] with every mistake at once: a service that is missing, two plugins of one name, a
    /// subscription that matches nothing known, a schema with a field of the host's, a permission that nobody knows.
    pub fn build(mut self) -> Result<Runtime, WiringErrors> {
        self.tell_of_longer_names();
        let permissions: BTreeSet<&str> = self.capabilities.permissions().collect();
        let mut judge = Judge::new(self.mistakes);
        judge.host(&self.host);
        judge.plugins(&self.entries, &self.host, &permissions);
        let storage = judge.required(self.storage, "storage");
        let events = judge.required(self.events, "events");
        let notifications = judge.required(self.notifications, "notifications");
        let settings = judge.required(self.settings, "settings");
        let realtime = judge.required(self.realtime, "realtime");
        let (errors, unmatched) = judge.finish();
        let (Some(storage), Some(events), Some(notifications), Some(settings), Some(realtime), Ok(())) =
            (storage, events, notifications, settings, realtime, &errors)
        else {
            return Err(errors.err().unwrap_or_default());
        };
        let services = Services {
            storage,
            events,
            notifications,
            settings,
            realtime,
            clock: self.clock,
            capabilities: self.capabilities,
            max_page: self.limits.max_page,
            max_effects: self.limits.max_effects,
        };
        let by_name: HashMap<_, _, _> =
            self.entries.iter().enumerate().map(|(index, entry)| (entry.info.name.clone(), index)).collect();
        let inner = Inner {
            services: Arc::new(services),
            installations: self.installations,
            entitlements: self.entitlements,
            limits: self.limits,
            entries: self.entries.into_iter().map(Arc::new).collect(),
            by_name,
            life: Life::new(self.on_failure),
            alone: Arc::default(),
            copies: KeyedLock::default(),
            unmatched,
            subscriptions: Mutex::default(),
        };
        Ok(Runtime { inner: Arc::new(inner) })
    }
}

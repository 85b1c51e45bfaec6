//! What goes into a test host.

use std::collections::BTreeSet;
use std::sync::Arc;

use mozaiks_core::installations::Installation;
use mozaiks_core::plugin::{Permission, Plugin};
use mozaiks_core::runtime::{Limits, OnInitializeFailure, Runtime, RuntimeBuilder, WiringErrors};
use mozaiks_core::storage::Storage;
use mozaiks_core::{Capability, Clock, Identity};

use super::{Inner, Services, TestHost};
use crate::clock::TestClock;
use crate::events::MemoryEventBus;
use crate::installations::MemoryInstallations;
use crate::journal::Journal;
use crate::log::capture;
use crate::notifications::MemoryNotifications;
use crate::plans::MemoryPlans;
use crate::realtime::MemoryRealtime;
use crate::settings::MemorySettings;
use crate::storage::MemoryStorage;

/// What goes into a test host.
///
/// ```
/// # use mozaiks_core::prelude::*;
/// use mozaiks_testkit::prelude::*;
/// # #[derive(Default)] struct Notes;
/// # #[plugin(name = "notes", version = "1.0.0", permissions = ["notifications:send"])]
/// # impl Notes { #[query] async fn list(&self, ctx: &QueryContext) -> Result<()> { Ok(()) } }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let host = TestHost::builder().plugin(Notes).plan("premium", ["notes"]).predictable_ids().build();
/// let alice = host.user("alice").on_plan("premium");
/// assert!(alice.call("list", json!({})).await.is_ok());
/// let refused = host.user("bob").call("list", json!({})).await.unwrap_err();
/// assert_eq!(refused.code(), ErrorCode::Forbidden);
/// # }
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct TestHostBuilder {
    runtime: RuntimeBuilder,
    storage: Option<Arc<dyn Storage>>,
    clock: TestClock,
    plans: Vec<(String, Vec<String>)>,
    installed: bool,
    granted: Option<BTreeSet<Permission>>,
    calling: Option<String>,
    mistakes: Vec<String>,
}

impl TestHostBuilder {
    pub(super) fn new() -> Self {
        Self {
            runtime: Runtime::builder(),
            storage: None,
            clock: TestClock::new(),
            plans: Vec::new(),
            installed: true,
            granted: None,
            calling: None,
            mistakes: Vec::new(),
        }
    }

    /// Adds a plugin. They are initialised in this order. With several, [`calling`](Self::calling) or
    /// [`TestUser::plugin`](super::TestUser::plugin) says which one is called.
    pub fn plugin<P: Plugin>(mut self, plugin: P) -> Self {
        self.runtime = self.runtime.plugin(plugin);
        self
    }

    /// Which of several plugins users call who do not say another.
    pub fn calling(mut self, plugin: &str) -> Self {
        self.calling = Some(plugin.to_owned());
        self
    }

    /// Makes ids the same in every run, counted from 1.
    pub fn predictable_ids(mut self) -> Self {
        self.clock = TestClock::predictable();
        self
    }

    /// Keeps documents there, and not in memory: [`TestHost::storage`] then sees nothing of them.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Has nobody have any plugin until they install it.
    pub fn nothing_installed(mut self) -> Self {
        self.installed = false;
        self
    }

    /// Grants plugins these permissions, in place of all that their manifests ask for.
    pub fn granted<'p>(mut self, permissions: impl IntoIterator<Item = &'p str>) -> Self {
        let mut granted = BTreeSet::new();
        for permission in permissions {
            match permission.parse() {
                Ok(permission) => {
                    granted.insert(permission);
                }
                Err(error) => self.mistakes.push(format!("{error}")),
            }
        }
        self.granted = Some(granted);
        self
    }

    /// Adds a plan that unlocks plugins (`*` for all), the cheapest plan first. A plugin that no plan lists is free.
    pub fn plan<'p>(mut self, plan: &str, unlocks: impl IntoIterator<Item = &'p str>) -> Self {
        self.plans.push((plan.to_owned(), unlocks.into_iter().map(str::to_owned).collect()));
        self
    }

    /// Lets plugins use something of the host's.
    pub fn capability<C: Capability + ?Sized>(
        mut self,
        make: impl Fn(&Identity) -> Arc<C> + Send + Sync + 'static,
    ) -> Self {
        self.runtime = self.runtime.capability(make);
        self
    }

    /// Defines a permission of the host's own.
    pub fn permission(mut self, permission: &str) -> Self {
        self.runtime = self.runtime.permission(permission);
        self
    }

    /// Declares an event that the host itself publishes.
    pub fn publishes(mut self, topic: &str) -> Self {
        self.runtime = self.runtime.publishes(topic);
        self
    }

    /// Lets plugins subscribe to what nothing known publishes: the test does.
    pub fn allow_unmatched_subscriptions(mut self) -> Self {
        self.runtime = self.runtime.allow_unmatched_subscriptions();
        self
    }

    /// How much one call or one plugin may take.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.runtime = self.runtime.limits(limits);
        self
    }

    /// What to do about a plugin that fails to initialise.
    pub fn on_initialize_failure(mut self, what: OnInitializeFailure) -> Self {
        self.runtime = self.runtime.on_initialize_failure(what);
        self
    }

    /// Puts it together.
    ///
    /// # Panics
    /// If the runtime cannot be built: the message says everything that is wrong.
    #[track_caller]
    pub fn build(self) -> TestHost {
        match self.try_build() {
            Ok(host) => host,
            Err(errors) => panic!("{errors}"),
        }
    }

    /// Puts it together, for a test of what is wrong.
    ///
    /// # Errors
    /// [`WiringErrors`] with every mistake at once.
    ///
    /// # Panics
    /// If a granted permission has no form of one, or users are to call what is not there.
    #[track_caller]
    pub fn try_build(self) -> Result<TestHost, WiringErrors> {
        assert!(self.mistakes.is_empty(), "granted: {}", self.mistakes.join("; "));
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let journal = Journal::new();
        let services = Services {
            storage: MemoryStorage::with_clock(Arc::clone(&clock)),
            events: MemoryEventBus::new(journal.clone(), Arc::clone(&clock)),
            notifications: MemoryNotifications::new(journal.clone(), Arc::clone(&clock)),
            settings: MemorySettings::new(Arc::clone(&clock)),
            realtime: MemoryRealtime::new(journal.clone(), Arc::clone(&clock)),
            installations: MemoryInstallations::new(Arc::clone(&clock)),
            plans: MemoryPlans::new(Arc::clone(&clock)),
            clock: self.clock,
            journal: journal.clone(),
        };
        let runtime = self
            .runtime
            .clock(clock)
            .storage(self.storage.unwrap_or_else(|| Arc::new(services.storage.clone())))
            .events(Arc::new(services.events.clone()))
            .notifications(Arc::new(services.notifications.clone()))
            .settings(Arc::new(services.settings.clone()))
            .realtime(Arc::new(services.realtime.clone()))
            .installations(Arc::new(services.installations.clone()))
            .entitlements(Arc::new(services.plans.clone()))
            .build()?;
        for (plan, unlocks) in self.plans {
            services.plans.add(&plan, unlocks);
        }
        for plugin in runtime.plugins().filter(|_| self.installed) {
            let asked =
                runtime.manifest(plugin).map(|manifest| manifest.permissions.clone()).unwrap_or_default();
            let granted =
                asked.into_iter().filter(|asked| self.granted.as_ref().is_none_or(|all| all.contains(asked)));
            let copy = Installation::new(granted, services.clock.now());
            services.installations.install_for_all(plugin, copy);
        }
        let calling = self.calling;
        if let Some(plugin) = &calling {
            assert!(runtime.manifest(plugin).is_some(), "calling: the host has no plugin {plugin:?}");
        }
        Ok(TestHost { inner: Arc::new(Inner { runtime, services, calling, log: capture(journal) }) })
    }
}

//! A host for tests: a runtime over services in memory, with everything enforced as in production.

mod assertions;
mod builder;
mod having;
mod user;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mozaiks_core::identity::InvalidId;
use mozaiks_core::plugin::Plugin;
use mozaiks_core::runtime::Runtime;
use mozaiks_core::{Clock, DateTime, Event, Identity, Result};
use serde::Serialize;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::clock::TestClock;
use crate::events::MemoryEventBus;
use crate::installations::MemoryInstallations;
use crate::journal::Journal;
use crate::notifications::MemoryNotifications;
use crate::plans::MemoryPlans;
use crate::realtime::MemoryRealtime;
use crate::settings::MemorySettings;
use crate::storage::MemoryStorage;

pub use builder::TestHostBuilder;
pub use user::TestUser;

/// The app in which a test's users live unless they are put elsewhere.
pub const APP: &str = "test_app";

/// A host for tests: a runtime over services in memory. Cloning gives the same host.
///
/// Permissions, plans and installations are enforced as in production. [`TestHost::new`] installs the plugin for
/// everybody with all that its manifest asks for; a user can be given less.
///
/// ```
/// use mozaiks_core::prelude::*;
/// use mozaiks_testkit::prelude::*;
///
/// #[derive(Default)]
/// struct Greeter;
///
/// #[plugin(name = "greeter", version = "1.0.0", publishes = ["greeted"])]
/// impl Greeter {
///     #[action]
///     async fn greet(&self, ctx: &Context, name: String) -> Result<String> {
///         ctx.publish("greeted", json!({ "name": name }))?;
///         Ok(format!("Hello, {name}!"))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let host = TestHost::new(Greeter);
/// let alice = host.user("alice");
/// let reply = alice.call("greet", json!({ "name": "Bob" })).await.unwrap();
/// assert_eq!(reply, json!({ "data": "Hello, Bob!" }));
/// host.assert_published("greeter:greeted");
/// # }
/// ```
#[derive(Clone)]
pub struct TestHost {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Runtime,
    services: Services,
    /// The plugin that users call who do not say another.
    calling: Option<String>,
    log: Dispatch,
}

/// The services of a test host.
#[derive(Clone)]
pub(crate) struct Services {
    pub journal: Journal,
    pub clock: TestClock,
    pub storage: MemoryStorage,
    pub events: MemoryEventBus,
    pub notifications: MemoryNotifications,
    pub settings: MemorySettings,
    pub realtime: MemoryRealtime,
    pub installations: MemoryInstallations,
    pub plans: MemoryPlans,
}

/// How many steps of time one call of `advance` takes at the most.
const MOST_STEPS: usize = 100_000;

impl TestHost {
    /// A host with one plugin, installed for everybody with all that its manifest asks for.
    ///
    /// The test plays everybody else: whatever the plugin subscribes to, the test may publish.
    ///
    /// # Panics
    /// If the runtime cannot be built: the message says everything that is wrong.
    #[track_caller]
    pub fn new<P: Plugin>(plugin: P) -> Self {
        Self::builder().plugin(plugin).allow_unmatched_subscriptions().build()
    }

    /// A host to which plugins, plans, capabilities and limits are added.
    pub fn builder() -> TestHostBuilder {
        TestHostBuilder::new()
    }

    /// A user of the host. Asking twice gives the same one.
    ///
    /// # Panics
    /// If the id can be nobody's: empty, longer than 256 bytes, or with a control character.
    #[track_caller]
    pub fn user(&self, user_id: &str) -> TestUser {
        match self.try_user(user_id, None) {
            Ok(user) => user,
            Err(error) => panic!("there can be no user {user_id:?}: {error}"),
        }
    }

    pub(crate) fn try_user(&self, user_id: &str, app_id: Option<&str>) -> Result<TestUser, InvalidId> {
        let identity = Identity::new(app_id.unwrap_or(APP), user_id)?;
        Ok(TestUser::new(self.clone(), identity))
    }

    /// The plugin that users call who do not say another, if it is clear which one that is.
    pub(crate) fn calling(&self) -> Option<&str> {
        let mut plugins = self.runtime().plugins();
        let only = plugins.next().filter(|_| plugins.next().is_none());
        self.inner.calling.as_deref().or(only)
    }

    /// The runtime.
    pub fn runtime(&self) -> &Runtime {
        &self.inner.runtime
    }

    /// The clock, which stands still until it is moved.
    pub fn clock(&self) -> &TestClock {
        &self.inner.services.clock
    }

    /// The storage.
    pub fn storage(&self) -> &MemoryStorage {
        &self.inner.services.storage
    }

    /// The event bus, which can be made to misbehave.
    pub fn bus(&self) -> &MemoryEventBus {
        &self.inner.services.events
    }

    /// What keeps notifications.
    pub fn notifications(&self) -> &MemoryNotifications {
        &self.inner.services.notifications
    }

    /// What keeps settings.
    pub fn settings(&self) -> &MemorySettings {
        &self.inner.services.settings
    }

    /// What queues pushes.
    pub fn realtime(&self) -> &MemoryRealtime {
        &self.inner.services.realtime
    }

    /// What keeps installations.
    pub fn installations(&self) -> &MemoryInstallations {
        &self.inner.services.installations
    }

    /// What knows plans.
    pub fn plans(&self) -> &MemoryPlans {
        &self.inner.services.plans
    }

    /// What happened so far, in order.
    pub fn journal(&self) -> &Journal {
        &self.inner.services.journal
    }

    /// The time.
    pub fn now(&self) -> DateTime {
        self.clock().now()
    }

    /// Publishes an event of the host's own that no user caused, and waits until every handler has done what it can.
    ///
    /// # Errors
    /// As for [`Runtime::publish`].
    ///
    /// # Panics
    /// Never: the app of a test host can be one.
    pub async fn publish(&self, topic: &str, payload: impl Serialize) -> Result<()> {
        let system = Identity::system(APP).map_err(mozaiks_core::Error::internal)?;
        self.publish_as(&system, topic, payload).await
    }

    /// Publishes any event, a plugin's that is not here too, and waits until every handler has done what it can.
    pub(crate) async fn publish_as(
        &self,
        identity: &Identity,
        topic: &str,
        payload: impl Serialize,
    ) -> Result<()> {
        self.watched(self.inner.runtime.publish(identity, topic, payload)).await?;
        self.settle().await;
        Ok(())
    }

    /// Moves time on, step by step: whoever wakes on the way is run before time goes on.
    pub async fn advance(&self, duration: Duration) {
        let clock = self.clock();
        let end = clock.monotonic() + duration;
        for _ in 0..MOST_STEPS {
            let left = end.saturating_sub(clock.monotonic());
            match clock.next_wake() {
                Some(next) if next <= left => clock.advance(next),
                _ => break,
            }
            self.let_run().await;
        }
        clock.advance(end.saturating_sub(clock.monotonic()));
        self.let_run().await;
    }

    /// Waits until every event handler has done what it can: it has ended, or it waits for the clock to be moved.
    pub async fn settle(&self) {
        self.watched(self.bus().settle()).await;
    }

    /// Lets those run who were woken.
    async fn let_run(&self) {
        self.clock().let_woken_run().await;
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.settle().await;
    }

    /// Runs something with its log in the journal.
    pub(crate) async fn watched<F: Future>(&self, future: F) -> F::Output {
        future.with_subscriber(self.inner.log.clone()).await
    }

    /// The events published so far, in order.
    pub fn events(&self) -> Vec<Event> {
        assertions::events(self.journal())
    }
}

impl fmt::Debug for TestHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestHost").field("runtime", &self.inner.runtime).finish_non_exhaustive()
    }
}

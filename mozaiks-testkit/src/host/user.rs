//! A user of a test host.

use std::fmt;

use mozaiks_core::notifications::StoredNotification;
use mozaiks_core::plugin::Caller;
use mozaiks_core::realtime::Push;
use mozaiks_core::runtime::Reply;
use mozaiks_core::{Error, Event, Identity, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{TestHost, assertions};

/// A user of a test host: calls actions, and sees what became of them.
///
/// After each call the host waits until every event handler has done what it can.
#[derive(Clone)]
pub struct TestUser {
    pub(super) host: TestHost,
    pub(super) identity: Identity,
    plugin: Option<String>,
}

impl TestUser {
    pub(super) fn new(host: TestHost, identity: Identity) -> Self {
        Self { host, identity, plugin: None }
    }

    /// Who the user is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The host that the user is a user of.
    pub fn host(&self) -> &TestHost {
        &self.host
    }

    /// The same user, whose calls go to that plugin. Of a host with one plugin it need not be said.
    #[must_use]
    pub fn plugin(mut self, plugin: &str) -> Self {
        self.plugin = Some(plugin.to_owned());
        self
    }

    /// A user of the same id in another app.
    ///
    /// # Panics
    /// If the id can be no app's.
    #[must_use]
    #[track_caller]
    pub fn in_app(self, app_id: &str) -> Self {
        let mut identity = match Identity::new(app_id, self.identity.user_id()) {
            Ok(identity) => identity,
            Err(error) => panic!("there can be no app {app_id:?}: {error}"),
        };
        if let Some(username) = self.identity.username() {
            identity = identity.with_username(username);
        }
        let identity = identity
            .with_roles(self.identity.roles().iter().cloned())
            .with_superadmin(self.identity.is_superadmin());
        Self { identity, ..self }
    }

    /// Gives the user roles.
    #[must_use]
    pub fn with_roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.identity = self.identity.with_roles(roles);
        self
    }

    /// Gives the user a name.
    #[must_use]
    pub fn with_username(mut self, username: impl Into<String>) -> Self {
        self.identity = self.identity.with_username(username);
        self
    }

    /// Lets the user do everything.
    #[must_use]
    pub fn as_superadmin(mut self) -> Self {
        self.identity = self.identity.with_superadmin(true);
        self
    }

    /// The plugin to which calls go.
    #[track_caller]
    pub(super) fn target(&self) -> &str {
        if let Some(plugin) = &self.plugin {
            return plugin;
        }
        match self.host.calling() {
            Some(plugin) => plugin,
            None => {
                let all = self.host.runtime().plugins().map(|plugin| format!("{plugin:?}"));
                let all = all.collect::<Vec<_>>().join(" or ");
                panic!(
                    "which plugin is meant? Say it with `.plugin(...)` on the user or `.calling(...)` on the builder: {all}"
                )
            }
        }
    }

    /// Calls an action with its fields, `json!({ "title": "Milk" })`; gives the reply.
    ///
    /// # Errors
    /// What the action fails with. Unlike a client, a test sees the cause of an internal error too.
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn call(&self, action: &str, fields: Value) -> impl Future<Output = Result<Value>> + Send {
        self.call_typed(action, fields)
    }

    /// Calls an action with its fields, and reads the reply as a type.
    ///
    /// # Errors
    /// What the action fails with, or `INTERNAL` if the reply is not of that form.
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn call_typed<R: DeserializeOwned>(
        &self,
        action: &str,
        fields: impl Serialize,
    ) -> impl Future<Output = Result<R>> + Send {
        let (plugin, body) = (self.target(), serde_json::to_vec(&fields));
        async move {
            let reply = self.call_action(plugin, action, body?).await?;
            Ok(serde_json::from_slice(&reply)?)
        }
    }

    /// Sends bytes as a client would, `{"action": "create", ...}`; gives what the client would get.
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn send(&self, body: impl AsRef<[u8]> + Send) -> impl Future<Output = Reply> + Send {
        let plugin = self.target();
        async move {
            let execute = self.host.runtime().execute(&self.identity, plugin, body.as_ref());
            let reply = self.host.watched(execute).await;
            self.host.settle().await;
            reply
        }
    }

    /// Publishes an event of the host's own that this user caused, and waits until every handler has done what it
    /// can.
    ///
    /// # Errors
    /// As for [`Runtime::publish`](mozaiks_core::Runtime::publish).
    pub async fn publish(&self, topic: &str, payload: impl Serialize) -> Result<()> {
        self.host.publish_as(&self.identity, topic, payload).await
    }

    /// Does something, its log in the journal, and waits until every handler has done what it can.
    pub(super) async fn settled(&self, work: impl Future<Output = Result<()>>) -> Result<()> {
        let outcome = self.host.watched(work).await;
        self.host.settle().await;
        outcome
    }

    /// The user's settings of the plugin: what they saved over the defaults.
    ///
    /// # Errors
    /// What `get_settings` fails with.
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn settings(&self) -> impl Future<Output = Result<Value>> + Send {
        let reply = self.call_typed::<Map<String, Value>>("get_settings", Map::new());
        async move { Ok(reply.await?.get("settings").cloned().unwrap_or_default()) }
    }

    /// Saves the user's settings of the plugin.
    ///
    /// # Errors
    /// What `save_settings` fails with.
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn save_settings(&self, settings: Value) -> impl Future<Output = Result<()>> + Send {
        let reply = self.call("save_settings", serde_json::json!({ "settings": settings }));
        async move { reply.await.map(drop) }
    }

    /// The user's notifications, the newest first.
    pub async fn notifications(&self) -> Vec<StoredNotification> {
        self.host.settle().await;
        self.host.notifications().of(self.identity.user())
    }

    /// The messages to the user's live connections, in order.
    pub fn pushes(&self) -> Vec<Push> {
        assertions::pushes(self.host.journal(), self.identity.user())
    }

    /// The events that the user caused, in order.
    pub fn events(&self) -> Vec<Event> {
        let own = |event: &Event| event.user().as_ref() == Some(self.identity.user());
        self.host.events().into_iter().filter(own).collect()
    }
}

impl Caller for TestUser {
    async fn call_action(&self, plugin: &str, action: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let execute = self.host.runtime().execute_action(&self.identity, plugin, action, &body);
        let outcome: Result<Vec<u8>, Error> = self.host.watched(execute).await.into_result();
        self.host.settle().await;
        outcome
    }
}

impl fmt::Debug for TestUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestUser").field(&self.identity).finish()
    }
}

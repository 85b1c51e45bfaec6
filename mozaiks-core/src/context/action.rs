//! What an action is given: all that a query has, and what it takes to write and to send.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::effects::{Effect, Effects};
use super::query::QueryContext;
use super::services::{Grants, PluginInfo, Services};
use crate::error::{Error, ErrorCode, Result};
use crate::events::{Ended, Event};
use crate::identity::{Identity, UserKey};
use crate::kv::Kv;
use crate::name::is_snake_case;
use crate::notifications::Notification;
use crate::permission::Permission;
use crate::realtime::Push;
use crate::storage::Collection;

/// What an action is given: all that a [`QueryContext`] has, to which it derefs, and what it takes to write and send.
///
/// What it sends (events, pushes, notifications) leaves in order once the action has returned `Ok`, and never if it
/// has not.
///
/// ```
/// # use mozaiks_core::prelude::*;
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Note { title: String }
/// async fn create(ctx: &Context, note: Note) -> Result<Created> {
///     let id = ctx.collection::<Note>("items").insert(&note).await?;
///     ctx.publish("note_created", json!({ "note_id": id }))?;
///     ctx.push("created", json!({ "note_id": id, "title": note.title }))?;
///     ctx.notify(Notification::new("notes_created", "Note saved").message(&note.title))?;
///     Ok(Created { id })
/// }
/// ```
pub struct Context {
    query: QueryContext,
    effects: Effects,
    /// How many events lie between this call and its first cause.
    hops: u8,
    /// The W3C trace that the call is part of, known once the call has its span.
    traceparent: OnceLock<Arc<str>>,
}

impl Deref for Context {
    type Target = QueryContext;

    fn deref(&self) -> &QueryContext {
        &self.query
    }
}

impl Context {
    pub(crate) fn new(
        services: Arc<Services>,
        plugin: Arc<PluginInfo>,
        identity: Identity,
        grants: Grants,
        hops: u8,
    ) -> Self {
        let query = QueryContext { services, plugin, identity, grants };
        Self { query, effects: Effects::default(), hops, traceparent: OnceLock::new() }
    }

    /// The same call, to say something of it when it is over.
    pub(crate) fn without_effects(&self) -> Self {
        let QueryContext { services, plugin, identity, grants } = &self.query;
        let ctx = Self::new(services.clone(), plugin.clone(), identity.clone(), grants.clone(), self.hops);
        Self { traceparent: self.traceparent.clone(), ..ctx }
    }

    /// Makes the call a part of a trace, if it is none yet.
    pub(crate) fn join_trace(&self, traceparent: &str) {
        self.traceparent.get_or_init(|| Arc::from(traceparent));
    }

    /// The W3C `traceparent` of the trace that this call is part of, to hand on to whatever else it asks.
    ///
    /// It is the one that came with the call or the event. Where the host exports its spans, the call's own span is the
    /// parent that it names.
    pub fn traceparent(&self) -> Option<&str> {
        self.traceparent.get().map(|traceparent| &**traceparent)
    }

    /// The half of it that reads.
    pub fn as_query(&self) -> &QueryContext {
        &self.query
    }

    /// The caller's own collection of that name (snake case).
    pub fn collection<'c, T>(&'c self, name: &'c str) -> Collection<'c, T> {
        Collection::new(self.own(name))
    }

    /// The collection of that name that the app's users share. Needs `storage:shared`.
    ///
    /// Any of them may change what is in it; where only the maker may, write through [`mine`](Collection::mine).
    pub fn shared<'c, T>(&'c self, name: &'c str) -> Collection<'c, T> {
        Collection::new(self.everyones(name))
    }

    /// Key-value storage.
    pub fn kv(&self) -> Kv<'_> {
        Kv::new(self.place())
    }

    /// Publishes an event that the plugin declares (`publishes = ["note_created"]`), under the plugin's name. The
    /// payload is an object.
    ///
    /// # Errors
    /// `INTERNAL` if the event is not declared or the payload is no object.
    pub fn publish(&self, event: &str, payload: impl Serialize) -> Result<()> {
        let Some(topic) = self.plugin.publishes.get(event) else {
            let name = &self.plugin.name;
            let hint = match event.strip_prefix(&**name).and_then(|rest| rest.strip_prefix(':')) {
                Some(bare) => format!("write `{bare}` without the plugin's name"),
                None => format!("add it to `publishes = [\"{event}\"]` of #[plugin]"),
            };
            return Err(Error::internal(format!(
                "the plugin {name} does not declare the event `{event}`: {hint}"
            )));
        };
        let event = self.event(topic.clone(), &payload)?;
        self.hold(Effect::Publish(event))?;
        Ok(())
    }

    /// Sends a message to the caller's live connections: `{"type": "{plugin}_update", "action": ..., "data": ...}`.
    ///
    /// # Errors
    /// `INTERNAL` if the data cannot be written as JSON, or no user is behind the call.
    pub fn push(&self, action: &str, data: impl Serialize) -> Result<()> {
        self.push_as("update", action, data)
    }

    /// As [`push`](Self::push), with the type `{plugin}_{event_type}`.
    ///
    /// # Errors
    /// `INTERNAL` if the type is not in snake case, or as for [`push`](Self::push).
    pub fn push_as(&self, event_type: &str, action: &str, data: impl Serialize) -> Result<()> {
        if !is_snake_case(event_type) {
            return Err(Error::internal(format!(
                "the type of a push, {event_type:?}, must be in snake_case"
            )));
        }
        self.push_to(self.identity.user().clone(), event_type, action, data)
    }

    /// Notifies the caller, with a notification that the plugin declares. Needs `notifications:send`.
    ///
    /// # Errors
    /// `FORBIDDEN` without the permission; `INTERNAL` if the type is not declared, or no user is behind the call.
    pub fn notify(&self, notification: Notification) -> Result<()> {
        self.notify_to(self.identity.user().clone(), notification)
    }

    pub(super) fn push_to(
        &self,
        to: UserKey,
        event_type: &str,
        action: &str,
        data: impl Serialize,
    ) -> Result<()> {
        self.somebody(&to)?;
        let kind = format!("{}_{event_type}", self.plugin.name);
        let of = |other: &str| kind.strip_prefix(other).is_some_and(|rest| rest.starts_with('_'));
        if let Some(other) = self.plugin.longer_names.iter().find(|other| of(other)) {
            return Err(Error::internal(format!(
                "a push of the type `{kind}` is the plugin {other}'s to send"
            )));
        }
        let message = |data| Push::new(kind, data, self.now()).action(action);
        // Most users are not connected, and a text is made with less work.
        self.hold(match self.services.realtime.reaches(&to) {
            true => Effect::Push(to, message(serde_json::to_value(data)?)),
            false => Effect::PushIfReached(to, message(Value::Null), to_raw_value(&data)?),
        })?;
        Ok(())
    }

    pub(super) fn notify_to(&self, to: UserKey, notification: Notification) -> Result<()> {
        self.require(Permission::NOTIFICATIONS_SEND)?;
        self.somebody(&to)?;
        let (name, kind) = (&self.plugin.name, &notification.kind);
        if !self.plugin.notifications.contains(kind) {
            // Ids begin with the plugin's name, or they could not be declared.
            let own = kind.strip_prefix(&**name).is_some_and(|rest| rest.starts_with('_'));
            let id = if own { kind.clone() } else { format!("{name}_{kind}") };
            return Err(Error::internal(format!(
                "the plugin {name} does not declare the notification `{kind}`: add \
                 `notification(id = \"{id}\", name = \"...\")` to #[plugin]"
            )));
        }
        self.hold(Effect::Notify(to, notification))?;
        Ok(())
    }

    /// What no user caused has nobody to tell.
    fn somebody(&self, to: &UserKey) -> Result<()> {
        if !to.user_id().is_empty() {
            return Ok(());
        }
        let name = &self.plugin.name;
        Err(Error::internal(format!("the plugin {name} has nobody to tell: no user is behind this call")))
    }

    /// An event of the caller's, at this moment.
    pub(crate) fn event(&self, topic: crate::events::Topic, payload: &impl Serialize) -> Result<Event> {
        let (clock, user) = (&self.services.clock, self.identity.user());
        let app_id = Arc::clone(user.app_id());
        let event = Event::new(clock.new_id(), topic, app_id, self.causing(), payload, clock.now())?;
        Ok(self.linked(event))
    }

    /// The event that says how this call ended.
    pub(crate) fn ended(
        &self,
        topic: crate::events::Topic,
        action: &str,
        duration: Duration,
        error_code: Option<ErrorCode>,
    ) -> Event {
        let (clock, user) = (&self.services.clock, self.identity.user());
        let plugin = Arc::clone(&self.plugin.name);
        let ended = Ended { plugin, action: action.into(), duration, error_code };
        let app_id = Arc::clone(user.app_id());
        self.linked(Event::ended(clock.new_id(), topic, app_id, self.causing(), ended, clock.now()))
    }

    /// The user who causes what happens here, if one does.
    fn causing(&self) -> Option<Arc<str>> {
        (!self.identity.is_system()).then(|| Arc::clone(self.identity.user().user_id()))
    }

    /// An event with what it follows from.
    fn linked(&self, event: Event) -> Event {
        let event = if self.hops == 0 { event } else { event.after(self.hops) };
        match self.traceparent() {
            Some(traceparent) => event.with_traceparent(traceparent),
            None => event,
        }
    }

    /// Keeps something to send until the action has succeeded.
    pub(crate) fn hold(&self, effect: Effect) -> Result<()> {
        let most = self.services.max_effects;
        if self.effects.hold(effect, most) {
            return Ok(());
        }
        let name = &self.plugin.name;
        Err(Error::internal(format!(
            "the plugin {name} sends more than {most} events, pushes and notifications"
        )))
    }

    pub(crate) fn take_effects(&self) -> Vec<Effect> {
        self.effects.take()
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.query, f)
    }
}

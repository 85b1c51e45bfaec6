//! What an action is given: all that a query has, and what it takes to write and to send.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;

use super::effects::{Addressee, Effect, Effects, Ending, Outgoing, Unread};
use super::query::QueryContext;
use super::services::{Grants, PluginInfo, Services};
use crate::error::{Error, Result};
use crate::events::{Called, Ended, Event};
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
        self.hold(Effect::Publish(event))
    }

    /// Sends a message to the caller's live connections: `{"type": "{plugin}_update", "action": ..., "data": ...}`.
    ///
    /// # Errors
    /// `INTERNAL` if the data cannot be written as JSON, or no user is behind the call.
    pub fn push(&self, action: &str, data: impl Serialize) -> Result<()> {
        self.push_to(self.caller(), "update", action, data)
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
        self.push_to(self.caller(), event_type, action, data)
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
        to: Addressee,
        event_type: &str,
        action: &str,
        data: impl Serialize,
    ) -> Result<()> {
        self.somebody(to.user())?;
        let kind = [&*self.plugin.name, "_", event_type];
        if !self.plugin.longer_names.is_empty() {
            let kind = kind.concat();
            let of = |other: &str| kind.strip_prefix(other).is_some_and(|rest| rest.starts_with('_'));
            if let Some(other) = self.plugin.longer_names.iter().find(|other| of(other)) {
                return Err(Error::internal(format!(
                    "a push of the type `{kind}` is the plugin {other}'s to send"
                )));
            }
        }
        // Most users are not connected, and a text is made with less work.
        self.hold(if self.services.realtime.reaches(to.user()) {
            let push = Push::new(kind.concat(), serde_json::to_value(data)?, self.now()).action(action);
            Effect::Push(Box::new((to.user().clone(), push)))
        } else {
            Effect::PushIfReached(Unread::new(to, kind, action, &data)?)
        })
    }

    fn caller(&self) -> Addressee {
        Addressee::Caller(self.identity.clone())
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
        self.hold(Effect::Notify(Box::new((to, notification))))
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
        let (clock, caller) = (&self.services.clock, self.identity.clone());
        let (now, id) = clock.now_and_id();
        let event = Event::caused(id, topic, caller, payload, now)?;
        Ok(event.after(self.hops, self.traceparent()))
    }

    /// What there is to say of this call when it is over.
    #[inline]
    pub(crate) fn ending(&self, called: &Arc<Called>, duration: Duration) -> Ending {
        let duration_ms = duration.as_secs_f64() * 1000.0;
        Ending {
            caller: self.identity.clone(),
            ended: Ended { called: Arc::clone(called), duration_ms, error_code: None },
            hops: self.hops,
            traceparent: self.traceparent.get().map(Arc::clone),
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

    pub(crate) fn take_effects(&self) -> Outgoing {
        self.effects.take()
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.query, f)
    }
}

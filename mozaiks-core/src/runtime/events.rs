//! Events on their way to plugins, and those that the host itself publishes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use serde::Serialize;
use tracing::Instrument;

use super::failure::{crashed, told};
use super::{Inner, Runtime};
use crate::context::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::events::{Event, EventHandler, MAX_HOPS, Topic};
use crate::guard::catch;
use crate::identity::Identity;
use crate::trace;

impl Runtime {
    /// Publishes an event of the host's, such as `user:registered`, caused by a user or by the
    /// [system](Identity::system).
    ///
    /// # Errors
    /// `INTERNAL` if the topic has no form of one or belongs to a plugin, or the payload is no object;
    /// `UNAVAILABLE` if the bus is away.
    pub async fn publish(&self, identity: &Identity, topic: &str, payload: impl Serialize) -> Result<()> {
        self.ready().await?;
        let topic: Topic = topic.parse().map_err(Error::internal)?;
        if let Some(plugin) = topic.area().and_then(|area| self.inner.entry(area)) {
            let name = plugin.name();
            return Err(Error::internal(format!(
                "{topic} is an event of the plugin {name}, which alone publishes it"
            )));
        }
        let services = &self.inner.services;
        let user = identity.user();
        let user_id = (!identity.is_system()).then(|| Arc::clone(user.user_id()));
        let app_id = Arc::clone(user.app_id());
        let event =
            Event::new(services.clock.new_id(), topic, app_id, user_id, &payload, services.clock.now())?;
        let event = match trace::current() {
            Some(traceparent) => event.with_traceparent(&traceparent),
            None => event,
        };
        Ok(services.events.publish(vec![event]).await?)
    }
}

impl Inner {
    /// Has every handler of every plugin that is not `disabled` called for its events.
    pub(super) fn subscribe_all(self: &Arc<Self>, disabled: &HashSet<String>) -> Result<()> {
        let mut subscriptions = Vec::new();
        for (plugin, entry) in self.entries.iter().enumerate() {
            if disabled.contains(entry.name()) {
                continue;
            }
            let mut alike: HashMap<&str, usize> = HashMap::new();
            for (handler, (topics, pattern)) in entry.code().subscriptions().into_iter().enumerate() {
                let Ok(pattern) = pattern else { continue };
                let deliver = Deliver { runtime: Arc::downgrade(self), plugin, handler };
                // A stored dead letter names its handler: that must be the same one when others have come beside it.
                let number = alike.entry(topics).and_modify(|number| *number += 1).or_insert(1);
                let subscriber = match number {
                    1 => format!("{}#{topics}", entry.name()),
                    number => format!("{}#{topics}#{number}", entry.name()),
                };
                subscriptions.push(self.services.events.subscribe(
                    &subscriber,
                    pattern.clone(),
                    Arc::new(deliver),
                )?);
            }
        }
        *self.subscriptions.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = subscriptions;
        Ok(())
    }

    async fn deliver(self: &Arc<Self>, plugin: usize, handler: usize, event: Event) -> Result<()> {
        let Some(entry) = self.entries.get(plugin) else { return Ok(()) };
        if event.hops() >= MAX_HOPS {
            let text = format!("{} follows from {MAX_HOPS} events before it: is it a loop?", event.topic());
            return Err(self.logged(Error::internal(text), entry.name()));
        }
        let app_id = Arc::clone(event.app_id());
        let identity = match event.user_id() {
            Some(user_id) => Identity::new(app_id, Arc::clone(user_id)),
            None => Identity::system(app_id),
        };
        let identity = identity.map_err(Error::internal)?;
        let grants = match self.grants(entry, &identity).await {
            Ok(grants) => grants,
            // What the user has not installed, or the plan does not unlock, hears nothing of them.
            Err(error) if matches!(error.code(), ErrorCode::Forbidden | ErrorCode::PluginNotFound) => {
                return Ok(());
            }
            // It could not be told: the event is the bus's to deliver again.
            Err(error) => return Err(self.logged(error, entry.name())),
        };
        let span = entry.spans.span(identity.app_id(), identity.user_id(), event.topic().as_str());
        let hops = event.hops() + 1;
        let ctx = Context::new(self.services.clone(), entry.info.clone(), identity, grants, hops);
        if let Some(traceparent) = trace::continued(&span, event.traceparent()) {
            ctx.join_trace(&traceparent);
        }
        let run = async {
            let started = self.services.clock.monotonic();
            let outcome = match catch(|| entry.code().handle(handler, &ctx, event)).map_err(crashed) {
                Ok(Ok(future)) => self.guarded(future, started).await,
                Ok(Err(error)) | Err(error) => Err(error),
            };
            let outcome = match outcome {
                Ok(()) => self.send_to_the_end(entry, ctx.take_effects()).await,
                Err(error) => Err(error),
            };
            told(&span, self.services.clock.monotonic().saturating_sub(started), outcome.as_ref().err());
            outcome.map_err(|error| self.logged(error, entry.name()))
        };
        run.instrument(span.clone()).await
    }
}

/// One handler of one plugin, as the bus sees it. It does not keep the runtime alive.
struct Deliver {
    runtime: Weak<Inner>,
    plugin: usize,
    handler: usize,
}

impl EventHandler for Deliver {
    fn handle(&self, event: Event) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            match self.runtime.upgrade() {
                Some(runtime) => runtime.deliver(self.plugin, self.handler, event).await,
                // Not handled: an outbox is to keep it.
                None => Err(Error::unavailable("The runtime is gone")),
            }
        })
    }
}

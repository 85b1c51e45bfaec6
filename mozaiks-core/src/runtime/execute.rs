//! The way of a request, from bytes to bytes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::call::Call;
use super::entry::Entry;
use super::failure::{away, crashed, told};
use super::reply::{Ran, Reply};
use super::{Inner, Runtime};
use crate::context::{Context, Grants, Outgoing};
use crate::entitlements::Access;
use crate::error::{Error, ErrorCode, Result};
use crate::events::Called;
use crate::guard::{catch, within};
use crate::identity::Identity;
use crate::plugin::{ACTION_FIELD, Request};
use crate::trace;

/// How long a client should wait where a plugin is busy.
const BUSY_RETRY: Duration = Duration::from_secs(1);

/// How much of a name that means nothing is said back to whoever sent it.
const SAID_BACK: usize = 64;

/// A call whose arguments have been read.
struct Begun<'c> {
    called: &'c Arc<Called>,
    span: tracing::Span,
    /// Of the action; or that its arguments are wrong, which is an end of the call like any other.
    future: Result<BoxFuture<'c, Result<Vec<u8>>>>,
}

impl Runtime {
    /// Executes an action: `body` is a JSON object that names it, `{"action": "create", ...}`.
    ///
    /// It never fails otherwise than by its reply, whatever the body and whatever the plugin does. The first call
    /// starts the runtime if nobody has.
    pub async fn execute(&self, identity: &Identity, plugin: &str, body: &[u8]) -> Reply {
        self.call(identity, Call::new(plugin, body)).await
    }

    /// Executes the action that is named beside the body. An `action` in the body must be the same.
    pub async fn execute_action(
        &self,
        identity: &Identity,
        plugin: &str,
        action: &str,
        body: &[u8],
    ) -> Reply {
        self.call(identity, Call::new(plugin, body).action(action)).await
    }

    /// Executes an action, with all that a host may say of a call.
    pub async fn call(&self, identity: &Identity, call: Call<'_>) -> Reply {
        self.reply(identity, &call, None).await
    }

    /// As [`call`](Self::call), of a call that is in one place and is large to move. It began at that time of the
    /// runtime's clock, if that was before the runtime was asked.
    pub(crate) async fn reply(&self, identity: &Identity, call: &Call<'_>, begun: Option<Duration>) -> Reply {
        let inner = &self.inner;
        // To start the runtime is no time of the call's.
        let begun = begun.filter(|_| inner.life.serves_already());
        if let Err(error) = self.ready().await {
            return Reply::new(Err(error));
        }
        let asked = begun.unwrap_or_else(|| inner.services.clock.monotonic());
        let (admitted, waited) = {
            let admitted = pin!(inner.admit(identity, call.plugin));
            telling_if_it_waits(admitted).await
        };
        // What others take to let the caller in is no time of the action's, as its deadline has it.
        let started = if waited { inner.services.clock.monotonic() } else { asked };
        let mut ran = None;
        let outcome = match admitted {
            Ok((entry, grants)) => inner.run_action(entry, grants, identity, call, started, &mut ran).await,
            Err(error) => Err(inner.logged(error, call.plugin)),
        };
        let ran = ran.map(|ran: Ran| Ran { took: ran.took + started.saturating_sub(asked), ..ran });
        let reply = Reply::new(outcome).of_action(ran);
        match inner.too_large(reply.body().len()) {
            // What an action fails with is a reply as well. Of an internal error nothing is left to take away.
            Err(error) if reply.error().is_some_and(|failure| !failure.is_internal()) => {
                Reply::new(Err(inner.logged(error, call.plugin))).of_action(ran)
            }
            _ => reply,
        }
    }

    /// Checks that a user may call a plugin now, without calling it.
    ///
    /// # Errors
    /// Those that [`execute`](Self::execute) would reply before it looks at a body: `PLUGIN_NOT_FOUND`, `FORBIDDEN`,
    /// `UNAVAILABLE`.
    pub async fn access(&self, identity: &Identity, plugin: &str) -> Result<()> {
        self.ready().await?;
        self.inner.admit(identity, plugin).await.map(drop).map_err(|error| self.inner.logged(error, plugin))
    }
}

impl Inner {
    fn too_large(&self, size: usize) -> Result<()> {
        let most = self.limits.max_reply;
        if size > most {
            return Err(Error::internal(format!("the reply has {size} bytes, at most {most} are allowed")));
        }
        Ok(())
    }

    /// Finds the plugin and what the caller has granted it.
    async fn admit(&self, identity: &Identity, plugin: &str) -> Result<(&Arc<Entry>, Grants)> {
        let unknown = || {
            let name = cut(plugin);
            Error::new(ErrorCode::PluginNotFound, format!("Unknown plugin: {name}"))
        };
        let entry = self.entry(plugin).ok_or_else(unknown)?;
        if self.life.is_disabled(entry.name()) {
            return Err(unknown().with_source("it is switched off: it failed to initialise"));
        }
        Ok((entry, self.grants(entry, identity).await?))
    }

    /// What the caller has granted a plugin.
    ///
    /// # Errors
    /// `FORBIDDEN` if the caller has not installed it or their plan does not unlock it, `PLUGIN_NOT_FOUND` if they
    /// have switched it off.
    pub(super) async fn grants(&self, entry: &Entry, identity: &Identity) -> Result<Grants> {
        if identity.is_system() {
            // What no user caused is the app's own: nobody could have installed anything for it.
            return Ok(Grants::AllAskedFor);
        }
        let (clock, deadline) = (&*self.services.clock, self.limits.deadline);
        within(clock, deadline, self.granted(entry, identity)).await.map_err(away)?
    }

    async fn granted(&self, entry: &Entry, identity: &Identity) -> Result<Grants> {
        let mut grants = Grants::AllAskedFor;
        if let Some(installations) = &self.installations {
            match installations.get(identity.user(), entry.name()).await? {
                None => {
                    return Err(
                        Error::forbidden("Plugin not installed").with_detail("reason", "not_installed")
                    );
                }
                Some(copy) if !copy.enabled => {
                    let text = format!("Unknown plugin: {}", entry.name());
                    return Err(Error::new(ErrorCode::PluginNotFound, text));
                }
                Some(copy) => grants = Grants::Installed(copy.into()),
            }
        }
        self.unlocked(entry, identity).await?;
        Ok(grants)
    }

    /// Checks that the caller's plan unlocks a plugin.
    pub(super) async fn unlocked(&self, entry: &Entry, identity: &Identity) -> Result<()> {
        if let Some(entitlements) = &self.entitlements
            && let Access::Locked { plans } = entitlements.access(identity.user(), entry.name()).await?
        {
            return Err(Error::forbidden("Your plan does not include this plugin")
                .with_detail("reason", "plan")
                .with_detail("plans", plans));
        }
        Ok(())
    }

    async fn run_action(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        grants: Grants,
        identity: &Identity,
        call: &Call<'_>,
        started: Duration,
        ran: &mut Option<Ran>,
    ) -> Result<Vec<u8>> {
        let Some(_pass) = entry.gate.enter(self.limits.concurrency) else {
            let busy = Error::unavailable("The plugin is busy").with_retry_after(BUSY_RETRY);
            return Err(self.logged(busy, entry.name()));
        };
        // Who drains the runtime has seen this call, or this call sees it.
        self.life.serves()?;
        let ctx = Context::new(self.services.clone(), entry.info.clone(), identity.clone(), grants, 0);
        let Begun { called, span, future } = self.begin(entry, &ctx, call, ran)?;
        // Pinned where it is made: it is large to move.
        let run = pin!(async {
            let outcome = self.run(future, started).await;
            let (outcome, took) = self.finish(entry, &ctx, called, outcome, started, &span).await;
            if let Some(ran) = ran {
                ran.took = took;
            }
            outcome.map_err(|error| self.logged(error, entry.name()))
        });
        if span.is_none() { run.await } else { run.instrument(span.clone()).await }
    }

    /// What of a call waits for nothing: reads the request, and gives the future of its action. The request itself,
    /// which is large, ends here.
    fn begin<'c>(
        &self,
        entry: &'c Entry,
        ctx: &'c Context,
        call: &Call<'_>,
        ran: &mut Option<Ran>,
    ) -> Result<Begun<'c>> {
        let traceparent = call.traceparent;
        let mut request = Request::of(ctx.identity());
        let action = self.read(entry, &mut request, call)?;
        *ran = Some(Ran { plugin: entry.number, action, took: Duration::ZERO });
        let Some(called) = entry.called(action) else {
            return Err(Error::internal("the action is not in the router"));
        };
        let span = entry.spans.span(ctx.app_id(), ctx.user_id(), &called.action);
        if let Some(traceparent) = trace::continued(&span, traceparent) {
            ctx.join_trace(&traceparent);
        }
        let run = || catch(|| entry.code().run(action, ctx, &request)).map_err(crashed)?;
        let future = if span.is_none() { run() } else { span.in_scope(run) };
        Ok(Begun { called, span, future })
    }

    /// Looks through the body and finds the action.
    pub(super) fn read<'r>(
        &self,
        entry: &Entry,
        request: &mut Request<'r>,
        call: &Call<'r>,
    ) -> Result<usize> {
        let &Call { action, body, drops_action, .. } = call;
        if body.len() > self.limits.max_body {
            let most = self.limits.max_body;
            return Err(Error::new(
                ErrorCode::PayloadTooLarge,
                format!("The request is larger than {most} bytes"),
            ));
        }
        request.read(body)?;
        let in_body = if drops_action { None } else { request.action_if_named()? };
        let name = match (action, in_body) {
            (Some(named), Some(other)) if named != other => {
                let text = format!("`{}` is not the action that was called, {named}", cut(other));
                return Err(Error::validation(ACTION_FIELD, text));
            }
            (Some(named), _) => named,
            (None, _) => request.action()?,
        };
        entry
            .code()
            .find(name)
            .ok_or_else(|| Error::new(ErrorCode::UnknownAction, format!("Unknown action: {}", cut(name))))
    }

    /// Runs the plugin's own code, guarded.
    async fn run(
        &self,
        future: Result<BoxFuture<'_, Result<Vec<u8>>>>,
        started: Duration,
    ) -> Result<Vec<u8>> {
        let reply = self.guarded(future?, started).await?;
        self.too_large(reply.len()).map(|()| reply)
    }

    /// Sends what a success leaves behind, and says to the bus how the call ended. Gives how long the call took, with
    /// what had to be waited for here.
    async fn finish(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        ctx: &Context,
        called: &Arc<Called>,
        outcome: Result<Vec<u8>>,
        started: Duration,
        span: &tracing::Span,
    ) -> (Result<Vec<u8>>, Duration) {
        let effects = if outcome.is_ok() { ctx.take_effects() } else { Outgoing::new() };
        let duration = self.services.clock.monotonic().saturating_sub(started);
        let (outcome, waited) = if effects.is_empty() {
            let code = outcome.as_ref().err().map(Error::code);
            let waited = self.say_ended(entry, ctx, called, duration, code.as_ref()).await;
            (outcome, waited)
        } else {
            let (handed_over, waited) = self.hand_over(entry, ctx, called, effects, duration).await;
            (outcome.and_then(|reply| handed_over.map(|()| reply)), waited)
        };
        told(span, duration, outcome.as_ref().err());
        // What was done at once took no time that is worth another look at the clock.
        let took = if waited { self.services.clock.monotonic().saturating_sub(started) } else { duration };
        (outcome, took)
    }
}

/// What comes of a future, and whether it had to be waited for.
async fn telling_if_it_waits<R>(mut future: Pin<&mut impl Future<Output = R>>) -> (R, bool) {
    let mut waited = false;
    let outcome = std::future::poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        waited |= polled.is_pending();
        polled
    })
    .await;
    (outcome, waited)
}

/// The beginning of a name that came from outside.
fn cut(name: &str) -> String {
    name.chars().take(SAID_BACK).collect()
}

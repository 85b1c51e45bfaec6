//! What a successful call leaves behind: handed over in order, before its reply leaves.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

use super::Inner;
use super::entry::Entry;
use super::failure::away;
use crate::context::{Context, Effect, Ending};
use crate::detached::Detached;
use crate::error::{Error, ErrorCode, Result};
use crate::events::{Event, Topic};
use crate::guard::within;
use crate::identity::UserKey;
use crate::log::OneLine;
use crate::realtime::Push;

/// Events that leave together.
type Events = SmallVec<[Event; 4]>;

/// Published after an action that succeeded.
pub(super) const EXECUTED: &str = "plugin_executed";
/// Published after an action that failed.
pub(super) const EXECUTION_ERROR: &str = "plugin_execution_error";

/// One of the runtime's own topics, made once.
fn topic(name: &'static str) -> Option<Topic> {
    use std::sync::LazyLock;
    static KNOWN: LazyLock<[Option<Topic>; 2]> =
        LazyLock::new(|| [EXECUTED.parse().ok(), EXECUTION_ERROR.parse().ok()]);
    let [executed, failed] = &*KNOWN;
    if name == EXECUTED { executed.clone() } else { failed.clone() }
}

impl Inner {
    /// Hands over what an action has sent, in order, and then the event that says how the call ended. It is done to
    /// its end though the caller goes away.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub(super) async fn hand_over(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        ctx: &Context,
        action: &str,
        effects: Vec<Effect>,
        duration: Duration,
    ) -> Result<()> {
        let (inner, entry, ending) = (Arc::clone(self), Arc::clone(entry), ctx.ending(action, duration));
        let alone = Arc::clone(&self.alone);
        let work = Box::pin(async move {
            let outcome = inner.send(&entry, effects).await;
            let code = outcome.as_ref().err().map(Error::code);
            inner.say(&entry, ending, code.as_ref()).await;
            outcome
        });
        Detached::new(&alone, work).await
    }

    /// Hands over what an event handler or a step has sent. It is done to its end though nobody waits for it any more.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub(super) async fn send_to_the_end(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        effects: Vec<Effect>,
    ) -> Result<()> {
        if effects.is_empty() {
            return Ok(());
        }
        let (inner, entry) = (Arc::clone(self), Arc::clone(entry));
        Detached::new(&self.alone, Box::pin(async move { inner.send(&entry, effects).await })).await
    }

    /// Publishes how a call ended. That is for the host to know: that the bus is away is not the caller's failure.
    pub(super) async fn say_ended(
        &self,
        entry: &Entry,
        ctx: &Context,
        action: &str,
        duration: Duration,
        code: Option<&ErrorCode>,
    ) {
        self.say(entry, ctx.ending(action, duration), code).await;
    }

    async fn say(&self, entry: &Entry, ending: Ending, code: Option<&ErrorCode>) {
        let Some(topic) = topic(if code.is_some() { EXECUTION_ERROR } else { EXECUTED }) else { return };
        let (clock, events) = (&*self.services.clock, &*self.services.events);
        let ended = ending.event(clock, topic, code.cloned());
        let published = match events.publish_now(slice::from_ref(&ended)) {
            Some(published) => Ok(published),
            None => within(clock, self.limits.deadline, events.publish(vec![ended])).await,
        };
        if let Err(error) = published.map_err(away).and_then(|outcome| Ok(outcome?)) {
            let text = format!("{error:?}");
            tracing::warn!(plugin = entry.name(), error = %OneLine(text), "the end of a call was not published");
        }
    }

    /// Hands over what was sent, in order. Each part is tried, whatever became of those before.
    ///
    /// # Errors
    /// The first failure; `UNAVAILABLE` if it is not done within the deadline.
    async fn send(&self, entry: &Entry, effects: Vec<Effect>) -> Result<()> {
        let sent = within(&*self.services.clock, self.limits.deadline, self.send_all(entry, effects)).await;
        sent.map_err(away)?
    }

    async fn send_all(&self, entry: &Entry, effects: Vec<Effect>) -> Result<()> {
        let mut outcome = Ok(());
        let mut events = Events::new();
        for effect in effects {
            if !matches!(effect, Effect::Publish(_)) {
                keep_first(&mut outcome, self.publish(std::mem::take(&mut events)).await);
            }
            match effect {
                Effect::Publish(event) => events.push(event),
                Effect::Push(push) => {
                    let (to, push) = *push;
                    keep_first(&mut outcome, self.push(&to, push));
                }
                Effect::PushIfReached(unread) => {
                    let (to, unread) = &*unread;
                    if self.services.realtime.reaches(to) {
                        keep_first(&mut outcome, unread.read().and_then(|push| self.push(to, push)));
                    }
                }
                Effect::Notify(notification) => {
                    let (to, notification) = *notification;
                    let sent = self.services.notifications.send(&to, Some(entry.name()), notification).await;
                    keep_first(&mut outcome, sent.map(drop).map_err(Error::from));
                }
            }
        }
        keep_first(&mut outcome, self.publish(events).await);
        outcome
    }

    fn push(&self, to: &UserKey, message: Push) -> Result<()> {
        Ok(self.services.realtime.push(to, message)?)
    }

    async fn publish(&self, events: Events) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let bus = &self.services.events;
        match bus.publish_now(&events) {
            Some(published) => Ok(published?),
            None => Ok(bus.publish(events.into_vec()).await?),
        }
    }
}

fn keep_first(outcome: &mut Result<()>, next: Result<()>) {
    if outcome.is_ok() {
        *outcome = next;
    }
}

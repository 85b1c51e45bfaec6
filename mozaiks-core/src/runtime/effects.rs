//! What a successful call leaves behind: handed over in order, before its reply leaves.

use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{mem, slice};

use smallvec::SmallVec;

use super::Inner;
use super::entry::Entry;
use super::failure::away;
use crate::context::{Context, Effect, Ending, Outgoing};
use crate::detached::Detached;
use crate::error::{Error, ErrorCode, Result};
use crate::events::{Called, Event, EventBusError, Topic};
use crate::guard::within;
use crate::identity::UserKey;
use crate::log::OneLine;
use crate::realtime::Push;

/// Published after an action that succeeded.
pub(super) const EXECUTED: &str = "plugin_executed";
/// Published after an action that failed.
pub(super) const EXECUTION_ERROR: &str = "plugin_execution_error";

/// One of the runtime's own topics, made once.
fn topic(name: &'static str) -> Option<Topic> {
    static KNOWN: LazyLock<[Option<Topic>; 2]> =
        LazyLock::new(|| [EXECUTED.parse().ok(), EXECUTION_ERROR.parse().ok()]);
    let [executed, failed] = &*KNOWN;
    if name == EXECUTED { executed.clone() } else { failed.clone() }
}

/// What was sent, as far as it is not handed over.
struct Sending {
    /// Events that leave together, before the rest.
    events: SmallVec<[Event; 4]>,
    next: Option<Effect>,
    rest: <Outgoing as IntoIterator>::IntoIter,
    /// The first failure so far.
    outcome: Result<()>,
}

impl Sending {
    fn of(effects: Outgoing) -> Self {
        Self { events: SmallVec::new(), next: None, rest: effects.into_iter(), outcome: Ok(()) }
    }

    fn keep_first(&mut self, outcome: Result<()>) {
        if self.outcome.is_ok() {
            self.outcome = outcome;
        }
    }
}

impl Inner {
    /// Hands over what an action has sent, in order, and then the event that says how the call ended. It is done to
    /// its end though the caller goes away. Gives what came of it, as [`send`](Self::send) does, and whether something
    /// had to be waited for.
    pub(super) async fn hand_over(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        ctx: &Context,
        called: &Arc<Called>,
        effects: Outgoing,
        duration: Duration,
    ) -> (Result<()>, bool) {
        let mut sending = Sending::of(effects);
        let sent = self.send_now(&mut sending);
        let ending = ctx.ending(called, duration);
        if !sent {
            let (inner, entry) = (Arc::clone(self), Arc::clone(entry));
            let work = Box::pin(async move {
                let outcome = inner.send(&entry, sending).await;
                let ended = inner.ended(ending, outcome.as_ref().err().map(Error::code));
                inner.say(&entry, ended).await;
                outcome
            });
            return (Detached::new(&self.alone, work).await, true);
        }
        let outcome = sending.outcome;
        let ended = self.ended(ending, outcome.as_ref().err().map(Error::code));
        let said = self.say_now(entry, ended.as_ref());
        if !said {
            let (inner, entry) = (Arc::clone(self), Arc::clone(entry));
            let work = Box::pin(async move { inner.say(&entry, ended).await });
            Detached::new(&self.alone, work).await;
        }
        (outcome, !said)
    }

    /// Hands over what an event handler or a step has sent. It is done to its end though nobody waits for it any more.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub(super) async fn send_to_the_end(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        effects: Outgoing,
    ) -> Result<()> {
        let mut sending = Sending::of(effects);
        if self.send_now(&mut sending) {
            return sending.outcome;
        }
        let (inner, entry) = (Arc::clone(self), Arc::clone(entry));
        Detached::new(&self.alone, Box::pin(async move { inner.send(&entry, sending).await })).await
    }

    /// Publishes how a call ended. That is for the host to know: that the bus is away is not the caller's failure. Gives
    /// whether the bus had to be waited for.
    pub(super) async fn say_ended(
        &self,
        entry: &Entry,
        ctx: &Context,
        called: &Arc<Called>,
        duration: Duration,
        code: Option<&ErrorCode>,
    ) -> bool {
        let ended = self.ended(ctx.ending(called, duration), code.cloned());
        let said = self.say_now(entry, ended.as_ref());
        if !said {
            self.say(entry, ended).await;
        }
        !said
    }

    /// The event that says how a call ended.
    #[inline]
    fn ended(&self, ending: Ending, code: Option<ErrorCode>) -> Option<Event> {
        let topic = topic(if code.is_some() { EXECUTION_ERROR } else { EXECUTED })?;
        Some(ending.event(&*self.services.clock, topic, code))
    }

    /// Says how a call ended; `false` if the bus has to wait for something.
    fn say_now(&self, entry: &Entry, ended: Option<&Event>) -> bool {
        let Some(ended) = ended else { return true };
        let published = self.services.events.publish_now(slice::from_ref(ended));
        published.map(|outcome| tell_of_silence(entry, outcome.map_err(Error::from))).is_some()
    }

    async fn say(&self, entry: &Entry, ended: Option<Event>) {
        let published = self.services.events.publish(ended.into_iter().collect());
        let published = within(&*self.services.clock, self.limits.deadline, published).await;
        tell_of_silence(entry, published.map_err(away).and_then(|outcome| Ok(outcome?)));
    }

    /// Hands over what was sent, in order. Each part is tried, whatever became of those before.
    ///
    /// # Errors
    /// The first failure; `UNAVAILABLE` if it is not done within the deadline.
    async fn send(&self, entry: &Entry, sending: Sending) -> Result<()> {
        let sent = within(&*self.services.clock, self.limits.deadline, self.send_all(entry, sending)).await;
        sent.map_err(away)?
    }

    async fn send_all(&self, entry: &Entry, mut sending: Sending) -> Result<()> {
        while !self.send_now(&mut sending) {
            let events = mem::take(&mut sending.events);
            let sent = if !events.is_empty() {
                self.heard(self.services.events.publish(events.into_vec()).await)
            } else if let Some(Effect::Notify(notification)) = sending.next.take() {
                let (to, notification) = *notification;
                let sent = self.services.notifications.send(&to, Some(entry.name()), notification).await;
                sent.map(drop).map_err(Error::from)
            } else {
                Ok(())
            };
            sending.keep_first(sent);
        }
        sending.outcome
    }

    /// Hands over what there is nothing to wait for, in order, up to the first that there is; `true` if that is all.
    fn send_now(&self, sending: &mut Sending) -> bool {
        loop {
            sending.next = sending.next.take().or_else(|| sending.rest.next());
            if let Some(Effect::Publish(event)) =
                sending.next.take_if(|next| matches!(next, Effect::Publish(_)))
            {
                sending.events.push(event);
                continue;
            }
            if !sending.events.is_empty() {
                let Some(published) = self.services.events.publish_now(&sending.events) else { return false };
                sending.events.clear();
                sending.keep_first(self.heard(published));
            }
            let sent = match sending.next.take() {
                None => return true,
                Some(Effect::Push(push)) => {
                    let (to, push) = *push;
                    self.push(&to, push)
                }
                Some(Effect::PushIfReached(unread)) => match self.services.realtime.reaches(unread.to()) {
                    true => {
                        let push = unread.read(self.services.clock.now());
                        push.and_then(|push| self.push(unread.to(), push))
                    }
                    false => Ok(()),
                },
                waits => {
                    sending.next = waits;
                    return false;
                }
            };
            sending.keep_first(sent);
        }
    }

    /// What came of publishing. Looked at after it was published: what was before the end of the subscriptions has been
    /// heard.
    fn heard(&self, published: Result<(), EventBusError>) -> Result<()> {
        published?;
        self.life.still_hears()
    }

    fn push(&self, to: &UserKey, message: Push) -> Result<()> {
        Ok(self.services.realtime.push(to, message)?)
    }
}

/// Says in the log where nobody could be told how a call ended.
fn tell_of_silence(entry: &Entry, published: Result<()>) {
    if let Err(error) = published {
        let text = format!("{error:?}");
        tracing::warn!(plugin = entry.name(), error = %OneLine(text), "the end of a call was not published");
    }
}

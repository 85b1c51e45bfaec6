//! What an action sends, held back until it has succeeded.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use smallvec::SmallVec;

use crate::clock::Clock;
use crate::datetime::DateTime;
use crate::error::{ErrorCode, Result};
use crate::events::{Ended, Event, Topic};
use crate::identity::{Identity, UserKey};
use crate::json::json_behind;
use crate::notifications::Notification;
use crate::realtime::Push;

/// Something that leaves a plugin once its action has succeeded. It is small: nearly all that leaves is events.
#[derive(Debug)]
pub(crate) enum Effect {
    Publish(Event),
    Push(Box<(UserKey, Push)>),
    /// For a user who had no live connection when it was made: it is put together if they have one when it leaves.
    PushIfReached(Unread),
    Notify(Box<(UserKey, Notification)>),
}

/// A push that most likely nobody gets, in one text: its type, its action, its data as JSON.
#[derive(Debug)]
pub(crate) struct Unread {
    to: Addressee,
    text: Box<str>,
    /// Where the action begins.
    action: usize,
    /// Where the data begin.
    data: usize,
}

/// Whom a push is for.
#[derive(Debug)]
pub(crate) enum Addressee {
    /// Nearly always: one pointer to hand on.
    Caller(Identity),
    Other(Box<UserKey>),
}

impl Addressee {
    pub fn user(&self) -> &UserKey {
        match self {
            Self::Caller(caller) => caller.user(),
            Self::Other(user) => user,
        }
    }
}

impl Unread {
    /// A push whose type is these parts.
    ///
    /// # Errors
    /// If the data cannot be written as JSON.
    pub fn new(to: Addressee, kind: [&str; 3], action: &str, data: &impl Serialize) -> Result<Self> {
        let [plugin, between, event_type] = kind;
        let text = json_behind(&[plugin, between, event_type, action], data)?;
        let begin = plugin.len() + between.len() + event_type.len();
        Ok(Self { to, text, action: begin, data: begin + action.len() })
    }

    /// Whom it is for.
    pub fn to(&self) -> &UserKey {
        self.to.user()
    }

    /// The push that it is, if it leaves at that time.
    ///
    /// # Errors
    /// If the data are no JSON after all, as an author's own code may have it.
    pub fn read(&self, time: DateTime) -> Result<Push> {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        let data = serde_json::from_str(part(self.data, self.text.len()))?;
        Ok(Push::new(part(0, self.action), data, time).action(part(self.action, self.data)))
    }
}

/// What there is to say of a call when it is over.
pub(crate) struct Ending {
    pub(super) caller: Identity,
    pub(super) ended: Ended,
    pub(super) hops: u8,
    pub(super) traceparent: Option<Arc<str>>,
}

impl Ending {
    /// The event that says it: with an error, or of a success.
    #[inline]
    pub fn event(self, clock: &dyn Clock, topic: Topic, error_code: Option<ErrorCode>) -> Event {
        let ended = Ended { error_code: error_code.map(Box::new), ..self.ended };
        let (now, id) = clock.now_and_id();
        let event = Event::ended(id, topic, self.caller, ended, now);
        event.after(self.hops, self.traceparent.as_deref())
    }
}

/// What an action has sent, in place where it is as much as usual.
pub(crate) type Outgoing = SmallVec<[Effect; 2]>;

/// What an action sends, in order.
#[derive(Default)]
pub(super) struct Effects {
    held: Mutex<Outgoing>,
}

impl Effects {
    /// Keeps one more, unless there are `most` already.
    pub fn hold(&self, effect: Effect, most: usize) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let room = held.len() < most;
        if room {
            held.push(effect);
        }
        room
    }

    pub fn take(&self) -> Outgoing {
        std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

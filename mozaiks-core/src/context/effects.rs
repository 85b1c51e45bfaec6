//! What an action sends, held back until it has succeeded.

use std::sync::{Mutex, PoisonError};

use serde_json::value::RawValue;

use crate::events::Event;
use crate::identity::UserKey;
use crate::notifications::Notification;
use crate::realtime::Push;

/// Something that leaves a plugin once its action has succeeded.
#[derive(Debug)]
pub(crate) enum Effect {
    Publish(Event),
    Push(UserKey, Push),
    /// For a user who had no live connection when it was made: what is to be its data is read if they have one when it
    /// leaves.
    PushIfReached(UserKey, Push, Box<RawValue>),
    Notify(UserKey, Notification),
}

/// What an action sends, in order.
#[derive(Default)]
pub(super) struct Effects {
    held: Mutex<Vec<Effect>>,
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

    pub fn take(&self) -> Vec<Effect> {
        std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

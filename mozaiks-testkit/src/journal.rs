//! What happened in a host, in order: events, notifications, pushes, lines of the log.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mozaiks_core::notifications::StoredNotification;
use mozaiks_core::realtime::Push;
use mozaiks_core::{Event, UserKey};

use crate::log::LogLine;

/// Something that happened in a host.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Happening {
    /// An event was handed to the bus.
    Event(Event),
    /// A user was notified.
    Notification(UserKey, StoredNotification),
    /// A message was queued for a user's live connections.
    Push(UserKey, Push),
    /// Something was logged.
    Log(LogLine),
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        match self {
            Self::Event(event) => write!(f, "event         {event:?}"),
            Self::Notification(user, sent) => {
                write!(f, "notification  to {:?}: {}", user.user_id(), json(serde_json::to_string(sent)))
            }
            Self::Push(user, push) => {
                write!(f, "push          to {:?}: {}", user.user_id(), json(serde_json::to_string(push)))
            }
            Self::Log(line) => write!(f, "log           {line}"),
        }
    }
}

/// The record of what happened. Cloning gives the same record.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    happenings: Arc<Mutex<Vec<Happening>>>,
}

impl Journal {
    /// Nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&self, happening: Happening) {
        self.happenings.lock().unwrap_or_else(PoisonError::into_inner).push(happening);
    }

    /// All that has happened so far, in order.
    pub fn all(&self) -> Vec<Happening> {
        self.happenings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what has happened so far, so that a test sees what comes next alone.
    pub fn clear(&self) {
        self.happenings.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn select<R>(&self, pick: impl FnMut(Happening) -> Option<R>) -> Vec<R> {
        self.all().into_iter().filter_map(pick).collect()
    }
}

/// All of it in lines, for the message of a failed assertion.
impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.all();
        if all.is_empty() {
            return f.write_str("  (nothing)");
        }
        for (index, happening) in all.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}  {happening}")?;
        }
        Ok(())
    }
}

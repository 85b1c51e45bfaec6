//! Assertions on what happened. One that fails shows all of it, and names the test's own line.

use mozaiks_core::notifications::StoredNotification;
use mozaiks_core::realtime::Push;
use mozaiks_core::{Event, UserKey};

use super::{TestHost, TestUser};
use crate::journal::{Happening, Journal};
use crate::log::LogLine;

pub(super) fn events(journal: &Journal) -> Vec<Event> {
    journal.select(|happening| match happening {
        Happening::Event(event) => Some(event),
        _ => None,
    })
}

pub(super) fn pushes(journal: &Journal, to: &UserKey) -> Vec<Push> {
    journal.select(|happening| match happening {
        Happening::Push(user, push) if user == *to => Some(push),
        _ => None,
    })
}

/// The value, or a panic that shows what happened instead.
#[track_caller]
pub(super) fn expect<T>(value: Option<T>, journal: &Journal, complaint: impl FnOnce() -> String) -> T {
    match value {
        Some(value) => value,
        None => panic!("{}. What happened:\n{journal}", complaint()),
    }
}

impl TestHost {
    /// The lines of the log so far, in order.
    pub fn log_lines(&self) -> Vec<LogLine> {
        self.journal().select(|happening| match happening {
            Happening::Log(line) => Some(line),
            _ => None,
        })
    }

    /// Checks that an event of that topic was published; gives the last one.
    ///
    /// # Panics
    /// If not; the message shows what happened instead.
    #[track_caller]
    pub fn assert_published(&self, topic: &str) -> Event {
        let last = self.events().into_iter().rev().find(|event| event.topic().as_str() == topic);
        expect(last, self.journal(), || format!("`{topic}` was not published"))
    }

    /// Checks that no event of that topic was published.
    ///
    /// # Panics
    /// If one was; the message shows what happened.
    #[track_caller]
    pub fn assert_not_published(&self, topic: &str) {
        let none = !self.events().iter().any(|event| event.topic().as_str() == topic);
        expect(none.then_some(()), self.journal(), || format!("`{topic}` was published"));
    }

    /// Checks that the events of plugins, in order, have exactly these topics. Those of the host itself
    /// (`plugin_executed`) do not count.
    ///
    /// # Panics
    /// If not; the message shows what happened instead.
    #[track_caller]
    pub fn assert_published_exactly(&self, topics: &[&str]) {
        let events = self.events();
        let of_plugins = events
            .iter()
            .map(|event| event.topic())
            .filter(|topic| topic.area().is_some_and(|area| self.runtime().manifest(area).is_some()));
        let published: Vec<&str> = of_plugins.map(|topic| topic.as_str()).collect();
        expect((published == topics).then_some(()), self.journal(), || {
            format!("expected the events {topics:?}, but {published:?} were published")
        });
    }

    /// Checks that a line of the log has that text, in its message or in one of its fields; gives the last one.
    ///
    /// # Panics
    /// If not; the message shows what happened instead.
    #[track_caller]
    pub fn assert_logged(&self, text: &str) -> LogLine {
        let last = self.log_lines().into_iter().rev().find(|line| line.to_string().contains(text));
        expect(last, self.journal(), || format!("{text:?} was not logged"))
    }
}

impl TestUser {
    /// Checks that the user was notified so; gives the last such notification.
    ///
    /// # Panics
    /// If not; the message shows what happened instead.
    #[track_caller]
    pub fn assert_notified(&self, kind: &str) -> StoredNotification {
        let of_kind =
            self.host.notifications().of(self.identity.user()).into_iter().find(|one| one.kind == kind);
        expect(of_kind, self.host.journal(), || {
            format!("{:?} was not notified with `{kind}`", self.identity.user_id())
        })
    }

    /// Checks that the user was sent a message so; gives the last such message.
    ///
    /// # Panics
    /// If not; the message shows what happened instead.
    #[track_caller]
    pub fn assert_pushed(&self, kind: &str, action: &str) -> Push {
        let fits = |push: &Push| push.kind == kind && push.action.as_deref() == Some(action);
        expect(self.pushes().into_iter().rev().find(fits), self.host.journal(), || {
            format!("{:?} was not pushed `{kind}` with the action `{action}`", self.identity.user_id())
        })
    }

    /// Checks that nothing was pushed to the user, and that they were not notified.
    ///
    /// # Panics
    /// If something was; the message shows it.
    #[track_caller]
    pub fn assert_undisturbed(&self) {
        let quiet = self.pushes().is_empty() && self.host.notifications().of(self.identity.user()).is_empty();
        expect(quiet.then_some(()), self.host.journal(), || {
            format!("{:?} was notified or pushed to", self.identity.user_id())
        });
    }
}

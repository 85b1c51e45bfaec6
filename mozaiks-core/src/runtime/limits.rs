//! How much of a host one call or one plugin may take.

use std::time::Duration;

/// How much of a host one call or one plugin may take.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long an action, an event handler or a step of the life cycle may take: 30 s.
    pub deadline: Duration,
    /// The largest body of a request, in bytes: 1 MiB.
    pub max_body: usize,
    /// The largest reply of an action, in bytes: 8 MiB.
    pub max_reply: usize,
    /// How many actions of one plugin may run at once: 1,024.
    pub concurrency: usize,
    /// The most documents on a page: 1,000.
    pub max_page: u64,
    /// The most events, pushes and notifications that one call may send: 10,000.
    pub max_effects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            max_body: 1024 * 1024,
            max_reply: 8 * 1024 * 1024,
            concurrency: 1024,
            max_page: 1000,
            max_effects: 10_000,
        }
    }
}

impl Limits {
    /// Sets how long a call may take.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the largest body, in bytes.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets the largest reply, in bytes.
    #[must_use]
    pub fn max_reply(mut self, bytes: usize) -> Self {
        self.max_reply = bytes;
        self
    }

    /// Sets how many actions of one plugin may run at once.
    #[must_use]
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls;
        self
    }

    /// Sets the most events, pushes and notifications that one call may send.
    #[must_use]
    pub fn max_effects(mut self, effects: usize) -> Self {
        self.max_effects = effects;
        self
    }

    /// Sets the most documents on a page.
    #[must_use]
    pub fn max_page(mut self, documents: u64) -> Self {
        self.max_page = documents;
        self
    }
}

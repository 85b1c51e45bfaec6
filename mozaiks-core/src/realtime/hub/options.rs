//! How many connections a hub holds, and how much it queues for each.

/// How many connections a hub holds, and how much it queues for each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubOptions {
    /// The most connections of one user: 16.
    pub per_user: usize,
    /// The most connections in all: 20,000.
    pub total: usize,
    /// The most messages that wait for one connection: 256.
    pub queue: usize,
    /// The most bytes of messages that wait for one connection, where more than one message waits: 1 MiB.
    pub queue_bytes: usize,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self { per_user: 16, total: 20_000, queue: 256, queue_bytes: 1024 * 1024 }
    }
}

impl HubOptions {
    /// Sets the most connections of one user.
    #[must_use]
    pub fn per_user(mut self, connections: usize) -> Self {
        self.per_user = connections;
        self
    }

    /// Sets the most connections in all.
    #[must_use]
    pub fn total(mut self, connections: usize) -> Self {
        self.total = connections;
        self
    }

    /// Sets the most messages that wait for one connection; at least one.
    #[must_use]
    pub fn queue(mut self, messages: usize) -> Self {
        self.queue = messages.max(1);
        self
    }

    /// Sets the most bytes of messages that wait for one connection.
    #[must_use]
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = bytes;
        self
    }
}

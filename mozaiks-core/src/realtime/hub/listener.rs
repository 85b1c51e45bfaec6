//! One live connection, as the transport sees it.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::Inner;
use super::queue::Queue;
use crate::identity::UserKey;

/// One live connection, as the transport sees it. The connection ends when this is dropped.
pub struct Listener {
    hub: Arc<Inner>,
    user: UserKey,
    queue: Arc<Queue>,
}

/// What comes next for a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// A message: a JSON object in UTF-8.
    Message(Bytes),
    /// Nothing any more: the connection is to be closed.
    Closed(CloseReason),
}

/// Why a hub closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// It did not keep up with its messages.
    TooSlow,
    /// The host is shutting down.
    ShuttingDown,
}

impl Listener {
    pub(super) fn new(hub: Arc<Inner>, user: UserKey, queue: Arc<Queue>) -> Self {
        Self { hub, user, queue }
    }

    /// Whose connection it is.
    pub fn user(&self) -> &UserKey {
        &self.user
    }

    /// The next message, in the order in which they were pushed, or that there are no more. Nothing is lost where the
    /// future is dropped.
    pub async fn next(&mut self) -> Delivery {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`next`](Self::next).
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Delivery> {
        self.queue.poll_next(cx)
    }

    /// Whether the hub closes the connection, for a transport that is busy with sending. The task is woken when that
    /// changes.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        self.queue.poll_closed(cx)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.remove(&self.user, &self.queue);
        self.hub.leave();
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("user", &self.user).finish_non_exhaustive()
    }
}

//! What waits for one connection. An empty queue, which most are, is a few words.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::listener::{CloseReason, Delivery};
use super::options::HubOptions;

/// What waits for one connection, in order.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: VecDeque<Bytes>,
    bytes: usize,
    closed: Option<CloseReason>,
    waker: Option<Waker>,
}

/// What became of a message.
pub(super) enum Offered {
    /// It waits; whoever listens is to be woken.
    Queued(Option<Waker>),
    /// It was one too many: the queue is closed, and whoever listens is to be woken.
    Overflowed(Option<Waker>),
    /// Nothing is queued any more.
    Closed,
}

impl Queue {
    pub fn offer(&self, message: &Bytes, options: &HubOptions) -> Offered {
        let mut state = self.state();
        if state.closed.is_some() {
            return Offered::Closed;
        }
        let bytes = state.bytes + message.len();
        let too_large = bytes > options.queue_bytes && !state.messages.is_empty();
        if state.messages.len() >= options.queue || too_large {
            state.closed = Some(CloseReason::TooSlow);
            // It will not be sent: whoever lost one message is to connect anew.
            state.messages = VecDeque::new();
            return Offered::Overflowed(state.waker.take());
        }
        state.bytes = bytes;
        state.messages.push_back(message.clone());
        Offered::Queued(state.waker.take())
    }

    pub fn close(&self, reason: CloseReason) {
        let waker = {
            let mut state = self.state();
            state.closed.get_or_insert(reason);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Delivery> {
        let mut state = self.state();
        if let Some(message) = state.messages.pop_front() {
            state.bytes -= message.len();
            if state.messages.is_empty() {
                // An idle connection keeps nothing of a busy moment.
                state.messages = VecDeque::new();
            }
            return Poll::Ready(Delivery::Message(message));
        }
        if let Some(reason) = state.closed {
            return Poll::Ready(Delivery::Closed(reason));
        }
        if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Why it is closed, if it is, whatever still waits. Whoever listens is woken when it is.
    pub fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        let mut state = self.state();
        match state.closed {
            Some(reason) => Poll::Ready(reason),
            None => {
                if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                    state.waker = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

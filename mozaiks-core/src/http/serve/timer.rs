//! The timer of one connection, for the heads of its requests.
//!
//! Hyper sets a timer for each head and drops it when the head is there, mostly at once. Here that moves a deadline; the
//! timer beneath is one for the connection, and is set anew only when it goes off too early.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

use super::connection::Heard;

/// The timer of one connection.
pub(super) struct ConnectionTimer {
    heard: Arc<Heard>,
    header_timeout: Duration,
    keep_alive: Duration,
    /// Whether a request may come after some rest: not the first.
    may_rest: AtomicBool,
    /// Kept from head to head.
    beneath: Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>,
}

impl ConnectionTimer {
    pub fn new(heard: Arc<Heard>, header_timeout: Duration, keep_alive: Duration) -> Self {
        Self { heard, header_timeout, keep_alive, may_rest: AtomicBool::new(false), beneath: Arc::default() }
    }
}

impl Timer for ConnectionTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, head_due: Instant) -> Pin<Box<dyn Sleep>> {
        self.heard.forget();
        let rest = match self.may_rest.swap(true, Ordering::Relaxed) {
            true => self.keep_alive.saturating_sub(self.header_timeout),
            false => Duration::ZERO,
        };
        Box::pin(HeadTimer {
            heard: Arc::clone(&self.heard),
            header_timeout: self.header_timeout,
            due: tokio::time::Instant::from_std(head_due) + rest,
            begun: false,
            beneath: Arc::clone(&self.beneath),
        })
    }
}

/// Ends when the head of a request is overdue.
struct HeadTimer {
    heard: Arc<Heard>,
    header_timeout: Duration,
    due: tokio::time::Instant,
    /// Whether the first byte of it has come, and `due` counts from there.
    begun: bool,
    beneath: Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>,
}

impl Future for HeadTimer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // It is polled right after something was read that is no whole head.
        if !self.begun && self.heard.is_something() {
            self.begun = true;
            self.due = self.due.min(tokio::time::Instant::now() + self.header_timeout);
        }
        let due = self.due;
        let mut beneath = self.beneath.lock().unwrap_or_else(PoisonError::into_inner);
        let sleep = beneath.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if sleep.deadline() > due {
            sleep.as_mut().reset(due);
        }
        while sleep.as_mut().poll(cx).is_ready() {
            if tokio::time::Instant::now() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
        Poll::Pending
    }
}

impl Sleep for HeadTimer {}

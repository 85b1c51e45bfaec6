//! How many calls run at once, and waiting for the last of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::wait::wait_until;

/// How many calls run at once. There is no lock in it: calls do not wait for one another.
#[derive(Default)]
pub(crate) struct Gate {
    running: AtomicUsize,
    /// Whether somebody waits for the last to leave: nobody else is told of it.
    watched: AtomicBool,
    empty: Notify,
}

/// The right to run, given back when it is dropped.
pub(crate) struct Pass<'g> {
    gate: &'g Gate,
}

/// The same, for what outlives the call that it is for.
pub(crate) struct OwnedPass {
    gate: Arc<Gate>,
}

impl Gate {
    /// Lets one more in, unless `most` are running.
    pub fn enter(&self, most: usize) -> Option<Pass<'_>> {
        let pass = Pass { gate: self };
        (self.running.fetch_add(1, Ordering::SeqCst) < most).then_some(pass)
    }

    /// Lets one more in.
    pub fn enter_owned(self: Arc<Self>) -> OwnedPass {
        self.running.fetch_add(1, Ordering::AcqRel);
        OwnedPass { gate: self }
    }

    /// How many are running.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Acquire)
    }

    /// Ends once none is running.
    pub async fn emptied(&self) {
        self.watched.store(true, Ordering::SeqCst);
        // Whoever leaves from here on finds that somebody waits.
        wait_until(&self.empty, || self.running.load(Ordering::SeqCst) == 0).await;
    }

    fn leave(&self) {
        let last = self.running.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && self.watched.load(Ordering::SeqCst) {
            self.empty.notify_waiters();
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.leave();
    }
}

impl Drop for OwnedPass {
    fn drop(&mut self) {
        self.gate.leave();
    }
}

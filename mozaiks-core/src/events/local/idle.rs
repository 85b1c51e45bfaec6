//! Being told when nothing is left to do.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::wait::wait_until;

/// Tells those who wait until a bus is idle, if there are any: every worker comes by whenever it has nothing left.
#[derive(Default)]
pub(super) struct Idle {
    waiting: AtomicUsize,
    changed: Notify,
}

/// Somebody who waits.
struct Waits<'i>(&'i Idle);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Idle {
    /// Waits until `is_idle`.
    ///
    /// It looks at each subscriber under the lock under which that comes to have nothing left, or is taken from the
    /// index: either it sees that this has happened, or whoever then [tells](Self::tell) sees that somebody waits.
    pub async fn until(&self, is_idle: impl Fn() -> bool) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(self);
        wait_until(&self.changed, is_idle).await;
    }

    /// Says that a subscriber has nothing left, or is gone.
    pub fn tell(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.changed.notify_waiters();
        }
    }
}

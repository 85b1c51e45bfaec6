//! Letting what runs come to its end before the host goes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::lifecycle::DRAINING;
use super::{Inner, Runtime};
use crate::guard::within;

impl Runtime {
    /// Takes no more calls, and waits for those that run, and for what they hand over, but no longer than `deadline`.
    /// Gives how many had not ended by then: 0 if all had.
    ///
    /// From here on a call is `UNAVAILABLE`. Events are still delivered, so that a host can let its bus come to the end
    /// before it calls [`shutdown`](Self::shutdown). A runtime that has not started has nothing to wait for, and does
    /// not start any more.
    pub async fn drain(&self, deadline: Duration) -> usize {
        let inner = &self.inner;
        inner.life.leave_for(DRAINING);
        let ended = inner.emptied();
        match within(&*inner.services.clock, deadline, ended).await {
            Ok(()) => 0,
            Err(_) => inner.running(),
        }
    }
}

impl Inner {
    async fn emptied(&self) {
        for entry in &self.entries {
            entry.gate.emptied().await;
        }
        self.alone.emptied().await;
    }

    fn running(&self) -> usize {
        self.entries.iter().map(|entry| entry.gate.running()).sum::<usize>() + self.alone.running()
    }
}

impl super::lifecycle::Life {
    /// Goes on to a later part of its life; never back to an earlier one.
    pub(super) fn leave_for(&self, later: u8) {
        self.state.fetch_max(later, Ordering::SeqCst);
    }
}

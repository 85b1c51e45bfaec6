//! Delivering what a process left that has ended.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::record::{number_of, read};
use super::{Inner, Outbox};
use crate::events::EventBusError;
use crate::events::local::Completion;

/// How many events are read at a time.
const PAGE: u64 = 500;
/// How often new events may come in between before they have to wait.
const ROUNDS: usize = 3;

/// What a process had left that has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecoveryReport {
    /// Events that are on their way to their subscribers again.
    pub redelivered: usize,
    /// Dead letters that can be replayed again.
    pub dead_letters: usize,
    /// Events that could not be read. They stay in the storage, and the log names them.
    pub unreadable: usize,
}

impl Outbox {
    /// Hands everything over that was stored and not delivered, in order, and from then on what is published. Call it
    /// once those who subscribe have: what nobody wants then is gone.
    ///
    /// Calling it again does nothing; after a failure, it goes on where it ended.
    ///
    /// # Errors
    /// [`EventBusError`] if the storage fails.
    pub async fn recover(&self) -> Result<RecoveryReport, EventBusError> {
        self.inner.recover().await
    }
}

impl Inner {
    async fn recover(&self) -> Result<RecoveryReport, EventBusError> {
        let mut recovered = self.recovered.lock().await;
        let mut report = RecoveryReport::default();
        for round in 0.. {
            if self.live.load(Ordering::Acquire) {
                break;
            }
            // With the gate in hand, nothing is being stored: all numbers that were given are there.
            let gate = self.gate.write().await;
            let end = self.last().await?.load(Ordering::Acquire);
            if *recovered == end {
                self.live.store(true, Ordering::Release);
                break;
            }
            let _last_round = (round >= ROUNDS).then_some(gate);
            self.recover_to(end, &mut recovered, &mut report).await?;
        }
        if report != RecoveryReport::default() {
            let RecoveryReport { redelivered, dead_letters, unreadable } = report;
            tracing::info!(
                redelivered,
                dead_letters,
                unreadable,
                "events of an earlier process are delivered"
            );
        }
        Ok(report)
    }

    /// Hands over what has numbers up to `end`.
    async fn recover_to(
        &self,
        end: u64,
        recovered: &mut u64,
        report: &mut RecoveryReport,
    ) -> Result<(), EventBusError> {
        let completion = Arc::clone(&self.ledger) as Arc<dyn Completion>;
        // More would find queues full.
        let room = self.bus.options().queue / 2;
        loop {
            self.ledger.at_most(room).await;
            let page = self.ledger.page(*recovered, end, PAGE.min(room.max(1) as u64)).await?;
            if page.is_empty() {
                *recovered = end;
                return Ok(());
            }
            for found in page {
                let Some(number) = number_of(&found.id) else { continue };
                *recovered = number;
                match read(&found.document) {
                    Ok((event, letters)) if letters.is_empty() => {
                        report.redelivered += 1;
                        self.hand_over(&[event], &[number]);
                    }
                    Ok((_, letters)) => {
                        report.dead_letters += letters.len();
                        self.bus.restore(number, letters, &completion);
                    }
                    Err(error) => {
                        report.unreadable += 1;
                        tracing::error!(number, %error, "a stored event cannot be read");
                    }
                }
            }
        }
    }
}

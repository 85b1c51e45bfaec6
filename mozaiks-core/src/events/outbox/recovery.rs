//! Delivering what a process left that has ended.

use std::sync::atomic::Ordering;

use tokio::task::yield_now;

use super::record::{number_of, read};
use super::{Inner, Outbox};
use crate::events::EventBusError;
use crate::events::local::Source;

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
    /// Events that nobody subscribes to now. They are gone, unless nobody subscribes to anything.
    pub unwanted: usize,
    /// Dead letters that can be replayed again.
    pub dead_letters: usize,
    /// Events that could not be read. They stay in the storage, and the log names them.
    pub unreadable: usize,
}

impl Outbox {
    /// Hands everything over that was stored and not delivered, in order, and from then on what is published. Call it
    /// once those who subscribe have: what nobody wants then is gone. Only where nobody subscribes to anything is it left
    /// to the next start, with a warning: most likely the runtime has not been started.
    ///
    /// It waits for no subscriber. What was left may fill a queue of each beside what is new; of what comes on top,
    /// dead letters are left as ever.
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
        if report.unwanted > 0 && !self.bus.has_subscribers() {
            tracing::warn!(
                events = report.unwanted,
                "nobody subscribes, so stored events wait for the next start: call `Outbox::recover` once the runtime \
                 has started"
            );
        }
        if report != RecoveryReport::default() {
            let RecoveryReport { redelivered, unwanted, dead_letters, unreadable } = report;
            tracing::info!(
                redelivered,
                unwanted,
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
        let completion = self.completion();
        let anybody = self.bus.has_subscribers();
        // Those that are prompt keep up: they get their turn between two pages, and a page does not fill their queue.
        let size = PAGE.min((self.bus.options().queue / 2).max(1) as u64);
        loop {
            let page = self.ledger.page(*recovered, end, size).await?;
            yield_now().await;
            if page.is_empty() {
                *recovered = end;
                return Ok(());
            }
            for found in page {
                let Some(number) = number_of(&found.id) else { continue };
                *recovered = number;
                match read(&found.document) {
                    Ok((event, letters)) if letters.is_empty() => {
                        let wanted = self.bus.has_subscriber(event.topic());
                        *(if wanted { &mut report.redelivered } else { &mut report.unwanted }) += 1;
                        // It waits for no subscriber: the slowest would decide when the others, and new events, get
                        // their turn.
                        if anybody {
                            self.hand_over(&[event], &[number], Source::Before);
                        }
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

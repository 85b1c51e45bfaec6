//! A write that waits to be done, whatever it is.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::transaction::Transaction;
use crate::storage::StorageError;

/// Something to write. It may be run more than once, if what was done the time before was undone.
pub(in super::super) trait Operation: Send + 'static {
    /// What it gives.
    type Output: Send;

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<Self::Output, StorageError>;

    /// Whether it is one statement, which by itself is done or not.
    fn is_one_statement(&self, _: &Transaction<'_>) -> bool {
        false
    }

    /// Whether what was done before this error stays.
    fn stays(&self, _: &StorageError) -> bool {
        false
    }
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// What it did stays.
    Keep,
    /// What it did is to be undone.
    Undo,
    /// It did not come to an end, and what it did is to be undone.
    Panicked,
}

/// An operation, whatever it gives.
pub(super) trait Job: Send {
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Verdict;
    fn is_one_statement(&self, transaction: &Transaction<'_>) -> bool;
    /// Whether its last run gave an error.
    fn has_failed(&self) -> bool;
    /// Tells who waits what the last run gave: an error, or what is written down now.
    fn answer(self: Box<Self>);
    /// Tells who waits that it could not be written down.
    fn fail(self: Box<Self>, error: StorageError);
}

/// An operation, and who waits for it.
pub(super) struct Task<O: Operation> {
    operation: O,
    result: Option<Result<O::Output, StorageError>>,
    reply: oneshot::Sender<Result<O::Output, StorageError>>,
}

impl<O: Operation> Task<O> {
    pub fn new(operation: O) -> (Self, oneshot::Receiver<Result<O::Output, StorageError>>) {
        let (reply, answer) = oneshot::channel();
        (Self { operation, result: None, reply }, answer)
    }
}

impl<O: Operation> Job for Task<O> {
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Verdict {
        // The operation is not changed by a run, and what the transaction did is undone.
        let run = catch_unwind(AssertUnwindSafe(|| self.operation.run(transaction)));
        let (verdict, result) = match run {
            Ok(Ok(output)) => (Verdict::Keep, Ok(output)),
            Ok(Err(error)) if self.operation.stays(&error) => (Verdict::Keep, Err(error)),
            Ok(Err(error)) => (Verdict::Undo, Err(error)),
            Err(_) => {
                let source = "the operation panicked; see the log".into();
                (Verdict::Panicked, Err(StorageError::Backend { source }))
            }
        };
        self.result = Some(result);
        verdict
    }

    fn is_one_statement(&self, transaction: &Transaction<'_>) -> bool {
        self.operation.is_one_statement(transaction)
    }

    fn has_failed(&self) -> bool {
        matches!(self.result, Some(Err(_)))
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // Nobody may wait any more.
            let _ = self.reply.send(result);
        }
    }

    fn fail(self: Box<Self>, error: StorageError) {
        let _ = self.reply.send(Err(error));
    }
}

//! One attempt to have an event handled.

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::letter::DeadLetterReason;
use crate::clock::Clock;
use crate::error::Error;
use crate::events::{Event, EventHandler};
use crate::guard::{Crash, Guarded, catch};

/// The most bytes that are kept of what a handler said when it failed: an event has a letter for each handler, and all
/// of them are stored in one document.
const SAID: usize = 8 * 1024;

/// Why an attempt failed.
pub(super) struct Failure {
    pub reason: DeadLetterReason,
    pub text: String,
}

/// How an attempt began.
pub(super) enum Begun<'h> {
    /// It ended at once, as most do that wait for nothing.
    Ended(Result<(), Failure>),
    /// It waits.
    Waits(BoxFuture<'h, Result<(), Error>>),
}

/// Begins an attempt. There is neither a task nor a timer for what is done at once.
pub(super) fn begin<'h>(handler: &'h dyn EventHandler, event: Event, cx: &mut Context<'_>) -> Begun<'h> {
    let begun = catch(|| {
        let mut future = handler.handle(event);
        match future.as_mut().poll(cx) {
            Poll::Ready(outcome) => Ok(outcome),
            Poll::Pending => Err(future),
        }
    });
    match begun {
        Ok(Ok(outcome)) => Begun::Ended(outcome.map_err(failed)),
        Ok(Err(future)) => Begun::Waits(future),
        Err(crash) => Begun::Ended(Err(crashed(crash))),
    }
}

/// Waits for the rest of an attempt.
pub(super) async fn finish(
    future: BoxFuture<'_, Result<(), Error>>,
    clock: &dyn Clock,
    deadline: Duration,
) -> Result<(), Failure> {
    match Guarded::new(future, clock, clock.monotonic(), deadline).await {
        Ok(outcome) => outcome.map_err(failed),
        Err(crash) => Err(crashed(crash)),
    }
}

fn failed(error: Error) -> Failure {
    // Its causes are somebody else's, and so is what they do when they are shown or dropped.
    let text = catch(|| {
        let text = shortened(format!("{error:?}"));
        drop(error);
        text
    });
    let text = text.unwrap_or_else(|crash| shortened(format!("an error that {crash}")));
    Failure { reason: DeadLetterReason::Failed, text }
}

fn crashed(crash: Crash) -> Failure {
    let reason = match crash {
        Crash::Panic(_) => DeadLetterReason::Panicked,
        Crash::Deadline(_) => DeadLetterReason::TimedOut,
    };
    Failure { reason, text: shortened(format!("the handler {crash}")) }
}

fn shortened(mut text: String) -> String {
    if text.len() > SAID {
        text.truncate(text.floor_char_boundary(SAID));
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

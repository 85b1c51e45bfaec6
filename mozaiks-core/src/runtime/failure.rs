//! What becomes of an error on its way out: its cause becomes text, the log gets it, the span says how the call ended.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Inner;
use crate::error::{Error, ErrorCode, Result};
use crate::guard::{Crash, Guarded, catch};
use crate::log::OneLine;

impl Inner {
    /// Runs a plugin's own code, guarded: what it ends with, or what is told of its crash.
    pub(super) async fn guarded<R>(&self, future: BoxFuture<'_, Result<R>>, started: Duration) -> Result<R> {
        Guarded::new(future, &*self.services.clock, started, self.limits.deadline).await.map_err(crashed)?
    }

    /// Writes an internal error to the log, under an id that the client gets too.
    pub(super) fn logged(&self, error: Error, plugin: &str) -> Error {
        let error = settled(error);
        let code = error.code();
        if error.is_internal() {
            let id = self.services.clock.new_id().to_hex();
            let text = format!("{error:?}");
            tracing::error!(plugin = %OneLine(plugin), error_id = %id, error = %OneLine(text), "the plugin failed");
            return error.with_id(id);
        }
        if matches!(code, ErrorCode::Timeout | ErrorCode::Unavailable) {
            let text = format!("{error:?}");
            tracing::warn!(plugin = %OneLine(plugin), error = %OneLine(text), "the plugin could not answer");
        }
        error
    }
}

/// An error whose cause is text. The cause is an author's: what it does when it is shown or dropped, it does here.
fn settled(mut error: Error) -> Error {
    let Some(source) = error.take_source() else { return error };
    let causes = catch(|| causes_of(&*source)).unwrap_or_else(|crash| vec![format!("a cause that {crash}")]);
    match catch(|| drop(source)) {
        Ok(()) => error.with_causes(causes),
        Err(crash) => Error::internal(crash),
    }
}

/// How many causes of causes are told of.
const MOST_CAUSES: usize = 16;

fn causes_of(source: &(dyn std::error::Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(source), |cause| cause.source())
        .take(MOST_CAUSES)
        .map(ToString::to_string)
        .collect()
}

/// Says in the span of a call how it ended.
pub(super) fn told(span: &tracing::Span, duration: Duration, failure: Option<&Error>) {
    if span.is_none() {
        return;
    }
    span.record("duration", tracing::field::debug(duration));
    match failure.map(Error::code) {
        None => span.record("outcome", "OK"),
        Some(code) => span.record("outcome", tracing::field::display(OneLine(code.as_str()))),
    };
}

/// What a client is told of a crash.
pub(super) fn crashed(crash: Crash) -> Error {
    match crash {
        Crash::Panic(_) => Error::internal(crash),
        Crash::Deadline(_) => Error::timeout("The action took too long").with_source(crash),
    }
}

/// A service of the host's that did not answer in time.
pub(super) fn away(crash: Crash) -> Error {
    Error::unavailable("A service of the host is unavailable").with_source(crash)
}

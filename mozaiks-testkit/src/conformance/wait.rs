//! Waiting for a condition, with a deadline in real time and a message that says what was waited for.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

tokio::task_local! {
    /// How long the running case waits for one thing.
    pub(super) static PATIENCE: Duration;
}

/// How long a case waits that is called without its suite.
const ALONE: Duration = Duration::from_secs(10);

/// Waits for something, and fails the case if it does not come.
pub(super) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    match patiently(future).await {
        Ok(output) => output,
        Err(patience) => fail(&format!("waited {patience:?} in vain for {what}")),
    }
}

/// Waits for something; an error says for how long it did not come.
pub(super) async fn patiently<F: Future>(future: F) -> Result<F::Output, Duration> {
    let patience = PATIENCE.try_with(|patience| *patience).unwrap_or(ALONE);
    tokio::time::timeout(patience, future).await.map_err(|_| patience)
}

/// The answer of a service to a call. Neither silence nor an error is one.
pub(super) async fn answer<T, E: Error>(call: &str, future: impl Future<Output = Result<T, E>>) -> T {
    match within(&format!("`{call}` to answer"), future).await {
        Ok(answer) => answer,
        Err(error) => fail(&format!("`{call}` failed: {}", chain(&error))),
    }
}

/// Runs something in a task of its own, so that it meets the others wherever the runtime has more than one thread.
pub(super) async fn at_once(work: impl Future<Output = ()> + Send + 'static) {
    let patience = PATIENCE.try_with(|patience| *patience).ok();
    let task = match patience {
        Some(patience) => tokio::spawn(PATIENCE.scope(patience, work)),
        None => tokio::spawn(work),
    };
    if let Err(error) = task.await
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// Ends the case that runs: a suite catches it, and goes on with the next.
#[track_caller]
pub(super) fn fail(reason: &str) -> ! {
    panic!("{reason}")
}

/// What a case ends with that cannot run against this service.
pub(super) struct Skipped(pub &'static str);

/// Ends the case that runs, which the report then counts as skipped.
pub(super) fn skip(why: &'static str) -> ! {
    // Unlike a panic, this is not printed.
    std::panic::resume_unwind(Box::new(Skipped(why)))
}

pub(super) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause: &&dyn Error| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

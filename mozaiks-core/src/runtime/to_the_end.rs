//! Work that is not left half done, though whoever waits for it may go away.

use std::future::{Future, poll_fn};
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::task::JoinError;
use tracing::instrument::WithSubscriber;

/// Runs `work` to its end, also where the future that this is gets dropped: as a task of the tokio runtime, with the
/// log of who began it. Without a tokio runtime nobody else can run it, so it runs in place.
///
/// [`Detached`](crate::detached::Detached) costs less and goes on by itself only once it is dropped. This goes on also
/// where it is kept and not waited for: others wait for the lock that a start holds.
///
/// # Errors
/// [`JoinError`] if the tokio runtime ends first. A panic goes on in whoever waits.
pub(super) async fn to_the_end<F>(work: F) -> Result<F::Output, JoinError>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut work = Box::pin(work.with_current_subscriber());
    // It begins in place, so that it stands in the row, and has its timers, before the caller does anything else.
    if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await {
        return Ok(output);
    }
    let Ok(handle) = Handle::try_current() else { return Ok(work.await) };
    match handle.spawn(work).await.map_err(JoinError::try_into_panic) {
        Ok(output) => Ok(output),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(ended)) => Err(ended),
    }
}

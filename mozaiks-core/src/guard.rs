//! What keeps the code of others from taking the host down: a deadline, and a net under its panics.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::clock::Clock;

/// How plugin code ended that did not end by itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Crash {
    #[error("panicked: {0}")]
    Panic(String),
    #[error("did not end within {0:?}")]
    Deadline(Duration),
}

/// Runs code of a plugin that waits for nothing.
pub(crate) fn catch<R>(run: impl FnOnce() -> R) -> Result<R, Crash> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = text_of(&*panic);
        // What it panicked with may panic when it is dropped, and then there is no end to it.
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
            std::mem::forget(another);
        }
        Crash::Panic(text)
    })
}

/// Runs code of a plugin that waits: to its end, its panic or its deadline, whichever comes first.
pub(crate) struct Guarded<'a, R> {
    future: Option<BoxFuture<'a, R>>,
    clock: &'a dyn Clock,
    started: Duration,
    deadline: Duration,
    /// Made when the future first has to wait: most calls never need a timer.
    timer: Option<BoxFuture<'static, ()>>,
}

impl<'a, R> Guarded<'a, R> {
    pub fn new(
        future: BoxFuture<'a, R>,
        clock: &'a dyn Clock,
        started: Duration,
        deadline: Duration,
    ) -> Self {
        Self { future: Some(future), clock, started, deadline, timer: None }
    }

    fn poll_guarded(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Crash>> {
        let Some(future) = &mut self.future else {
            return Poll::Ready(Err(Crash::Panic("polled after its end".to_owned())));
        };
        match catch(|| future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(outcome)) => return Poll::Ready(Ok(outcome)),
            Err(crash) => return Poll::Ready(Err(crash)),
        }
        let timer = self.timer.get_or_insert_with(|| {
            let spent = self.clock.monotonic().saturating_sub(self.started);
            self.clock.deadline(self.deadline.saturating_sub(spent))
        });
        timer.as_mut().poll(cx).map(|()| Err(Crash::Deadline(self.deadline)))
    }

    /// Dropping what a plugin left behind runs its code too.
    fn drop_future(&mut self) -> Result<(), Crash> {
        let future = self.future.take();
        catch(|| drop(future))
    }
}

impl<R> Future for Guarded<'_, R> {
    type Output = Result<R, Crash>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = self.poll_guarded(cx);
        let Poll::Ready(outcome) = outcome else { return Poll::Pending };
        Poll::Ready(self.drop_future().and(outcome))
    }
}

impl<R> Drop for Guarded<'_, R> {
    fn drop(&mut self) {
        // The caller went away. There is nobody to tell.
        drop(self.drop_future());
    }
}

/// Waits for a service of the host's, but not for ever. There is no timer, and no box, for what is done at once.
pub(crate) async fn within<R>(
    clock: &dyn Clock,
    deadline: Duration,
    future: impl Future<Output = R>,
) -> Result<R, Crash> {
    let mut future = std::pin::pin!(future);
    let mut timer = None;
    std::future::poll_fn(|cx| {
        if let Poll::Ready(outcome) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(outcome));
        }
        let timer = timer.get_or_insert_with(|| clock.deadline(deadline));
        timer.as_mut().poll(cx).map(|()| Err(Crash::Deadline(deadline)))
    })
    .await
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}

//! Something that is done to its end, though whoever waits for it goes away.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tracing::instrument::WithSubscriber;

use crate::gate::Gate;

/// Something that is done to its end, though whoever waits for it goes away. It costs no task until then.
pub(crate) struct Detached<R: Send + 'static> {
    future: Option<BoxFuture<'static, R>>,
    /// Counts what goes on by itself.
    alone: Arc<Gate>,
}

impl<R: Send + 'static> Detached<R> {
    pub fn new(alone: &Arc<Gate>, future: BoxFuture<'static, R>) -> Self {
        Self { future: Some(future), alone: Arc::clone(alone) }
    }
}

impl<R: Send + 'static> Future for Detached<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        // Polled after its end it waits for ever, which nobody does.
        let Some(future) = &mut self.future else { return Poll::Pending };
        let polled = future.as_mut().poll(cx);
        if polled.is_ready() {
            self.future = None;
        }
        polled
    }
}

impl<R: Send + 'static> Drop for Detached<R> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            // Taken before the call that it is for gives its own pass back, so that there is no moment between.
            let pass = Arc::clone(&self.alone).enter_owned();
            let to_its_end = async move {
                future.await;
                drop(pass);
            };
            runtime.spawn(to_its_end.with_current_subscriber());
        }
    }
}

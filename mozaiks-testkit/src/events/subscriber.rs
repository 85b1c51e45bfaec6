//! A subscriber of the bus in memory: its queue, and what its handler is at.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use futures_util::FutureExt;
use mozaiks_core::events::{EventHandler, TopicPattern};
use mozaiks_core::{Error, Event};
use tokio::sync::mpsc;

use super::{HandlerFailure, Inner, lock};

/// Whoever has subscribed, with a task that takes its events one after another.
pub(super) struct Subscriber {
    pub(super) name: String,
    pub(super) pattern: TopicPattern,
    queue: mpsc::UnboundedSender<Event>,
    /// Events that are queued or in the handler's hands.
    pending: AtomicUsize,
    /// What the handler does: [`RUNS`], [`WAITS_FOR_THE_CLOCK`] or [`WAITS`].
    state: AtomicU8,
}

/// The handler runs, or will as soon as it can.
pub(super) const RUNS: u8 = 0;
/// The handler waits for a test's clock to be moved.
const WAITS_FOR_THE_CLOCK: u8 = 1;
/// The handler waits for something else, which may come or not.
pub(super) const WAITS: u8 = 2;

thread_local! {
    static WAITED: Cell<bool> = const { Cell::new(false) };
}

/// Said by a test's clock whenever somebody has to wait for it.
pub(crate) fn waits_for_the_clock() {
    WAITED.set(true);
}

impl Subscriber {
    /// A subscriber, and the events that it is given.
    pub(super) fn new(name: &str, pattern: TopicPattern) -> (Arc<Self>, mpsc::UnboundedReceiver<Event>) {
        let (queue, events) = mpsc::unbounded_channel();
        let (name, pending, state) = (name.to_owned(), AtomicUsize::new(0), AtomicU8::new(RUNS));
        (Arc::new(Self { name, pattern, queue, pending, state }), events)
    }

    /// True while it has something to do.
    pub(super) fn is_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire) > 0
    }

    /// What its handler does.
    pub(super) fn state(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }

    /// Queues an event.
    pub(super) fn take(&self, event: Event) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        if self.queue.send(event).is_err() {
            // The subscription ended a moment ago.
            self.pending.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// Gives a subscriber its events, one after another.
pub(super) async fn serve(
    bus: Weak<Inner>,
    subscriber: Arc<Subscriber>,
    mut events: mpsc::UnboundedReceiver<Event>,
    handler: Arc<dyn EventHandler>,
) {
    while let Some(event) = events.recv().await {
        // In a future of its own, so that a handler that panics before it has made one is caught too.
        let (handler, given) = (&handler, event.clone());
        let handling = async move { handler.handle(given).await };
        let mut handling = pin!(AssertUnwindSafe(handling).catch_unwind());
        let outcome = poll_fn(|cx| {
            WAITED.set(false);
            // While it runs it does not wait, whatever it waited for before.
            subscriber.state.store(RUNS, Ordering::Release);
            let polled = handling.as_mut().poll(cx);
            if polled.is_pending() {
                let state = if WAITED.get() { WAITS_FOR_THE_CLOCK } else { WAITS };
                subscriber.state.store(state, Ordering::Release);
                if let Some(bus) = bus.upgrade() {
                    bus.progress.fetch_add(1, Ordering::AcqRel);
                    bus.changed.notify_waiters();
                }
            }
            polled
        });
        let outcome = outcome.await.unwrap_or_else(|_| Err(Error::internal("the handler panicked")));
        let Some(bus) = bus.upgrade() else { return };
        if let Err(error) = outcome {
            let failure = HandlerFailure { subscriber: subscriber.name.clone(), event, error };
            lock(&bus.failures).push(Arc::new(failure));
        }
        subscriber.pending.fetch_sub(1, Ordering::AcqRel);
        bus.changed.notify_waiters();
    }
}

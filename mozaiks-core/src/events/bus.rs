//! What carries events from those who publish to those who subscribe.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::event::Event;
use super::topic::TopicPattern;
use crate::error::{BoxError, Error};

/// What carries events from those who publish to those who subscribe.
pub trait EventBus: Send + Sync + 'static {
    /// Hands over events.
    ///
    /// - When it returns `Ok`, all of them are with the bus, in that order; when it fails, none is.
    /// - It does not wait for a subscriber, and no subscriber can make it fail.
    /// - Each subscriber whose pattern matches gets each event at least once.
    /// - A subscriber gets the events of one user in the order in which they were handed over.
    fn publish(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>>;

    /// As [`publish`](Self::publish), for a bus that has nothing to wait for now: it spares whoever publishes a future.
    ///
    /// `None` if it has, or always: then nothing was handed over, and `publish` is to be asked. What it does hand over
    /// comes after all that was handed over before, in either way.
    fn publish_now(&self, events: &[Event]) -> Option<Result<(), EventBusError>> {
        let _ = events;
        None
    }

    /// Has `handler` called for each event that `pattern` matches, from now on.
    ///
    /// - A handler that fails, panics or never ends harms no other subscriber and no publisher.
    /// - It ends when the subscription is dropped.
    ///
    /// # Errors
    /// [`EventBusError`] if the bus takes no subscriber now.
    fn subscribe(
        &self,
        subscriber: &str,
        pattern: TopicPattern,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError>;
}

/// What is called for each event.
pub trait EventHandler: Send + Sync + 'static {
    /// Handles one event. An error is the bus's to retry or to record.
    fn handle(&self, event: Event) -> BoxFuture<'_, Result<(), Error>>;
}

impl<F> EventHandler for F
where
    F: Fn(Event) -> BoxFuture<'static, Result<(), Error>> + Send + Sync + 'static,
{
    fn handle(&self, event: Event) -> BoxFuture<'_, Result<(), Error>> {
        self(event)
    }
}

/// A subscription, which ends when it is dropped.
#[must_use = "a subscription ends when it is dropped"]
pub struct Subscription {
    cancel: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Subscription {
    /// One that `cancel` ends.
    pub fn new(cancel: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self { cancel: Some(Box::new(cancel)) }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(cancel) = self.cancel.take() {
            cancel();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

/// Why a bus did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventBusError {
    /// It cannot be reached, or it is shutting down. The same call may succeed later.
    #[error("the event bus is unavailable")]
    Unavailable {
        /// What it said.
        #[source]
        source: Option<BoxError>,
    },
    /// Any other failure.
    #[error("the event bus failed")]
    Backend {
        /// What it said.
        #[source]
        source: BoxError,
    },
}

impl From<EventBusError> for Error {
    fn from(error: EventBusError) -> Self {
        match error {
            EventBusError::Unavailable { .. } => {
                Self::unavailable("The event bus is unavailable").with_source(error)
            }
            EventBusError::Backend { .. } => Self::internal(error),
        }
    }
}

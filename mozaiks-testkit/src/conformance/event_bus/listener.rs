//! A subscriber that remembers what it got.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mozaiks_core::events::{EventHandler, Subscription};
use mozaiks_core::{Error, Event};
use tokio::sync::watch;

use super::Subject;
use crate::conformance::wait::{fail, patiently};

/// A subscriber that remembers what it got. It ends when it is dropped.
pub(super) struct Listener {
    name: &'static str,
    seen: watch::Receiver<Vec<Event>>,
    _subscription: Subscription,
}

/// What a handler does once it has noted the event: given how many it has had so far, this one included.
pub(super) type Behaviour = fn(usize) -> BoxFuture<'static, Result<(), Error>>;

pub(super) fn succeed(_: usize) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(std::future::ready(Ok(())))
}

impl Listener {
    /// Listens from now on.
    pub(super) fn new(bus: &Subject, name: &'static str, pattern: &str) -> Self {
        Self::behaving(bus, name, pattern, succeed)
    }

    /// Listens from now on, and does so with each event.
    pub(super) fn behaving(bus: &Subject, name: &'static str, pattern: &str, behaviour: Behaviour) -> Self {
        let (noted, seen) = watch::channel(Vec::new());
        let handler = move |event: Event| {
            let mut count = 0;
            noted.send_modify(|events| {
                events.push(event);
                count = events.len();
            });
            behaviour(count)
        };
        let subscription = subscribe(bus, name, pattern, Arc::new(handler));
        Self { name, seen, _subscription: subscription }
    }

    /// Waits until each of these has arrived.
    pub(super) async fn got(&self, events: impl IntoIterator<Item = &Event>) {
        let wanted: Vec<_> = events.into_iter().cloned().collect();
        let missing = |seen: &Vec<Event>| {
            let seen: HashSet<_> = seen.iter().map(Event::id).collect();
            wanted.iter().find(|event| !seen.contains(&event.id())).cloned()
        };
        let mut seen = self.seen.clone();
        let waited =
            patiently(seen.wait_for(|seen| missing(seen).is_none())).await.map(|waited| waited.is_ok());
        let lost = missing(&self.seen.borrow());
        if let Some(lost) = lost {
            let (name, all) = (self.name, self.said());
            match waited {
                Err(patience) => {
                    fail(&format!("{name:?} did not get {lost:?} within {patience:?}; it got {all}"))
                }
                Ok(_) => {
                    fail(&format!("{name:?} was dropped by the bus and did not get {lost:?}; it got {all}"))
                }
            }
        }
    }

    /// What arrived, without what arrived a second time.
    pub(super) fn seen(&self) -> Vec<Event> {
        let mut known = HashSet::new();
        self.seen.borrow().iter().filter(|event| known.insert(event.id())).cloned().collect()
    }

    /// Waits until the last of these has arrived, and checks that these arrived, in this order, and nothing else.
    pub(super) async fn got_exactly(&self, events: &[&Event]) {
        self.got(events.iter().copied()).await;
        let (seen, wanted): (Vec<_>, Vec<_>) =
            (self.seen().iter().map(Event::id).collect(), events.iter().map(|event| event.id()).collect());
        assert!(seen == wanted, "{:?} got {}, expected {events:?}", self.name, self.said());
    }

    fn said(&self) -> String {
        format!("{:?}", self.seen())
    }
}

/// Subscribes a handler.
pub(super) fn subscribe(
    bus: &Subject,
    name: &str,
    pattern: &str,
    handler: Arc<dyn EventHandler>,
) -> Subscription {
    let pattern = match pattern.parse() {
        Ok(pattern) => pattern,
        Err(error) => fail(&format!("{error}")),
    };
    match bus.subscribe(name, pattern, handler) {
        Ok(subscription) => subscription,
        Err(error) => fail(&format!("`subscribe` failed: {error}")),
    }
}

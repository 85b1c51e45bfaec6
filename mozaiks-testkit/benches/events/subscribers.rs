//! Who subscribes to the bus.

use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};
use mozaiks_core::events::{EventBus, EventHandler, LocalEventBus, Subscription};
use mozaiks_core::{Error, Event};

use crate::load::topic;

/// Who subscribes to the first topic beside the others.
#[derive(Clone, Copy)]
pub enum OneMore {
    Nobody,
    /// Is done at once.
    Prompt,
    /// Never is.
    Hanging,
}

impl OneMore {
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Prompt, Self::Hanging];

    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Prompt => "one that is prompt",
            Self::Hanging => "one that hangs",
        }
    }

    pub fn subscribe(self, bus: &LocalEventBus) -> Option<Subscription> {
        match self {
            Self::Nobody => None,
            Self::Prompt => Some(subscribe(bus, 0, is_done)),
            Self::Hanging => Some(subscribe(bus, 0, hangs)),
        }
    }
}

fn is_done(_: Event) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(ready(Ok(())))
}

fn hangs(_: Event) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(std::future::pending())
}

/// Subscribes what is done as soon as it has heard an event.
pub fn hear(
    bus: &LocalEventBus,
    number: usize,
    heard: impl Fn(&Event) + Send + Sync + 'static,
) -> Subscription {
    subscribe(bus, number, move |event: Event| {
        heard(&event);
        is_done(event)
    })
}

fn subscribe(
    bus: &LocalEventBus,
    number: usize,
    handler: impl Fn(Event) -> BoxFuture<'static, Result<(), Error>> + Send + Sync + 'static,
) -> Subscription {
    let pattern = topic(number).as_str().parse().expect("a pattern");
    let handler: Arc<dyn EventHandler> = Arc::new(handler);
    bus.subscribe("bench", pattern, handler).expect("a subscription")
}

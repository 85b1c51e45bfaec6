//! A handler that fails, panics or never ends harms no other subscriber and no publisher.

use std::future::{pending, ready};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mozaiks_core::{Error, Event};
use tokio::sync::mpsc;

use super::listener::{Behaviour, Listener, subscribe, succeed};
use super::{Subject, event, publish};
use crate::conformance::wait::{fail, within};

type Handled = BoxFuture<'static, Result<(), Error>>;

fn fails(_: usize) -> Handled {
    Box::pin(ready(Err(Error::unavailable("the handler of this case fails"))))
}

fn fails_once(count: usize) -> Handled {
    if count == 1 { fails(count) } else { succeed(count) }
}

fn panics(_: usize) -> Handled {
    Box::pin(async { fail("the handler of this case panics") })
}

fn panics_before_it_waits(_: usize) -> Handled {
    fail("the handler of this case panics at once")
}

fn panics_once(count: usize) -> Handled {
    if count == 1 { panics(count) } else { succeed(count) }
}

fn panics_once_before_it_waits(count: usize) -> Handled {
    if count == 1 { panics_before_it_waits(count) } else { succeed(count) }
}

fn never_ends(_: usize) -> Handled {
    Box::pin(pending())
}

/// Publishing ends while a handler still works on the event, and on those before it.
pub async fn publishing_does_not_wait_for_handlers(bus: &Subject) {
    let listener = Listener::behaving(bus, "never ends", "notes:*", never_ends);
    let first = event("notes:note_created", "alice", 0);
    publish(bus, [&first]).await;
    listener.got([&first]).await;
    for number in 1..100 {
        publish(bus, [&event("notes:note_created", "alice", number)]).await;
    }
}

/// A handler that fails every time takes nothing from the others.
pub async fn a_handler_that_fails_harms_no_other(bus: &Subject) {
    harms_no_other(bus, fails).await;
}

/// A handler that panics every time, at once or later, takes nothing from the others.
pub async fn a_handler_that_panics_harms_no_other(bus: &Subject) {
    harms_no_other(bus, panics).await;
    harms_no_other(bus, panics_before_it_waits).await;
}

/// A handler that never ends takes nothing from the others.
pub async fn a_handler_that_never_ends_harms_no_other(bus: &Subject) {
    harms_no_other(bus, never_ends).await;
}

async fn harms_no_other(bus: &Subject, behaviour: Behaviour) {
    let before = Listener::new(bus, "before", "notes:*");
    let bad = Listener::behaving(bus, "bad", "notes:*", behaviour);
    let after = Listener::new(bus, "after", "*");
    let events: Vec<_> = (0..20).map(|number| event("notes:note_created", "alice", number)).collect();
    for batch in events.chunks(5) {
        publish(bus, batch).await;
    }
    for listener in [&before, &after] {
        listener.got_exactly(&events.iter().collect::<Vec<_>>()).await;
    }
    bad.got(events.first()).await;
}

/// A handler that failed gets the events after the one that it failed with.
pub async fn a_handler_that_failed_gets_the_next_event(bus: &Subject) {
    gets_the_next(bus, fails_once).await;
}

/// A handler that panicked, at once or later, gets the events after the one that it panicked with.
pub async fn a_handler_that_panicked_gets_the_next_event(bus: &Subject) {
    gets_the_next(bus, panics_once).await;
    gets_the_next(bus, panics_once_before_it_waits).await;
}

async fn gets_the_next(bus: &Subject, behaviour: Behaviour) {
    let listener = Listener::behaving(bus, "fails once", "notes:*", behaviour);
    let events = [0, 1, 2].map(|number| event("notes:note_created", "alice", number));
    for event in &events {
        publish(bus, [event]).await;
    }
    listener.got(&events).await;
}

/// A handler may publish in its turn, to itself too: that waits for nobody either.
pub async fn a_handler_may_publish(bus: &Subject) {
    let (done, mut ended) = mpsc::unbounded_channel();
    let weak = Arc::downgrade(bus);
    let handler = move |first: Event| -> Handled {
        let (weak, done) = (weak.clone(), done.clone());
        Box::pin(async move {
            let Some(bus) = weak.upgrade() else { return Ok(()) };
            if first.topic().name() == "note_created" {
                bus.publish(vec![event("notes:note_counted", "alice", 1)]).await?;
            }
            // The case has gone on if nobody hears it.
            drop(done.send(first.topic().name().to_owned()));
            Ok(())
        })
    };
    let _subscription = subscribe(bus, "publishes", "notes:*", Arc::new(handler));
    publish(bus, [&event("notes:note_created", "alice", 0)]).await;
    loop {
        let name = within("the event that a handler published to arrive", ended.recv()).await;
        if name.is_none_or(|name| name == "note_counted") {
            return;
        }
    }
}

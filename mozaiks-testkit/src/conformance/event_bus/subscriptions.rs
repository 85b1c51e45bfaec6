//! A subscription begins when it is made, and ends when it is dropped.

use super::listener::Listener;
use super::{Subject, event, publish};

/// Each subscriber whose pattern matches gets the event, however many there are.
pub async fn every_subscriber_gets_the_event(bus: &Subject) {
    let names = ["first", "second", "third"];
    let listeners = names.map(|name| Listener::new(bus, name, "notes:*"));
    let exact = Listener::new(bus, "exact", "notes:note_created");
    let published = event("notes:note_created", "alice", 1);
    publish(bus, [&published]).await;
    for listener in listeners.iter().chain([&exact]) {
        listener.got_exactly(&[&published]).await;
    }
}

/// What was published before is not for a new subscriber.
pub async fn a_subscriber_gets_what_comes_from_now_on(bus: &Subject) {
    let first = Listener::new(bus, "first", "notes:*");
    let before = event("notes:note_created", "alice", 1);
    publish(bus, [&before]).await;
    first.got([&before]).await;
    let second = Listener::new(bus, "second", "notes:*");
    let after = event("notes:note_created", "alice", 2);
    publish(bus, [&after]).await;
    second.got_exactly(&[&after]).await;
    first.got_exactly(&[&before, &after]).await;
}

/// A subscription that was dropped gets nothing of what is published then.
pub async fn a_dropped_subscription_ends(bus: &Subject) {
    let mut dropped = Vec::new();
    let stays = Listener::new(bus, "stays", "notes:*");
    for name in ["first", "second"] {
        let (noted, seen) = tokio::sync::watch::channel(Vec::new());
        let handler = move |event: mozaiks_core::Event| {
            noted.send_modify(|events| events.push(event.id()));
            super::listener::succeed(1)
        };
        drop(super::listener::subscribe(bus, name, "notes:*", std::sync::Arc::new(handler)));
        dropped.push(seen);
    }
    let events: Vec<_> = (0..20).map(|number| event("notes:note_created", "alice", number)).collect();
    for event in &events {
        publish(bus, [event]).await;
        stays.got([event]).await;
    }
    for seen in dropped {
        assert!(seen.borrow().is_empty(), "a subscription that was dropped got {:?}", *seen.borrow());
    }
}

/// To drop one of several subscriptions leaves the others, of the same pattern too.
pub async fn a_dropped_subscription_leaves_others(bus: &Subject) {
    let [first, second, third] = ["first", "second", "third"].map(|name| Listener::new(bus, name, "notes:*"));
    let events = [1, 2].map(|number| event("notes:note_created", "alice", number));
    publish(bus, [&events[0]]).await;
    for listener in [&first, &second, &third] {
        listener.got([&events[0]]).await;
    }
    drop(second);
    publish(bus, [&events[1]]).await;
    for listener in [&first, &third] {
        listener.got_exactly(&[&events[0], &events[1]]).await;
    }
}

/// Whoever has dropped a subscription may subscribe again, under the same name.
pub async fn one_can_subscribe_again(bus: &Subject) {
    for number in 0..3 {
        let listener = Listener::new(bus, "again", "notes:*");
        let published = event("notes:note_created", "alice", number);
        publish(bus, [&published]).await;
        listener.got_exactly(&[&published]).await;
    }
}

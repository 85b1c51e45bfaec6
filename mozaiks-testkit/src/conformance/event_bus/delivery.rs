//! Each event arrives at least once, whole.

use std::sync::Arc;

use futures_util::future::join_all;
use mozaiks_core::Event;
use serde_json::json;

use super::listener::Listener;
use super::{Subject, event, event_of, publish};
use crate::conformance::texts::odd_users;
use crate::conformance::wait::at_once;

/// An event that nobody wants is published all the same.
pub async fn nobody_needs_to_listen(bus: &Subject) {
    publish(bus, &[event("notes:note_created", "alice", 1)]).await;
    let _elsewhere = Listener::new(bus, "elsewhere", "tasks:*");
    publish(bus, &[event("notes:note_created", "alice", 2)]).await;
}

/// An event arrives with all that it had: id, topic, app, user, payload, time.
pub async fn an_event_arrives_as_it_was_published(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "*");
    let payload = json!({
        "text": "\u{1f600} \"quoted\" \\ \u{7f} line\nbreak", "whole": [0, -1, i64::MIN, i64::MAX, u64::MAX],
        "fraction": [0.5, 1.0, 1e300], "null": null, "deep": { "a.b": [{}, [], { "$set": { "": true } }] },
        "long": "x".repeat(100_000),
    });
    let published = event_of("notes:note_created", "shop", Some("alice"), &payload);
    let empty = event_of("host_event", "shop", Some("alice"), &json!({}));
    publish(bus, [&published]).await;
    publish(bus, [&empty]).await;
    listener.got([&published, &empty]).await;
    for (arrived, published) in listener.seen().iter().zip([&published, &empty]) {
        same(arrived, published);
    }
}

/// An event that no user caused arrives without one.
pub async fn an_event_that_no_user_caused_arrives(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "plans:*");
    let published = event_of("plans:plan_added", "shop", None, &json!({ "plan": "premium" }));
    publish(bus, [&published]).await;
    listener.got([&published]).await;
    listener.seen().iter().for_each(|arrived| same(arrived, &published));
}

/// Any ids of apps and users arrive as they are.
pub async fn apps_and_users_arrive_as_they_are(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "*");
    let published: Vec<_> = odd_users()
        .iter()
        .map(|user| event_of("notes:note_created", user.app_id(), Some(user.user_id()), &json!({})))
        .collect();
    for event in &published {
        publish(bus, [event]).await;
    }
    listener.got(&published).await;
    for arrived in listener.seen() {
        if let Some(published) = published.iter().find(|event| event.id() == arrived.id()) {
            same(&arrived, published);
        }
    }
}

/// Each of a batch arrives.
pub async fn each_event_of_a_batch_arrives(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "notes:*");
    let events: Vec<_> = (0..200).map(|number| event("notes:note_created", "alice", number)).collect();
    publish(bus, &events).await;
    listener.got(&events).await;
}

/// Each of many that are published at the same time arrives.
pub async fn each_event_of_many_publishers_arrives(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "notes:*");
    let users: Vec<_> = (0..10).map(|number| format!("user{number}")).collect();
    let events: Vec<Event> = (0..200)
        .zip(users.iter().cycle())
        .map(|(number, user)| event("notes:note_created", user, number))
        .collect();
    let publishers = events.iter().cloned().map(|event| {
        let bus = Arc::clone(bus);
        at_once(async move { publish(&bus, [&event]).await })
    });
    join_all(publishers).await;
    listener.got(&events).await;
}

fn same(arrived: &Event, published: &Event) {
    assert_eq!(arrived.id(), published.id(), "the id");
    assert_eq!(arrived.topic(), published.topic(), "the topic");
    assert_eq!(arrived.app_id(), published.app_id(), "the app");
    assert_eq!(arrived.user_id(), published.user_id(), "the user");
    assert_eq!(arrived.payload(), published.payload(), "the payload");
    assert_eq!(arrived.time(), published.time(), "the time");
}

//! The hub of live connections passes the suite of its service, and keeps to its limits.

// A test fails by a panic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::task::Poll;

use futures_util::stream::{self, BoxStream, StreamExt};
use mozaiks_core::UserKey;
use mozaiks_core::realtime::hub::{CloseReason, Delivery, Hub, HubOptions, Refused};
use mozaiks_core::realtime::{Push, Realtime, RealtimeError};
use mozaiks_testkit::clock::START;
use mozaiks_testkit::conformance;
use mozaiks_testkit::conformance::realtime::Connects;
use serde_json::json;

/// A hub whose connections end here, with nothing to travel over.
struct Here(Hub);

impl Realtime for Here {
    fn push(&self, to: &UserKey, message: Push) -> Result<(), RealtimeError> {
        self.0.push(to, message)
    }
}

impl Connects for Here {
    fn connect(&self, user: &UserKey) -> BoxStream<'static, Push> {
        let mut listener = self.0.connect(user).unwrap();
        let messages = stream::poll_fn(move |cx| {
            listener.poll_next(cx).map(|delivery| match delivery {
                Delivery::Message(text) => Some(serde_json::from_slice(&text).unwrap()),
                Delivery::Closed(_) => None,
            })
        });
        messages.boxed()
    }
}

fn user(user: &str) -> UserKey {
    UserKey::new("shop", user).unwrap()
}

fn message(data: &str) -> Push {
    Push::new("x", json!(data), START)
}

#[tokio::test]
async fn the_hub_passes() {
    conformance::realtime(|| async { Here(Hub::default()) }).await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hub_passes_on_threads() {
    conformance::realtime(|| async { Here(Hub::default()) }).await.assert_passed();
}

#[tokio::test]
async fn a_user_has_so_many_connections_and_so_has_the_host() {
    let hub = Hub::new(HubOptions::default().per_user(2).total(3));
    let (one, _two) = (hub.connect(&user("alice")).unwrap(), hub.connect(&user("alice")).unwrap());
    assert_eq!(hub.connect(&user("alice")).unwrap_err(), Refused::TooManyOfUser);
    let _three = hub.connect(&user("bob")).unwrap();
    assert_eq!(hub.connect(&user("carol")).unwrap_err(), Refused::TooMany);
    assert_eq!(hub.statistics().connections, 3);
    drop(one);
    assert!(hub.connect(&user("carol")).is_ok());
}

#[tokio::test]
async fn a_full_queue_closes_its_connection_and_no_other() {
    let hub = Hub::new(HubOptions::default().queue(2));
    let (mut slow, mut quick) = (hub.connect(&user("alice")).unwrap(), hub.connect(&user("alice")).unwrap());
    for index in 0..3 {
        hub.push(&user("alice"), message(&index.to_string())).unwrap();
        assert!(matches!(quick.next().await, Delivery::Message(_)));
    }
    assert_eq!(slow.next().await, Delivery::Closed(CloseReason::TooSlow));
    hub.push(&user("alice"), message("more")).unwrap();
    assert!(matches!(quick.next().await, Delivery::Message(_)));
    assert_eq!(slow.next().await, Delivery::Closed(CloseReason::TooSlow));
    assert_eq!((hub.statistics().overflowed, hub.statistics().delivered), (1, 6));
}

#[tokio::test]
async fn a_queue_holds_so_many_bytes_and_one_message_of_any_size() {
    let hub = Hub::new(HubOptions::default().queue_bytes(100));
    let mut listener = hub.connect(&user("alice")).unwrap();
    hub.push(&user("alice"), message(&"x".repeat(1000))).unwrap();
    assert!(matches!(listener.next().await, Delivery::Message(_)));
    for _ in 0..2 {
        hub.push(&user("alice"), message(&"x".repeat(60))).unwrap();
    }
    assert_eq!(listener.next().await, Delivery::Closed(CloseReason::TooSlow));
}

#[tokio::test]
async fn a_hub_that_closes_hands_over_what_is_queued_and_lets_nobody_in() {
    let hub = Hub::default();
    let mut listener = hub.connect(&user("alice")).unwrap();
    hub.push(&user("alice"), message("last")).unwrap();
    hub.close();
    hub.push(&user("alice"), message("too late")).unwrap();
    assert_eq!(hub.connect(&user("bob")).unwrap_err(), Refused::Closing);
    assert!(matches!(listener.next().await, Delivery::Message(_)));
    assert_eq!(listener.next().await, Delivery::Closed(CloseReason::ShuttingDown));
    let mut emptied = Box::pin(hub.emptied());
    assert!(futures_util::poll!(&mut emptied) == Poll::Pending);
    drop(listener);
    emptied.await;
}

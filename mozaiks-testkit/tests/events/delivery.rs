//! One subscriber delays nobody, one user delays no other, and nothing is kept without bound.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use mozaiks_core::Event;
use mozaiks_core::events::{DeadLetterReason, EventBus, EventHandler, LocalEventBusOptions, Subscription};

use crate::support::{Act, Subscriber, bench, until, with};

#[tokio::test]
async fn a_handler_that_hangs_delays_no_other_subscriber() {
    let bench = bench();
    let (hangs, quick) = (Subscriber::new([Act::Hang]), Subscriber::new([]));
    let _subscriptions = [hangs.subscribe(&bench, "hangs"), quick.subscribe(&bench, "quick")];
    bench.publish_many("alice", 500).await;
    quick.got(500).await;
    assert_eq!(quick.seen_of("alice"), (0..500).collect::<Vec<_>>());
    assert_eq!(hangs.seen_of("alice"), [0]);
}

#[tokio::test]
async fn a_user_whose_event_waits_delays_no_other_user() {
    let bench = bench();
    let waits = Subscriber::of("alice", [Act::Wait]);
    let _subscription = waits.subscribe(&bench, "waits");
    for number in 0..3 {
        bench.publish("alice", number).await;
        bench.publish("bob", number).await;
    }
    until(|| waits.seen_of("bob").len() == 3).await;
    assert_eq!(waits.seen_of("alice"), [0], "her later events wait for the first");
    waits.let_go(3);
    bench.bus.idle().await;
    assert_eq!((waits.seen_of("alice"), waits.seen_of("bob")), (vec![0, 1, 2], vec![0, 1, 2]));
}

#[tokio::test]
async fn the_same_user_id_in_another_app_is_another_user() {
    let bench = bench();
    let waits = Subscriber::new([Act::Wait]);
    let _subscription = waits.subscribe(&bench, "waits");
    bench.publish("alice", 0).await;
    let event = bench.event("notes:note_created", "alice", 1);
    let (topic, user) = (event.topic().clone(), event.user_id().cloned());
    let elsewhere =
        mozaiks_core::Event::new(event.id(), topic, "another", user, &event.payload(), event.time());
    mozaiks_core::events::EventBus::publish(&bench.bus, vec![elsewhere.unwrap()]).await.unwrap();
    waits.got(2).await;
}

#[tokio::test]
async fn only_so_many_handlers_of_a_subscriber_are_at_work_at_once() {
    let bench = with(LocalEventBusOptions::default().concurrency(2));
    let waits = Subscriber::new([Act::Wait]);
    let _subscription = waits.subscribe(&bench, "waits");
    for user in ["alice", "bob", "carol", "dave"] {
        bench.publish(user, 0).await;
    }
    waits.got(2).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(waits.seen().len(), 2);
    assert_eq!(bench.bus.statistics().subscribers[0].pending, 4);
    waits.let_go(1);
    waits.got(3).await;
    waits.let_go(3);
    bench.bus.idle().await;
    assert_eq!(waits.seen().len(), 4);
}

#[tokio::test]
async fn what_a_full_queue_does_not_take_is_a_dead_letter_of_that_subscriber_alone() {
    let bench = with(LocalEventBusOptions::default().queue(5));
    let (waits, quick) = (Subscriber::new([Act::Wait]), Subscriber::new([]));
    let _subscriptions = [waits.subscribe(&bench, "waits"), quick.subscribe(&bench, "quick")];
    for number in 0..8 {
        bench.publish("alice", number).await;
        quick.got(usize::try_from(number).unwrap() + 1).await;
    }
    let dead = bench.bus.dead_letters();
    assert_eq!(dead.len(), 3);
    for (letter, number) in dead.iter().zip(5..) {
        assert_eq!((&*letter.subscriber, letter.reason), ("waits", DeadLetterReason::QueueFull));
        assert_eq!((letter.attempts, letter.event.payload()["number"].as_u64()), (0, Some(number)));
    }
    let statistics = bench.bus.statistics();
    assert_eq!((statistics.topics[0].dead, statistics.topics[0].pending), (3, 5));
    assert_eq!(statistics.subscribers.iter().map(|one| one.refused).collect::<Vec<_>>(), [3, 0]);
    assert_eq!(bench.bus.replay_all(), 0, "there is still no room");
    waits.let_go(8);
    bench.bus.idle().await;
    assert_eq!(bench.bus.replay_all(), 3);
    bench.bus.idle().await;
    assert_eq!(waits.seen_of("alice"), (0..8).collect::<Vec<_>>());
    assert_eq!(quick.seen().len(), 8);
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_taken_as_far_as_it_does() {
    let bench = with(LocalEventBusOptions::default().queue(10));
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&bench, "quick");
    bench.publish_many("alice", 25).await;
    bench.bus.idle().await;
    assert_eq!(quick.seen_of("alice"), (0..10).collect::<Vec<_>>());
    assert_eq!(bench.bus.dead_letters().len(), 15);
}

#[tokio::test]
async fn a_subscription_that_is_dropped_takes_the_handler_that_waits_with_it() {
    let bench = bench();
    let waits = Subscriber::new([Act::Wait]);
    let subscription = waits.subscribe(&bench, "waits");
    bench.publish_many("alice", 3).await;
    waits.got(1).await;
    drop(subscription);
    waits.let_go(3);
    bench.bus.idle().await;
    bench.publish("alice", 3).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(waits.seen_of("alice"), [0]);
    assert_eq!(bench.bus.statistics().topics[0].pending, 0);
}

/// Alice's events wait for ever; Bob's end the subscription.
#[derive(Default)]
struct Leaves {
    subscription: Mutex<Option<Subscription>>,
    seen: Mutex<Vec<String>>,
}

impl EventHandler for Leaves {
    fn handle(&self, event: Event) -> BoxFuture<'_, mozaiks_core::Result<()>> {
        let user = event.user_id().unwrap().to_string();
        self.seen.lock().unwrap().push(user.clone());
        if user == "bob" {
            drop(self.subscription.lock().unwrap().take());
        }
        Box::pin(async move { if user == "alice" { std::future::pending().await } else { Ok(()) } })
    }
}

#[tokio::test]
async fn a_handler_that_ends_its_subscription_gets_nothing_of_a_user_whose_event_waits() {
    let bench = bench();
    let leaves = Arc::new(Leaves::default());
    let subscription = bench.bus.subscribe("leaves", "notes:*".parse().unwrap(), leaves.clone()).unwrap();
    *leaves.subscription.lock().unwrap() = Some(subscription);
    let events = ["alice", "bob", "alice"].map(|user| bench.event("notes:note_created", user, 0));
    bench.bus.publish(events.into()).await.unwrap();
    until(|| leaves.subscription.lock().unwrap().is_none()).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(*leaves.seen.lock().unwrap(), ["alice", "bob"]);
}

#[tokio::test]
async fn a_typed_handler_is_given_the_payload_and_fails_where_it_has_another_form() {
    #[derive(serde::Deserialize)]
    struct Numbered {
        number: u64,
    }
    #[derive(serde::Deserialize)]
    struct Named {
        #[allow(dead_code, reason = "no event has it")]
        name: String,
    }

    let bench = bench();
    let (heard, hears) = tokio::sync::watch::channel(None);
    let numbered = mozaiks_core::events::typed(move |event: mozaiks_core::Event, payload: Numbered| {
        heard.send_replace(Some((event.id(), payload.number)));
        async { Ok(()) }
    });
    let named = mozaiks_core::events::typed(|_, _: Named| async { Ok(()) });
    let subscribe = |handler| {
        mozaiks_core::events::EventBus::subscribe(&bench.bus, "typed", "*".parse().unwrap(), handler).unwrap()
    };
    let _subscriptions = [subscribe(numbered), subscribe(named)];
    let event = bench.event("notes:note_created", "alice", 7);
    mozaiks_core::events::EventBus::publish(&bench.bus, vec![event.clone()]).await.unwrap();
    bench.settle().await;
    assert_eq!(*hears.borrow(), Some((event.id(), 7)));
    assert!(bench.bus.dead_letters()[0].error.contains("missing field `name`"));
}

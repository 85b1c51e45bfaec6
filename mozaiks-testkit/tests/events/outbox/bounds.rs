//! What an outbox keeps has an end, and nobody waits for a subscriber that has none.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use mozaiks_core::events::{EventBus, EventHandler, LocalEventBusOptions};
use mozaiks_core::{Error, Event};

use super::Host;
use crate::support::{Act, Subscriber, until};

#[tokio::test]
async fn recovering_fills_no_queue() {
    let host = Host::new();
    let life = host.start();
    life.publish("alice", 0..300).await;
    drop(life);
    let life = host.start_with("", LocalEventBusOptions::default().queue(20));
    let slow = Subscriber::new([Act::Wait]);
    let _subscription = slow.subscribe(&life.bench, "slow");
    slow.let_go(300);
    life.recover().await;
    life.bench.bus.idle().await;
    assert_eq!(slow.seen_of("alice"), (0..300).collect::<Vec<_>>());
    assert!(life.bench.bus.dead_letters().is_empty());
}

#[tokio::test]
async fn recovering_waits_for_nobody_who_hangs() {
    let host = Host::new();
    let life = host.start();
    life.publish("alice", 0..300).await;
    drop(life);
    let life = host.start_with("", LocalEventBusOptions::default().queue(20));
    let (hangs, quick) = (Subscriber::new([Act::Hang]), Subscriber::new([]));
    let _subscriptions = [hangs.subscribe(&life.bench, "hangs"), quick.subscribe(&life.bench, "quick")];
    let report = life.recover().await;
    assert_eq!((report.redelivered, life.outbox.is_recovered()), (300, true));
    life.publish("alice", 300..305).await;
    quick.got(305).await;
    assert_eq!(quick.seen_of("alice"), (0..305).collect::<Vec<_>>());
    // As much as two queues hold waits for who hangs.
    let dead = life.bench.bus.dead_letters();
    let dead: Vec<_> = dead.iter().map(|letter| (&*letter.subscriber, number(&letter.event))).collect();
    assert_eq!(dead, (40..305).map(|number| ("hangs", number)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_dead_letter_that_made_room_is_not_stored_any_more() {
    for kept in [10, 0] {
        let host = Host::new();
        let life = host.start_with("", LocalEventBusOptions::default().dead_letters(kept));
        let fails = Subscriber::new([Act::Panic]);
        let _subscription = fails.subscribe(&life.bench, "fails");
        life.recover().await;
        life.publish("alice", 0..30).await;
        life.bench.settle().await;
        assert_eq!(life.bench.bus.dead_letters().len(), kept);
        until(|| host.stored() == kept).await;
        for letter in life.bench.bus.dead_letters() {
            assert!(life.bench.bus.discard(letter.id));
        }
        host.emptied().await;
    }
}

/// Fails with much to say.
struct Talks;

impl EventHandler for Talks {
    fn handle(&self, event: Event) -> BoxFuture<'_, Result<(), Error>> {
        let text = "ä".repeat(9 * 1024 * 1024);
        Box::pin(
            async move { if number(&event) == 0 { Err(Error::internal(text)) } else { panic!("{text}") } },
        )
    }
}

#[tokio::test]
async fn what_a_handler_says_when_it_fails_is_cut_to_a_length_that_can_be_stored() {
    let host = Host::new();
    let life = host.start();
    let quick = Subscriber::new([]);
    let talks = life.bench.bus.subscribe("talks", "notes:*".parse().unwrap(), Arc::new(Talks)).unwrap();
    let _quick = quick.subscribe_to(&life.bench, "quick", "tasks:*");
    life.recover().await;
    life.publish("alice", [0, 1]).await;
    life.bench.settle().await;
    for letter in life.bench.bus.dead_letters() {
        let said = letter.error.len();
        assert!((8 * 1024..9 * 1024).contains(&said) && letter.error.ends_with("ä…"), "{said}");
    }
    until(|| (0..2).all(|at| host.storage.dump()["//_mozaiks/_outbox"][at]["dead"].is_array())).await;
    // What others have handled is removed.
    let event = life.bench.event("tasks:task_created", "alice", 2);
    life.outbox.publish(vec![event]).await.unwrap();
    quick.got(1).await;
    until(|| host.stored() == 2).await;
    drop((talks, life));
    let report = host.start().recover().await;
    assert_eq!((report.redelivered, report.dead_letters), (0, 2));
}

fn number(event: &Event) -> u64 {
    event.payload()["number"].as_u64().unwrap()
}

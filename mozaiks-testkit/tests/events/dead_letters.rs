//! Dead letters can be listed, replayed and discarded, and are kept within bounds.

use bson::oid::ObjectId;
use mozaiks_core::events::LocalEventBusOptions;

use crate::support::{Act, Bench, Subscriber, bench, with};

/// A subscriber that could not handle events 0 to `count`.
async fn with_dead_letters(bench: &Bench, count: u64) -> (Subscriber, mozaiks_core::events::Subscription) {
    let fails = Subscriber::new([Act::Fail]);
    let subscription = fails.subscribe(bench, "fails");
    bench.publish_many("alice", count).await;
    bench.settle().await;
    (fails, subscription)
}

#[tokio::test]
async fn a_dead_letter_that_is_replayed_goes_to_its_subscriber_alone() {
    let bench = bench();
    let other = Subscriber::new([]);
    let _other = other.subscribe(&bench, "other");
    let (fails, _subscription) = with_dead_letters(&bench, 2).await;
    let before = fails.seen().len();
    fails.goes_on_to(Act::Succeed);
    let dead = bench.bus.dead_letters();
    assert!(bench.bus.replay(dead[1].id));
    bench.bus.idle().await;
    assert_eq!(fails.seen_of("alice")[before..], [1]);
    assert_eq!(other.seen_of("alice"), [0, 1]);
    assert_eq!(bench.bus.dead_letters().len(), 1);
    assert!(!bench.bus.replay(dead[1].id), "it is gone");
    assert!(!bench.bus.replay(ObjectId::new()));
}

#[tokio::test]
async fn all_dead_letters_are_replayed_in_order_with_all_their_attempts() {
    let bench = bench();
    let (fails, _subscription) = with_dead_letters(&bench, 3).await;
    let before = fails.seen().len();
    assert_eq!(bench.bus.replay_all(), 3);
    bench.settle().await;
    assert_eq!(fails.seen_of("alice")[before..], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    assert_eq!(bench.bus.dead_letters().len(), 3);
    fails.goes_on_to(Act::Succeed);
    assert_eq!(bench.bus.replay_all(), 3);
    bench.bus.idle().await;
    assert_eq!(fails.seen_of("alice")[before + 15..], [0, 1, 2]);
    assert!(bench.bus.dead_letters().is_empty());
}

#[tokio::test]
async fn a_dead_letter_that_is_discarded_is_gone() {
    let bench = bench();
    let (_fails, _subscription) = with_dead_letters(&bench, 2).await;
    let dead = bench.bus.dead_letters();
    assert!(bench.bus.discard(dead[0].id));
    assert!(!bench.bus.discard(dead[0].id));
    let left: Vec<_> = bench.bus.dead_letters().iter().map(|letter| letter.id).collect();
    assert_eq!(left, [dead[1].id]);
}

#[tokio::test]
async fn the_dead_letters_of_a_subscription_that_has_ended_go_to_the_next_of_that_name() {
    let bench = bench();
    let (_fails, subscription) = with_dead_letters(&bench, 1).await;
    let id = bench.bus.dead_letters()[0].id;
    drop(subscription);
    assert!(!bench.bus.replay(id), "nobody is there");
    let (other, elsewhere, again) = (Subscriber::new([]), Subscriber::new([]), Subscriber::new([]));
    let _subscriptions = [
        other.subscribe(&bench, "other"),
        elsewhere.subscribe_to(&bench, "fails", "tasks:*"),
        again.subscribe(&bench, "fails"),
    ];
    assert!(bench.bus.replay(id));
    bench.bus.idle().await;
    assert_eq!(again.seen_of("alice"), [0]);
    assert!(other.seen().is_empty() && elsewhere.seen().is_empty());
}

#[tokio::test]
async fn the_oldest_dead_letter_makes_room_and_is_counted() {
    let bench = with(LocalEventBusOptions::default().dead_letters(2));
    let (_fails, _subscription) = with_dead_letters(&bench, 5).await;
    let left: Vec<_> =
        bench.bus.dead_letters().iter().map(|letter| letter.event.payload()["number"].clone()).collect();
    assert_eq!(left, [3, 4]);
    let statistics = bench.bus.statistics();
    assert_eq!((statistics.dead_letters, statistics.dead_letters_dropped), (2, 3));
    assert_eq!(statistics.topics[0].dead, 5);
}

#[tokio::test]
async fn a_dead_letter_is_json_for_whoever_looks_at_it() {
    let bench = bench();
    let (_fails, _subscription) = with_dead_letters(&bench, 1).await;
    let json = serde_json::to_value(&*bench.bus.dead_letters()[0]).unwrap();
    assert_eq!(
        (&json["subscriber"], &json["reason"], &json["attempts"]),
        (&"fails".into(), &"failed".into(), &5.into())
    );
    assert_eq!(json["event"]["topic"], "notes:note_created");
}

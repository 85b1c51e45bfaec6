//! Dead letters can be listed, replayed and discarded, and are kept within bounds.

use bson::oid::ObjectId;
use mozaiks_core::events::{EventBus, LocalEventBusOptions};

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
async fn a_flood_of_one_subscribers_dead_letters_leaves_those_of_others() {
    let bench = with(LocalEventBusOptions::default().dead_letters(4));
    let rare = Subscriber::new([Act::Fail]);
    let _rare = rare.subscribe_to(&bench, "rare", "tasks:*");
    let events = [0, 1].map(|number| bench.event("tasks:task_done", "alice", number));
    bench.bus.publish(events.into()).await.unwrap();
    bench.settle().await;
    let (_fails, _subscription) = with_dead_letters(&bench, 20).await;
    let left: Vec<_> = bench
        .bus
        .dead_letters()
        .iter()
        .map(|letter| (letter.subscriber.clone(), letter.event.payload()["number"].clone()))
        .collect();
    let expected = [("rare", 0), ("rare", 1), ("fails", 18), ("fails", 19)];
    assert_eq!(left, expected.map(|(subscriber, number)| (subscriber.to_owned(), number.into())));
    assert_eq!(bench.bus.statistics().dead_letters_dropped, 18);
}

#[tokio::test]
async fn of_subscribers_with_as_many_dead_letters_the_oldest_of_all_makes_room() {
    let bench = with(LocalEventBusOptions::default().dead_letters(2));
    let subscribers = ["first", "second", "third"].map(|name| {
        let fails = Subscriber::new([Act::Fail]);
        fails.subscribe_to(&bench, name, &format!("{name}:*"))
    });
    for name in ["second", "first", "third"] {
        let event = bench.event(&format!("{name}:came"), "alice", 0);
        bench.bus.publish(vec![event]).await.unwrap();
        bench.settle().await;
    }
    let left: Vec<_> = bench.bus.dead_letters().iter().map(|letter| letter.subscriber.clone()).collect();
    assert_eq!(left, ["first", "third"]);
    drop(subscribers);
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

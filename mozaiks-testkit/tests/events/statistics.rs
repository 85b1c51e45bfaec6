//! What a bus has done, in figures.

use std::time::Duration;

use mozaiks_core::events::EventBus;

use crate::support::{Act, Subscriber, bench, until};

#[tokio::test]
async fn nothing_has_happened_at_first() {
    let statistics = bench().bus.statistics();
    assert!(statistics.topics.is_empty() && statistics.subscribers.is_empty());
    assert_eq!((statistics.dead_letters, statistics.dead_letters_dropped), (0, 0));
}

#[tokio::test]
async fn topics_are_counted_each_for_itself() {
    let bench = bench();
    let (all, notes) = (Subscriber::new([]), Subscriber::new([]));
    let _subscriptions = [all.subscribe_to(&bench, "all", "*"), notes.subscribe(&bench, "notes")];
    for number in 0..4 {
        bench.publish("alice", number).await;
    }
    let tasks = (0..3).map(|number| bench.event("tasks:task_done", "alice", number)).collect();
    bench.bus.publish(tasks).await.unwrap();
    bench.bus.idle().await;
    let told: Vec<_> = bench
        .bus
        .statistics()
        .topics
        .iter()
        .map(|topic| (topic.topic.to_string(), topic.published, topic.delivered, topic.pending))
        .collect();
    assert_eq!(told, [("notes:note_created".to_owned(), 4, 8, 0), ("tasks:task_done".to_owned(), 3, 3, 0)]);
}

#[tokio::test]
async fn lag_is_the_age_of_the_oldest_event_that_somebody_still_has_to_handle() {
    let bench = bench();
    let (waits, quick) = (Subscriber::new([Act::Wait]), Subscriber::new([]));
    let _subscriptions = [waits.subscribe(&bench, "waits"), quick.subscribe(&bench, "quick")];
    bench.publish("alice", 0).await;
    bench.clock.advance(Duration::from_secs(5));
    bench.publish("alice", 1).await;
    bench.clock.advance(Duration::from_secs(2));
    waits.got(1).await;
    quick.got(2).await;
    let lags = || {
        let statistics = bench.bus.statistics();
        let of = |number: usize| (statistics.subscribers[number].pending, statistics.subscribers[number].lag);
        (statistics.topics[0].pending, statistics.topics[0].lag, of(0), of(1))
    };
    let second = Duration::from_secs;
    until(|| lags() == (2, second(7), (2, second(7)), (0, second(0)))).await;
    waits.let_go(1);
    waits.got(2).await;
    until(|| lags() == (1, second(2), (1, second(2)), (0, second(0)))).await;
    waits.let_go(1);
    bench.bus.idle().await;
    assert_eq!(lags(), (0, second(0), (0, second(0)), (0, second(0))));
}

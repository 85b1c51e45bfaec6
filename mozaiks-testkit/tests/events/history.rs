//! What was published is kept for a while, whether anybody wanted it or not.

use std::time::Duration;

use mozaiks_core::Event;
use mozaiks_core::events::{EventBus, LocalEventBusOptions};

use crate::support::{Bench, bench, with};

async fn publish(bench: &Bench, topic: &str, number: u64) {
    bench.bus.publish(vec![bench.event(topic, "alice", number)]).await.unwrap();
    bench.clock.advance(Duration::from_millis(1));
}

fn history(bench: &Bench, pattern: &str, limit: usize) -> Vec<(String, u64)> {
    let told = |event: &Event| (event.topic().to_string(), event.payload()["number"].as_u64().unwrap());
    bench.bus.history(&pattern.parse().unwrap(), limit).iter().map(told).collect()
}

#[tokio::test]
async fn the_last_events_are_kept_the_newest_first() {
    let bench = bench();
    for number in 0..5 {
        publish(&bench, "notes:note_created", number).await;
        publish(&bench, "tasks:task_done", number).await;
    }
    let (notes, tasks) = ("notes:note_created".to_owned(), "tasks:task_done".to_owned());
    assert_eq!(history(&bench, "*", 3), [(tasks.clone(), 4), (notes.clone(), 4), (tasks, 3)]);
    assert_eq!(history(&bench, "notes:*", 2), [(notes.clone(), 4), (notes.clone(), 3)]);
    assert_eq!(history(&bench, "notes:note_created", 100).len(), 5);
    assert_eq!(history(&bench, "*:note_created", 100).len(), 5);
    assert!(history(&bench, "users:*", 100).is_empty());
    assert!(history(&bench, "*", 0).is_empty());
}

#[tokio::test]
async fn events_of_one_moment_are_in_order_too() {
    let bench = bench();
    bench.publish_many("alice", 5).await;
    let numbers: Vec<_> = history(&bench, "*", 10).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, [4, 3, 2, 1, 0]);
}

#[tokio::test]
async fn a_topic_keeps_so_many_events_and_takes_none_from_another() {
    let bench = with(LocalEventBusOptions::default().history(3));
    publish(&bench, "tasks:task_done", 7).await;
    bench.publish_many("alice", 10).await;
    let numbers: Vec<_> = history(&bench, "notes:*", 10).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, [9, 8, 7]);
    assert_eq!(history(&bench, "tasks:*", 10).len(), 1);
}

#[tokio::test]
async fn a_topic_keeps_no_more_than_a_mebibyte() {
    let bench = bench();
    let payload = serde_json::json!({ "number": 0, "text": "x".repeat(300_000) });
    for number in 0..10 {
        let event = bench.event("notes:note_created", "alice", number);
        let topic = event.topic().clone();
        let large = Event::new(event.id(), topic, "shop", None, &payload, event.time()).unwrap();
        bench.bus.publish(vec![large]).await.unwrap();
    }
    assert_eq!(history(&bench, "*", 100).len(), 3);
}

#[tokio::test]
async fn there_need_be_no_history() {
    let bench = with(LocalEventBusOptions::default().history(0));
    bench.publish_many("alice", 5).await;
    assert!(history(&bench, "*", 10).is_empty());
    assert_eq!(bench.bus.statistics().topics[0].published, 5);
}

//! The record as its user sees it.

use activity::Activity;
use mozaiks_testkit::prelude::*;
use serde_json::Value;
use task_manager::TaskManager;

fn host() -> TestHost {
    TestHost::builder().plugin(TaskManager).plugin(Activity).build()
}

async fn recent(user: &TestUser, arguments: Value) -> Value {
    user.host().user(user.identity().user_id()).plugin("activity").call("recent", arguments).await.unwrap()
}

#[tokio::test]
async fn what_becomes_of_a_task_is_on_record_newest_first() {
    let host = host();
    let (alice, bob) = (host.user("alice").plugin("task_manager"), host.user("bob"));
    let made = alice.call("create", json!({ "title": "Milk" })).await.unwrap();
    host.advance(Duration::from_secs(60)).await;
    alice.call("complete", json!({ "item_id": made["id"] })).await.unwrap();
    host.settle().await;

    let record = recent(&alice, json!({})).await;
    let heard: Vec<_> = record["items"].as_array().unwrap().iter().map(|one| &one["topic"]).collect();
    assert_eq!(heard, ["task_manager:item_completed", "task_manager:item_created"]);
    assert_eq!(record["items"][0]["item_id"], made["id"]);
    assert_eq!(record["items"][0]["at"], "2025-01-01T00:01:00Z");
    assert_eq!(recent(&bob, json!({})).await["total"], 0);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_on_record_once() {
    let host = host();
    host.bus().duplicate(true);
    let alice = host.user("alice").plugin("task_manager");
    alice.call("create", json!({ "title": "Milk" })).await.unwrap();
    host.settle().await;
    assert_eq!(recent(&alice, json!({})).await["total"], 1);
}

#[tokio::test]
async fn the_last_thousand_are_shown_and_little_more_is_kept() {
    let host = host();
    let alice = host.user("alice").plugin("task_manager");
    let mut last = Value::Null;
    for number in 0..1_150 {
        last = alice.call("create", json!({ "title": number.to_string() })).await.unwrap();
        host.settle().await;
    }
    let record = recent(&alice, json!({ "limit": 5 })).await;
    assert_eq!((&record["total"], &record["items"][0]["item_id"]), (&json!(1000), &last["id"]));
    let end = recent(&alice, json!({ "skip": 998 })).await;
    assert_eq!((&end["count"], &end["total"]), (&json!(2), &json!(1000)));
    assert_eq!(recent(&alice, json!({ "skip": 2000 })).await["count"], 0);
    let kept = host.storage().dump()["test_app/alice/activity/heard"].as_array().map(Vec::len);
    assert!(kept.is_some_and(|kept| (1000..=1100).contains(&kept)), "{kept:?} are kept");
}

#[tokio::test]
async fn what_another_process_recorded_stands_by_its_time() {
    use mozaiks_core::events::EventBus;
    use mozaiks_core::{Clock, Event};

    let host = host();
    let alice = host.user("alice");
    assert_eq!(recent(&alice, json!({})).await["total"], 0);
    // Within one second, the ids of two processes do not tell which was first.
    let (low, high) = (host.clock().new_id(), host.clock().new_id());
    for (id, after) in [(high, 0), (low, 10)] {
        let time = host.clock().now() + Duration::from_millis(after);
        let (topic, payload) =
            ("task_manager:item_created".parse().unwrap(), json!({ "item_id": id.to_hex() }));
        let event = Event::new(id, topic, alice.identity().app_id(), Some("alice".into()), &payload, time);
        host.bus().publish(vec![event.unwrap()]).await.unwrap();
    }
    host.settle().await;
    let record = recent(&alice, json!({})).await;
    let heard: Vec<_> = record["items"].as_array().unwrap().iter().map(|one| &one["item_id"]).collect();
    assert_eq!(heard, [&json!(low.to_hex()), &json!(high.to_hex())]);
}

//! The bus in memory: what a test can make it do, and when it is at rest.

use std::sync::atomic::{AtomicUsize, Ordering};

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

#[derive(Default)]
struct Counter {
    failures: AtomicUsize,
}

/// A plugin that notes in which order its events arrive.
#[plugin(name = "counter", version = "1.0.0", publishes = ["counted", "noted"])]
impl Counter {
    #[action]
    async fn count(&self, ctx: &Context, to: u32) -> Result<()> {
        for number in 1..=to {
            ctx.publish("counted", json!({ "number": number }))?;
        }
        Ok(())
    }

    #[on_event("counter:counted")]
    async fn note(&self, ctx: &Context, event: Event) -> Result<()> {
        let mut seen: Vec<u64> = ctx.kv().get("seen").await?.unwrap_or_default();
        seen.push(event.payload()["number"].as_u64().unwrap_or_default());
        ctx.kv().set("seen", &seen).await?;
        ctx.publish("noted", json!({}))
    }

    #[on_event("test:fail")]
    async fn fail(&self, _ctx: &Context, _event: Event) -> Result<()> {
        self.failures.fetch_add(1, Ordering::Relaxed);
        Err(Error::conflict("Not today"))
    }

    #[on_event("test:panic")]
    async fn panic(&self, _ctx: &Context, _event: Event) -> Result<()> {
        panic!("not today either")
    }

    #[on_event("test:wait")]
    async fn wait(&self, ctx: &Context, _event: Event) -> Result<()> {
        ctx.sleep(Duration::from_secs(10)).await;
        ctx.publish("noted", json!({}))
    }

    #[on_event("test:hang")]
    async fn hang(&self, _ctx: &Context, _event: Event) -> Result<()> {
        std::future::pending().await
    }

    /// Waits for a thread, which no clock has anything to do with.
    #[on_event("test:work")]
    async fn work(&self, ctx: &Context, _event: Event) -> Result<()> {
        for _ in 0..3 {
            let (done, ended) = tokio::sync::oneshot::channel();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                done.send(())
            });
            ended.await.map_err(Error::internal)?;
        }
        ctx.publish("noted", json!({}))
    }

    #[query]
    async fn seen(&self, ctx: &QueryContext) -> Result<Vec<u64>> {
        Ok(ctx.kv().get("seen").await?.unwrap_or_default())
    }
}

fn host() -> TestHost {
    TestHost::new(Counter::default())
}

async fn seen(user: &TestUser) -> Vec<u64> {
    user.call_typed::<serde_json::Value>("seen", json!({})).await.unwrap()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_call_ends_when_every_handler_has() {
    let host = host();
    let alice = host.user("alice");
    alice.call("count", json!({ "to": 20 })).await.unwrap();
    assert_eq!(host.events().iter().filter(|event| event.topic().as_str() == "counter:noted").count(), 20);
    assert_eq!(seen(&alice).await, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_event_can_come_twice() {
    let host = host();
    let alice = host.user("alice");
    host.bus().duplicate(true);
    alice.call("count", json!({ "to": 2 })).await.unwrap();
    assert_eq!(seen(&alice).await, [1, 1, 2, 2]);
    host.bus().duplicate(false);
    alice.call("count", json!({ "to": 1 })).await.unwrap();
    assert_eq!(seen(&alice).await, [1, 1, 2, 2, 1]);
}

#[tokio::test]
async fn events_can_get_lost() {
    let host = host();
    let alice = host.user("alice");
    host.bus().drop_next(2);
    alice.call("count", json!({ "to": 4 })).await.unwrap();
    assert_eq!(seen(&alice).await, [3, 4]);
    host.assert_published("counter:counted");
    assert_eq!(alice.events()[0].payload()["number"], 1, "what was lost was published all the same");
}

#[tokio::test]
async fn later_events_can_overtake() {
    let host = host();
    let alice = host.user("alice");
    host.bus().reorder(true);
    alice.call("count", json!({ "to": 3 })).await.unwrap();
    assert_eq!(seen(&alice).await, [3, 2, 1]);
    host.bus().reorder(false);
    alice.call("count", json!({ "to": 2 })).await.unwrap();
    assert_eq!(seen(&alice).await, [3, 2, 1, 1, 2]);
}

#[tokio::test]
async fn what_follows_from_events_that_were_held_back_is_delivered_too() {
    let host = host();
    host.bus().reorder(true);
    host.user("alice").call("count", json!({ "to": 3 })).await.unwrap();
    assert_eq!(host.events().iter().filter(|event| event.topic().as_str() == "counter:noted").count(), 3);
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_is_on_record() {
    let host = host();
    let alice = host.user("alice");
    alice.publish("test:fail", json!({ "day": 1 })).await.unwrap();
    alice.publish("test:panic", json!({})).await.unwrap();
    alice.publish("test:fail", json!({ "day": 2 })).await.unwrap();
    let failures = host.bus().failures();
    let told: Vec<_> = failures.iter().map(|one| (one.event.topic().as_str(), one.error.code())).collect();
    let (fail, panic) = ("test:fail", "test:panic");
    assert_eq!(
        told,
        [(fail, ErrorCode::Conflict), (panic, ErrorCode::Internal), (fail, ErrorCode::Conflict)]
    );
    assert!(failures.iter().all(|one| one.subscriber.starts_with("counter#")));
    alice.call("count", json!({ "to": 1 })).await.unwrap();
    assert_eq!(seen(&alice).await, [1], "the plugin goes on");
}

#[tokio::test]
async fn a_bus_is_at_rest_while_its_handlers_wait_for_the_clock() {
    let host = host();
    let alice = host.user("alice");
    alice.publish("test:wait", json!({})).await.unwrap();
    host.settle().await;
    host.assert_not_published("counter:noted");
    // Others are not kept waiting.
    alice.call("count", json!({ "to": 2 })).await.unwrap();
    assert_eq!(seen(&alice).await, [1, 2]);
    host.journal().clear();
    host.advance(Duration::from_secs(10)).await;
    host.assert_published_exactly(&["counter:noted"]);
}

#[tokio::test]
async fn a_handler_that_never_ends_meets_its_deadline() {
    let host = host();
    host.user("alice").publish("test:hang", json!({})).await.unwrap();
    assert!(host.bus().failures().is_empty());
    host.advance(Duration::from_secs(30)).await;
    assert_eq!(host.bus().failures()[0].error.code(), ErrorCode::Timeout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_ends_when_every_handler_has_on_other_threads_too() {
    let host = host();
    let alice = host.user("alice");
    for round in 1..=20 {
        alice.call("count", json!({ "to": 5 })).await.unwrap();
        assert_eq!(seen(&alice).await.len(), 5 * round);
    }
}

#[tokio::test]
async fn an_event_of_one_user_is_nothing_to_another() {
    let host = host();
    let (alice, bob) = (host.user("alice"), host.user("bob"));
    alice.call("count", json!({ "to": 3 })).await.unwrap();
    assert!(seen(&bob).await.is_empty());
    assert!(seen(&host.user("alice").in_app("another_app")).await.is_empty());
}

#[tokio::test]
async fn a_handler_that_waits_for_something_real_is_waited_for() {
    let host = host();
    host.user("alice").publish("test:work", json!({})).await.unwrap();
    host.assert_published_exactly(&["counter:noted"]);
}

//! The clock of a test: who sleeps wakes when the test says so, in order, and not before.

use std::sync::{Arc, Mutex};

use mozaiks_core::Clock;
use mozaiks_core::prelude::*;
use mozaiks_testkit::clock::START;
use mozaiks_testkit::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Sleeper;

/// A plugin that sleeps.
#[plugin(name = "sleeper", version = "1.0.0", publishes = ["slept"])]
impl Sleeper {
    #[action]
    async fn sleep(&self, ctx: &Context, seconds: u64) -> Result<String> {
        ctx.sleep(Duration::from_secs(seconds)).await;
        Ok(ctx.now().to_string())
    }

    #[on_event("user:registered")]
    async fn three_times(&self, ctx: &Context, _event: Event) -> Result<()> {
        for _ in 0..3 {
            ctx.sleep(Duration::from_secs(5)).await;
            ctx.kv().set(&ctx.now().to_string(), &true).await?;
        }
        ctx.publish("slept", json!({}))
    }

    #[query]
    async fn woken(&self, ctx: &QueryContext) -> Result<Vec<String>> {
        ctx.kv().list("").await
    }
}

#[test]
fn time_stands_still_until_it_is_moved() {
    let clock = TestClock::new();
    assert_eq!((clock.now(), clock.monotonic()), (START, Duration::ZERO));
    assert_eq!((clock.now(), clock.monotonic()), (START, Duration::ZERO));
    clock.clone().advance(90 * SECOND);
    assert_eq!((clock.now().to_string().as_str(), clock.monotonic()), ("2025-01-01T00:01:30Z", 90 * SECOND));
}

#[test]
fn ids_grow_and_predictable_ones_are_the_same_in_every_run() {
    let (one, other) = (TestClock::predictable(), TestClock::predictable());
    let ids: Vec<_> = (0..300).map(|_| one.new_id()).collect();
    assert!(ids.is_sorted() && ids.windows(2).all(|two| two[0] != two[1]));
    assert_eq!(ids, (0..300).map(|_| other.new_id()).collect::<Vec<_>>());
    assert_eq!(ids[0].to_hex(), "677485800000000000000001");
    one.advance(SECOND);
    assert!(one.new_id() > ids[299]);
    assert_ne!(TestClock::new().new_id(), TestClock::new().new_id());
}

#[tokio::test]
async fn sleepers_wake_in_order_and_not_before() {
    let clock = TestClock::new();
    let woken = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = [30, 10, 20, 10]
        .into_iter()
        .enumerate()
        .map(|(number, seconds)| {
            let (sleep, woken) = (clock.sleep(seconds * SECOND), Arc::clone(&woken));
            tokio::spawn(async move {
                sleep.await;
                woken.lock().unwrap().push((number, seconds));
            })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(clock.next_wake(), Some(10 * SECOND));
    clock.advance((10 * SECOND).checked_sub(Duration::from_nanos(1)).unwrap());
    tokio::task::yield_now().await;
    assert!(woken.lock().unwrap().is_empty());
    clock.advance(60 * SECOND);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*woken.lock().unwrap(), [(1, 10), (3, 10), (2, 20), (0, 30)]);
    assert_eq!(clock.next_wake(), None);
}

#[tokio::test]
async fn a_sleep_that_is_dropped_is_forgotten() {
    let clock = TestClock::new();
    let sleep = clock.sleep(SECOND);
    assert_eq!(clock.next_wake(), Some(SECOND));
    drop(sleep);
    assert_eq!(clock.next_wake(), None);
    clock.sleep(Duration::ZERO).await;
    clock.advance(SECOND);
}

#[tokio::test]
async fn a_sleep_that_nothing_ever_ends_is_no_overflow() {
    let clock = TestClock::new();
    clock.advance(SECOND);
    let forever = clock.sleep(Duration::MAX);
    clock.advance(1_000_000 * SECOND);
    assert!(clock.next_wake().is_some());
    drop(forever);
}

#[tokio::test]
async fn a_call_that_sleeps_goes_on_when_time_does() {
    let host = TestHost::new(Sleeper);
    let alice = host.user("alice");
    let (reply, ()) =
        tokio::join!(alice.call("sleep", json!({ "seconds": 20 })), host.advance(Duration::from_secs(60)));
    assert_eq!(reply.unwrap(), json!({ "data": "2025-01-01T00:00:20Z" }), "it woke on time");
    assert_eq!(host.now().to_string(), "2025-01-01T00:01:00Z");
}

#[tokio::test]
async fn a_call_that_sleeps_too_long_meets_its_deadline() {
    let host = TestHost::new(Sleeper);
    let alice = host.user("alice");
    let (reply, ()) =
        tokio::join!(alice.call("sleep", json!({ "seconds": 31 })), host.advance(Duration::from_secs(30)));
    assert_eq!(reply.unwrap_err().code(), ErrorCode::Timeout);
    assert_eq!(host.clock().next_wake(), None, "nobody sleeps any more");
}

#[tokio::test]
async fn time_drives_a_handler_step_by_step() {
    let host = TestHost::new(Sleeper);
    let alice = host.user("alice");
    alice.publish("user:registered", json!({})).await.unwrap();
    host.advance(Duration::from_secs(7)).await;
    assert_eq!(alice.call("woken", json!({})).await.unwrap(), json!({ "data": ["2025-01-01T00:00:05Z"] }));
    host.assert_not_published("sleeper:slept");
    host.advance(Duration::from_secs(60)).await;
    let woken = ["2025-01-01T00:00:05Z", "2025-01-01T00:00:10Z", "2025-01-01T00:00:15Z"];
    assert_eq!(alice.call("woken", json!({})).await.unwrap(), json!({ "data": woken }));
    assert_eq!(host.assert_published("sleeper:slept").time().to_string(), "2025-01-01T00:00:15Z");
    assert_eq!(host.now().to_string(), "2025-01-01T00:01:07Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_drives_a_handler_on_other_threads_too() {
    let host = TestHost::new(Sleeper);
    host.user("alice").publish("user:registered", json!({})).await.unwrap();
    host.advance(Duration::from_secs(60)).await;
    assert_eq!(host.assert_published("sleeper:slept").time().to_string(), "2025-01-01T00:00:15Z");
}

#[tokio::test]
async fn a_sleep_that_nobody_polls_any_more_does_not_stop_time() {
    let host = TestHost::new(Sleeper);
    let mut kept = host.clock().sleep(SECOND);
    assert!(futures_util::FutureExt::now_or_never(&mut kept).is_none());
    host.advance(Duration::from_secs(60)).await;
    assert_eq!(host.now() - START, Duration::from_secs(60));
    kept.await;
}

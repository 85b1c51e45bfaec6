//! A host that goes: what runs comes to its end, and nothing new begins.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

use crate::support::begin;

#[derive(Default)]
struct Slow;

#[plugin(
    name = "slow",
    version = "1.0.0",
    permissions = ["notifications:send"],
    publishes = ["done"],
    notification(id = "slow_done", name = "Done"),
)]
impl Slow {
    #[action]
    async fn work(&self, ctx: &Context, seconds: u64) -> Result<()> {
        ctx.sleep(Duration::from_secs(seconds)).await;
        ctx.publish("done", json!({}))
    }

    #[action]
    async fn tell(&self, ctx: &Context) -> Result<()> {
        ctx.notify(Notification::new("slow_done", "Done"))
    }
}

const DEADLINE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn draining_waits_for_a_call_that_runs_and_lets_nothing_new_begin() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    let mut running = Box::pin(alice.call("work", json!({ "seconds": 3 })));
    begin(&mut running);
    let mut draining = Box::pin(host.runtime().drain(DEADLINE));
    begin(&mut draining);

    let refused = alice.call("work", json!({ "seconds": 0 })).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Unavailable);

    let (done, left, ()) = tokio::join!(running, draining, host.advance(Duration::from_secs(3)));
    done.unwrap();
    assert_eq!(left, 0);
    host.assert_published("slow:done");
}

#[tokio::test]
async fn draining_ends_at_its_deadline_and_says_what_is_left() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    let mut calls = [20, 25].map(|seconds| Box::pin(alice.call("work", json!({ "seconds": seconds }))));
    calls.iter_mut().for_each(begin);
    let mut draining = Box::pin(host.runtime().drain(DEADLINE));
    begin(&mut draining);
    let (left, ()) = tokio::join!(draining, host.advance(DEADLINE));
    assert_eq!(left, 2);
}

#[tokio::test]
async fn draining_waits_for_what_is_handed_over_though_its_caller_went_away() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    host.notifications().faults().delay(Duration::from_secs(2));
    let mut call = Box::pin(alice.call("tell", json!({})));
    begin(&mut call);
    drop(call);
    let mut draining = Box::pin(host.runtime().drain(DEADLINE));
    begin(&mut draining);
    let (left, ()) = tokio::join!(draining, host.advance(Duration::from_secs(2)));
    assert_eq!((left, alice.notifications().await.len()), (0, 1));
}

#[tokio::test]
async fn a_call_that_publishes_when_nobody_hears_any_more_is_not_acknowledged() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    let mut running = Box::pin(alice.call("work", json!({ "seconds": 3 })));
    begin(&mut running);
    host.runtime().shutdown().await;
    let (done, ()) = tokio::join!(running, host.advance(Duration::from_secs(3)));
    assert_eq!(done.unwrap_err().code(), ErrorCode::Unavailable);
}

#[tokio::test]
async fn a_host_that_is_idle_or_never_began_is_drained_at_once() {
    let host = TestHost::new(Slow);
    assert_eq!(host.runtime().drain(DEADLINE).await, 0);
    let alice = host.user("alice");
    assert_eq!(alice.call("tell", json!({})).await.unwrap_err().code(), ErrorCode::Unavailable);
    assert!(host.runtime().start().await.is_err(), "what is drained does not start");
    assert!(host.runtime().shutdown().await.is_empty());
    assert_eq!(host.runtime().drain(DEADLINE).await, 0);
}

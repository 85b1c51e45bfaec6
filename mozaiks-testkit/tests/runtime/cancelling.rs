//! A client that goes away: its call ends where it stands, and leaves nothing behind.

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
    async fn work(&self, ctx: &Context) -> Result<()> {
        ctx.publish("done", json!({}))?;
        ctx.push("done", json!({}))?;
        ctx.notify(Notification::new("slow_done", "Done"))?;
        ctx.sleep(Duration::from_secs(1)).await;
        Ok(())
    }

    #[action]
    async fn cling(&self, ctx: &Context) -> Result<()> {
        let _clinging = Clinging;
        ctx.sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

/// Does not want to be dropped.
struct Clinging;

impl Drop for Clinging {
    fn drop(&mut self) {
        panic!("not yet")
    }
}

#[tokio::test]
async fn what_an_abandoned_call_was_to_send_is_never_sent() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    let mut call = Box::pin(alice.call("work", json!({})));
    begin(&mut call);
    drop(call);
    host.advance(Duration::from_secs(60)).await;
    host.assert_published_exactly(&[]);
    alice.assert_undisturbed();
    assert!(host.events().is_empty());

    let (done, ()) = tokio::join!(alice.call("work", json!({})), host.advance(Duration::from_secs(1)));
    done.unwrap();
    host.assert_published_exactly(&["slow:done"]);
}

#[tokio::test]
async fn an_abandoned_call_leaves_no_sleeper_behind() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    let mut call = Box::pin(alice.call("work", json!({})));
    begin(&mut call);
    assert_eq!(host.clock().next_wake(), Some(Duration::from_secs(1)));
    drop(call);
    assert_eq!(host.clock().next_wake(), None);
}

#[tokio::test]
async fn whoever_abandons_a_call_that_panics_when_dropped_is_not_harmed() {
    let host = TestHost::new(Slow);
    let alice = host.user("alice");
    let mut call = Box::pin(alice.call("cling", json!({})));
    begin(&mut call);
    drop(call);
    let (done, ()) = tokio::join!(alice.call("work", json!({})), host.advance(Duration::from_secs(1)));
    done.unwrap();
}

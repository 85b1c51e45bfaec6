//! What services of the host, and callers who go away, cannot do to a call; and what an author's values cannot.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc;
use std::time::Duration;

use mozaiks_core::prelude::*;
use mozaiks_core::runtime::Limits;
use mozaiks_testkit::TestHost;
use mozaiks_testkit::bench::quiet_runtime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cause that panics when it is shown, or when it is dropped.
#[derive(Debug)]
struct Nasty {
    shown: bool,
}

impl fmt::Display for Nasty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(!self.shown, "it is shown");
        f.write_str("nasty")
    }
}

impl std::error::Error for Nasty {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // Its own cause, without end.
        Some(self)
    }
}

impl Drop for Nasty {
    fn drop(&mut self) {
        assert!(self.shown, "it is dropped");
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Settings)]
struct Mine {
    #[setting(default = 1)]
    size: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Settings)]
struct Other {
    #[setting(default = 2)]
    size: u32,
}

#[derive(Default)]
struct Odd;

#[plugin(
    name = "odd",
    version = "1.0.0",
    settings = Mine,
    publishes = ["sent"],
    permissions = ["notifications:send"],
    notification(id = "odd_sent", name = "Sent"),
)]
impl Odd {
    #[action]
    async fn send(&self, ctx: &Context) -> Result<()> {
        ctx.push("sent", json!({}))?;
        ctx.notify(Notification::new("odd_sent", "Sent"))?;
        ctx.publish("sent", json!({}))
    }

    #[action]
    async fn flood(&self, ctx: &Context, times: usize) -> Result<()> {
        (0..times).try_for_each(|_| ctx.publish("sent", json!({})))
    }

    #[query]
    async fn fail(&self, _ctx: &QueryContext, shown: bool) -> Result<()> {
        Err(Error::internal(Nasty { shown }))
    }

    #[query]
    async fn spin(&self, _ctx: &QueryContext) -> Result<()> {
        let lock = tokio::sync::Mutex::new(());
        loop {
            drop(lock.lock().await);
        }
    }

    #[action]
    async fn store(&self, ctx: &Context, numbers: BTreeMap<String, u64>) -> Result<Created> {
        let id = ctx.collection::<BTreeMap<String, u64>>("numbers").insert(&numbers).await?;
        Ok(Created { id })
    }

    #[install]
    async fn welcome(&self, ctx: &Context) -> Result<()> {
        ctx.notify(Notification::new("odd_sent", "Welcome"))
    }

    #[action]
    async fn push_as(&self, ctx: &Context, event_type: String) -> Result<()> {
        ctx.push_as(&event_type, "sent", json!({}))
    }

    #[query]
    async fn others(&self, ctx: &QueryContext) -> Result<u32> {
        Ok(ctx.settings::<Other>().await?.size)
    }
}

#[test]
fn an_action_that_never_pauses_is_held_to_the_deadline_of_the_machine() {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let tokio =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let limits = Limits::default().deadline(Duration::from_millis(50));
        let runtime = quiet_runtime().plugin(Odd).limits(limits).build().unwrap();
        let call = async move {
            let alice = Identity::new("app", "alice").unwrap();
            runtime.execute(&alice, "odd", br#"{"action": "spin"}"#).await.status()
        };
        // On a worker, where a task is made to give way.
        let status = tokio.block_on(async { tokio::spawn(call).await.unwrap() });
        tell.send(status).unwrap();
    });
    assert_eq!(told.recv_timeout(Duration::from_secs(30)), Ok(504));
}

#[tokio::test]
async fn a_cause_that_panics_and_never_ends_is_an_internal_error_like_any_other() {
    let host = TestHost::new(Odd);
    for shown in [true, false] {
        let reply = host.user("alice").send(json!({ "action": "fail", "shown": shown }).to_string()).await;
        assert_eq!(reply.status(), 500, "{shown}");
        drop(reply);
    }
    host.user("alice").call("send", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_service_that_hangs_holds_a_call_no_longer_than_the_deadline() {
    let host = TestHost::new(Odd);
    host.notifications().faults().delay(Duration::from_secs(3600));
    let alice = host.user("alice");
    let (reply, ()) = tokio::join!(alice.call("send", json!({})), host.advance(Duration::from_secs(31)));
    assert_eq!(reply.unwrap_err().code(), ErrorCode::Unavailable);

    host.installations().faults().delay(Duration::from_secs(3600));
    let (reply, ()) = tokio::join!(alice.call("send", json!({})), host.advance(Duration::from_secs(31)));
    assert_eq!(reply.unwrap_err().code(), ErrorCode::Unavailable);
}

#[tokio::test]
async fn what_was_sent_arrives_though_the_caller_goes_away() {
    let host = TestHost::new(Odd);
    host.notifications().faults().delay(Duration::from_secs(10));
    let alice = host.user("alice");
    {
        let call = alice.call("send", json!({}));
        let mut call = std::pin::pin!(call);
        for _ in 0..4 {
            tokio::select! {
                biased;
                _ = call.as_mut() => panic!("it cannot have ended"),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    host.advance(Duration::from_secs(11)).await;
    alice.assert_notified("odd_sent");
    host.assert_published("odd:sent");
    host.assert_published("plugin_executed");
}

#[tokio::test]
async fn what_an_installation_sent_arrives_though_the_user_goes_away() {
    let host = TestHost::builder().plugin(Odd).nothing_installed().build();
    host.notifications().faults().delay(Duration::from_secs(10));
    let alice = host.user("alice");
    {
        let mut install = std::pin::pin!(alice.install(["notifications:send"]));
        for _ in 0..4 {
            tokio::select! {
                biased;
                _ = install.as_mut() => panic!("it cannot have ended"),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    host.advance(Duration::from_secs(11)).await;
    alice.assert_notified("odd_sent");
}

#[tokio::test]
async fn nobody_sends_without_end() {
    let host = TestHost::new(Odd);
    let alice = host.user("alice");
    let refused = alice.call("flood", json!({ "times": 10_001 })).await.unwrap_err();
    assert!(format!("{refused:?}").contains("sends more than 10000 events"), "{refused:?}");
    host.assert_not_published("odd:sent");
    alice.call("flood", json!({ "times": 100 })).await.unwrap();
}

#[tokio::test]
async fn what_a_client_sends_and_no_storage_can_hold_is_the_clients_mistake() {
    let host = TestHost::new(Odd);
    let alice = host.user("alice");
    for numbers in [json!({ "n": u64::MAX }), json!({ "a\u{0}b": 1 })] {
        let refused = alice.call("store", json!({ "numbers": numbers })).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Validation, "{refused:?}");
    }
}

#[tokio::test]
async fn settings_of_another_type_are_not_had() {
    let host = TestHost::new(Odd);
    let refused = host.user("alice").call("others", json!({})).await.unwrap_err();
    assert!(format!("{refused:?}").contains("the settings of the plugin odd are"), "{refused:?}");
}

#[tokio::test]
async fn a_plugin_does_not_push_in_the_name_of_another() {
    #[derive(Default)]
    struct OddOther;

    #[plugin(name = "odd_other", version = "1.0.0")]
    impl OddOther {}

    let host = TestHost::builder().plugin(Odd).plugin(OddOther).calling("odd").build();
    let alice = host.user("alice");
    for event_type in ["other_update", "other_x", "Other", "a b", ""] {
        let refused = alice.call("push_as", json!({ "event_type": event_type })).await.unwrap_err();
        assert!(refused.is_internal(), "{event_type}: {refused:?}");
    }
    for event_type in ["progress", "others", "other"] {
        alice.call("push_as", json!({ "event_type": event_type })).await.unwrap();
    }
    alice.assert_pushed("odd_progress", "sent");
}

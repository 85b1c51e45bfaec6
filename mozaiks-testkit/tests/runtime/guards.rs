//! A panic or a hang ends in an error for that call, stands in the log, and harms no other.

use std::borrow::Cow;
use std::panic::panic_any;

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::support::{assert_hidden, body_of};

/// A value whose own code panics, wherever it is asked to do something.
struct Bomb;

impl<'de> Deserialize<'de> for Bomb {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("SECRET while reading")
    }
}

impl Serialize for Bomb {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("SECRET while writing")
    }
}

impl JsonSchema for Bomb {
    fn schema_name() -> Cow<'static, str> {
        "Bomb".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

/// A value that panics when it is dropped.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("SECRET while dropped")
    }
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct HazardSettings {
    size: u32,
}

#[derive(Default)]
struct Hazard;

#[plugin(
    name = "hazard",
    version = "1.0.0",
    publishes = ["gone_off"],
    settings = HazardSettings,
)]
impl Hazard {
    #[action]
    async fn fine(&self, ctx: &Context) -> Result<()> {
        ctx.publish("gone_off", json!({}))
    }

    #[action]
    async fn panics_at_once(&self, ctx: &Context) -> Result<()> {
        ctx.publish("gone_off", json!({}))?;
        panic!("SECRET at once")
    }

    #[action]
    async fn panics_later(&self, ctx: &Context) -> Result<()> {
        ctx.publish("gone_off", json!({}))?;
        ctx.sleep(Duration::from_secs(1)).await;
        panic!("SECRET later")
    }

    #[action]
    async fn panics_with_a_value(&self, _ctx: &Context) -> Result<()> {
        panic_any(42_u8)
    }

    #[action]
    async fn panics_with_a_value_that_panics(&self, _ctx: &Context) -> Result<()> {
        panic_any(PanicsWhenDropped)
    }

    #[action]
    async fn takes_a_bomb(&self, _ctx: &Context, bomb: Bomb) -> Result<Bomb> {
        Ok(bomb)
    }

    #[action]
    async fn takes_nothing_but_a_bomb(&self, _ctx: &Context, Input(bomb): Input<Bomb>) -> Result<Bomb> {
        Ok(bomb)
    }

    #[action]
    async fn replies_with_a_bomb(&self, ctx: &Context) -> Result<Bomb> {
        ctx.publish("gone_off", json!({}))?;
        Ok(Bomb)
    }

    #[action]
    async fn hangs(&self, ctx: &Context) -> Result<()> {
        ctx.publish("gone_off", json!({}))?;
        std::future::pending().await
    }

    #[action]
    async fn hangs_and_panics_when_dropped(&self, _ctx: &Context) -> Result<()> {
        let _last_words = PanicsWhenDropped;
        std::future::pending().await
    }

    #[action]
    async fn waits(&self, ctx: &Context, seconds: u64) -> Result<()> {
        ctx.sleep(Duration::from_secs(seconds)).await;
        Ok(())
    }

    #[on_event("user:registered")]
    async fn on_registered(&self, ctx: &Context, event: Event) -> Result<()> {
        match event.payload()["do"].as_str() {
            Some("panic") => panic!("SECRET in a handler"),
            Some("hang") => std::future::pending().await,
            _ => ctx.publish("gone_off", json!({ "by": "event" })),
        }
    }

    #[on_event("user:deleted")]
    async fn on_deleted(&self, _ctx: &Context, _payload: Bomb) -> Result<()> {
        Ok(())
    }

    #[install]
    async fn install(&self, ctx: &Context) -> Result<()> {
        if ctx.user_id() == "mallory" { panic!("SECRET in a step") } else { Ok(()) }
    }

    #[validate_settings]
    fn check(settings: &HazardSettings) -> Result<(), FieldErrors> {
        assert!(settings.size < 100, "SECRET in a check");
        Ok(())
    }
}

fn host() -> TestHost {
    TestHost::new(Hazard)
}

/// Checks that the plugin goes on serving: the same user, another one, and events.
async fn assert_unharmed(host: &TestHost) {
    host.journal().clear();
    for user in ["alice", "bob"] {
        host.user(user).call("fine", json!({})).await.unwrap();
        host.user(user).publish("user:registered", json!({})).await.unwrap();
    }
    host.assert_published_exactly(&["hazard:gone_off"; 4]);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_of_that_call_alone() {
    let host = host();
    let panics = [
        ("panics_at_once", "SECRET at once"),
        ("panics_with_a_value", "without a message"),
        ("panics_with_a_value_that_panics", "without a message"),
        ("takes_nothing_but_a_bomb", "SECRET while reading"),
        ("replies_with_a_bomb", "SECRET while writing"),
    ];
    for (action, cause) in panics {
        let reply = host.user("alice").send(json!({ "action": action }).to_string()).await;
        assert_hidden(&host, &reply, "hazard", cause);
        host.assert_not_published("hazard:gone_off");
        assert_unharmed(&host).await;
        host.journal().clear();
    }
}

#[tokio::test]
async fn a_panic_while_an_argument_is_read_is_an_internal_error() {
    let host = host();
    let reply = host.user("alice").send(r#"{"action": "takes_a_bomb", "bomb": {"a": 1}}"#).await;
    assert_hidden(&host, &reply, "hazard", "SECRET while reading");
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_panic_after_an_await_is_an_internal_error() {
    let host = host();
    let alice = host.user("alice");
    let (reply, ()) =
        tokio::join!(alice.send(r#"{"action": "panics_later"}"#), host.advance(Duration::from_secs(1)));
    assert_hidden(&host, &reply, "hazard", "SECRET later");
    host.assert_not_published("hazard:gone_off");
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_hang_ends_at_the_deadline() {
    let host = host();
    let alice = host.user("alice");
    let (reply, ()) =
        tokio::join!(alice.send(r#"{"action": "hangs"}"#), host.advance(Duration::from_secs(30)));
    assert_eq!(reply.status(), 504);
    assert_eq!(body_of(&reply)["error_code"], "TIMEOUT");
    assert_eq!(host.assert_logged("did not end within 30s").fields["plugin"], "hazard");
    host.assert_not_published("hazard:gone_off");
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_call_may_take_until_its_deadline_and_no_longer() {
    let host = host();
    let alice = host.user("alice");
    let (in_time, too_late, ()) = tokio::join!(
        alice.call("waits", json!({ "seconds": 29 })),
        alice.call("waits", json!({ "seconds": 31 })),
        host.advance(Duration::from_secs(31))
    );
    in_time.unwrap();
    assert_eq!(too_late.unwrap_err().code(), ErrorCode::Timeout);
}

#[tokio::test]
async fn what_it_takes_to_be_let_in_is_no_time_of_the_action() {
    let host = host();
    host.installations().faults().delay(Duration::from_secs(20));
    let alice = host.user("alice");
    let (reply, ()) =
        tokio::join!(alice.call("waits", json!({ "seconds": 20 })), host.advance(Duration::from_secs(41)));
    reply.unwrap();
    let executed = host.assert_published("plugin_executed");
    assert_eq!(executed.payload()["duration_ms"], 20_000.0);
}

#[tokio::test]
async fn a_future_that_panics_when_it_is_cancelled_harms_nothing() {
    let host = host();
    let alice = host.user("alice");
    let call = alice.send(r#"{"action": "hangs_and_panics_when_dropped"}"#);
    let (reply, ()) = tokio::join!(call, host.advance(Duration::from_secs(30)));
    assert_hidden(&host, &reply, "hazard", "SECRET while dropped");
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_handler_that_panics_is_a_failure_on_the_bus_and_harms_none() {
    let host = host();
    host.user("alice").publish("user:registered", json!({ "do": "panic" })).await.unwrap();
    host.user("alice").publish("user:deleted", json!({})).await.unwrap();
    {
        let failures = host.bus().failures();
        assert_eq!(failures.len(), 2);
        for failure in &failures {
            assert!(failure.subscriber.starts_with("hazard#"));
            let line = host.assert_logged(failure.error.id().unwrap());
            assert_eq!(line.fields["plugin"], "hazard");
            assert!(line.fields["error"].contains("SECRET"), "{line}");
        }
    }
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_handler_that_hangs_is_ended_at_the_deadline() {
    let host = host();
    host.user("alice").publish("user:registered", json!({ "do": "hang" })).await.unwrap();
    assert!(host.bus().failures().is_empty());
    host.user("alice").call("fine", json!({})).await.unwrap();
    host.advance(Duration::from_secs(30)).await;
    assert_eq!(host.bus().failures()[0].error.code(), ErrorCode::Timeout);
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_step_that_panics_leaves_nothing_installed() {
    let host = TestHost::builder().plugin(Hazard).nothing_installed().build();
    let mallory = host.user("mallory");
    let failure = mallory.install([]).await.unwrap_err();
    assert_eq!(failure.code(), ErrorCode::Internal);
    assert!(host.assert_logged(failure.id().unwrap()).fields["error"].contains("SECRET in a step"));
    assert_eq!(mallory.call("fine", json!({})).await.unwrap_err().code(), ErrorCode::Forbidden);
    for user in ["alice", "bob"] {
        host.user(user).install([]).await.unwrap();
    }
    assert_unharmed(&host).await;
}

#[tokio::test]
async fn a_check_of_settings_that_panics_saves_nothing() {
    let host = host();
    let alice = host.user("alice");
    let reply = alice.send(r#"{"action": "save_settings", "settings": {"size": 100}}"#).await;
    assert_hidden(&host, &reply, "hazard", "SECRET in a check");
    assert_eq!(alice.settings().await.unwrap(), json!({ "size": 0 }));
    alice.save_settings(json!({ "size": 99 })).await.unwrap();
    assert_unharmed(&host).await;
}

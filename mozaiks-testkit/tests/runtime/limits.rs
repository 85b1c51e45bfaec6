//! How much one call may take: of the body, of the reply, of the stack, of the plugin.

use mozaiks_core::prelude::*;
use mozaiks_core::runtime::Limits;
use mozaiks_testkit::prelude::*;
use serde_json::Value;

use crate::support::{assert_hidden, begin, body_of};

#[derive(Default)]
struct Scales;

#[plugin(name = "scales", version = "1.0.0", publishes = ["weighed"])]
impl Scales {
    #[action]
    async fn echo(&self, ctx: &Context, value: Option<Value>) -> Result<Value> {
        ctx.publish("weighed", json!({}))?;
        Ok(value.unwrap_or_default())
    }

    #[action]
    async fn fail(&self, _ctx: &Context, bytes: usize) -> Result<()> {
        Err(Error::conflict("SECRET".repeat(bytes / 6)).with_detail("more", "x"))
    }

    #[action]
    async fn wait(&self, ctx: &Context) -> Result<()> {
        ctx.sleep(Duration::from_secs(1)).await;
        ctx.publish("weighed", json!({}))
    }

    #[action]
    async fn panic(&self, _ctx: &Context) -> Result<()> {
        panic!("the scales broke")
    }
}

fn host(limits: Limits) -> TestHost {
    TestHost::builder().plugin(Scales).limits(limits).build()
}

/// A body whose field `value` goes so deep that the whole has `levels`.
fn nested(levels: usize, open: &str, close: &str) -> String {
    let (open, close) = (open.repeat(levels - 1), close.repeat(levels - 1));
    format!(r#"{{"action": "echo", "value": {open}{close}}}"#).replace(":}", ":1}")
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit() {
    let host = host(Limits::default());
    let alice = host.user("alice");
    let frame = r#"{"action": "echo", "value": ""}"#.len();
    let body = |size: usize| format!(r#"{{"action": "echo", "value": "{}"}}"#, "x".repeat(size - frame));
    assert_eq!(alice.send(body(1024 * 1024)).await.status(), 200);
    let refused = alice.send(body(1024 * 1024 + 1)).await;
    assert_eq!(refused.status(), 413);
    assert_eq!(body_of(&refused)["error_code"], "PAYLOAD_TOO_LARGE");
    assert_eq!(alice.send(body(100)).await.status(), 200);
}

#[tokio::test]
async fn a_reply_over_the_limit_is_hidden_and_sends_nothing() {
    let host = host(Limits::default().max_reply(64));
    let alice = host.user("alice");
    let body = |size: usize| json!({ "action": "echo", "value": "x".repeat(size - 11) }).to_string();
    assert_eq!(alice.send(body(64)).await.body().len(), 64);
    host.journal().clear();
    let refused = alice.send(body(65)).await;
    assert_hidden(&host, &refused, "scales", "the reply has 65 bytes");
    assert!(!String::from_utf8_lossy(refused.body()).contains("xxx"));
    host.assert_published_exactly(&[]);
    host.assert_published("plugin_execution_error");
}

#[tokio::test]
async fn an_error_over_the_limit_is_hidden_too() {
    let host = host(Limits::default().max_reply(1024));
    let alice = host.user("alice");
    let small = alice.call("fail", json!({ "bytes": 60 })).await.unwrap_err();
    assert_eq!(small.code(), ErrorCode::Conflict);
    let large = alice.send(r#"{"action": "fail", "bytes": 2000}"#).await;
    assert_hidden(&host, &large, "scales", "the reply has");
}

#[tokio::test]
async fn a_body_may_have_64_levels_and_no_more() {
    let host = host(Limits::default());
    let alice = host.user("alice");
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        assert_eq!(alice.send(nested(64, open, close)).await.status(), 200, "{open}");
        let refused = alice.send(nested(65, open, close)).await;
        assert_eq!(refused.status(), 400, "{open}");
        assert_eq!(body_of(&refused)["error_code"], "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn brackets_in_a_text_are_no_levels() {
    let host = host(Limits::default());
    let text = format!("{}\\\"{}", "[".repeat(500), "{".repeat(500));
    let reply = host.user("alice").send(format!(r#"{{"action": "echo", "value": "{text}"}}"#)).await;
    assert_eq!(reply.status(), 200, "{}", body_of(&reply));
}

#[tokio::test]
async fn a_hundred_thousand_brackets_are_refused_without_harm() {
    let host = host(Limits::default());
    let alice = host.user("alice");
    let many = 100_000;
    let bodies = [
        "[".repeat(many),
        "{\"a\":".repeat(many),
        format!(r#"{{"action": "echo", "value": {}"#, "[".repeat(many)),
        format!(r#"{{"action": "echo", "user_id": {}"#, "[{\"a\":".repeat(many)),
        format!(r#"{{"action": {}"#, "[".repeat(many)),
        nested(many, "[", "]"),
    ];
    for body in bodies {
        let refused = alice.send(body).await;
        assert_eq!(refused.status(), 400);
        assert_eq!(body_of(&refused)["error_code"], "VALIDATION_ERROR");
    }
    alice.call("echo", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_plugin_that_is_busy_says_so_and_when_to_come_back() {
    let host = host(Limits::default().concurrency(2));
    let alice = host.user("alice");
    let mut calls: Vec<_> = (0..2).map(|_| Box::pin(alice.call("wait", json!({})))).collect();
    calls.iter_mut().for_each(begin);

    let refused = host.user("bob").send(r#"{"action": "echo"}"#).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(body_of(&refused)["error_code"], "UNAVAILABLE");
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(1)));

    host.clock().advance(Duration::from_secs(1));
    for call in calls {
        call.await.unwrap();
    }
    host.user("bob").call("echo", json!({})).await.unwrap();
}

#[tokio::test]
async fn whatever_ends_a_call_its_place_is_free_again() {
    let host = host(Limits::default().concurrency(1));
    let alice = host.user("alice");
    let free = || async { alice.call("echo", json!({})).await.unwrap() };
    for _ in 0..3 {
        assert_eq!(alice.call("panic", json!({})).await.unwrap_err().code(), ErrorCode::Internal);
        free().await;
        assert_eq!(alice.call("nothing", json!({})).await.unwrap_err().code(), ErrorCode::UnknownAction);
        free().await;
        assert_eq!(alice.send("[").await.status(), 400);
        free().await;
        let mut call = Box::pin(alice.call("wait", json!({})));
        begin(&mut call);
        assert_eq!(alice.send(r#"{"action": "echo"}"#).await.status(), 503);
        drop(call);
        free().await;
    }
}

//! What an action sends leaves in order once it has succeeded, and never otherwise.

use mozaiks_core::prelude::*;
use mozaiks_core::runtime::Limits;
use mozaiks_testkit::journal::Happening;
use mozaiks_testkit::prelude::*;

use crate::support::{assert_hidden, body_of};

#[derive(Default)]
struct Post;

#[plugin(
    name = "post",
    version = "1.0.0",
    permissions = ["notifications:send"],
    publishes = ["letter_sent", "stamp_used"],
    notification(id = "post_sent", name = "Letter sent"),
)]
impl Post {
    #[action]
    async fn send(&self, ctx: &Context, end: Option<String>) -> Result<String> {
        ctx.publish("letter_sent", json!({ "n": 1 }))?;
        ctx.push("sent", json!({ "n": 2 }))?;
        ctx.notify(Notification::new("post_sent", "3"))?;
        ctx.publish("stamp_used", json!({ "n": 4 }))?;
        ctx.publish("letter_sent", json!({ "n": 5 }))?;
        ctx.push_as("alarm", "rung", json!({ "n": 6 }))?;
        match end.as_deref() {
            Some("error") => Err(Error::conflict("no stamp")),
            Some("internal") => Err(Error::internal("SECRET")),
            Some("panic") => panic!("no stamp"),
            Some("hang") => std::future::pending().await,
            Some("large") => Ok("x".repeat(10_000)),
            _ => Ok("sent".to_owned()),
        }
    }

    #[action]
    async fn undeclared_event(&self, ctx: &Context) -> Result<()> {
        ctx.publish("letter_lost", json!({}))
    }

    #[action]
    async fn event_with_the_name_of_the_plugin(&self, ctx: &Context) -> Result<()> {
        ctx.publish("post:letter_sent", json!({}))
    }

    #[action]
    async fn event_of_another(&self, ctx: &Context) -> Result<()> {
        ctx.publish("user:registered", json!({}))
    }

    #[action]
    async fn undeclared_notification(&self, ctx: &Context) -> Result<()> {
        ctx.notify(Notification::new("post_lost", "Lost"))
    }

    #[action]
    async fn no_object(&self, ctx: &Context) -> Result<()> {
        ctx.publish("letter_sent", [1, 2])
    }

    #[action]
    async fn mistake_ignored(&self, ctx: &Context) -> Result<()> {
        drop(ctx.publish("letter_lost", json!({})));
        ctx.publish("letter_sent", json!({}))
    }
}

fn host() -> TestHost {
    TestHost::builder().plugin(Post).limits(Limits::default().max_reply(1000)).build()
}

/// What left the host, in order, each in a word.
fn sent(host: &TestHost) -> Vec<String> {
    let word = |happening: &Happening| match happening {
        Happening::Event(event) if event.topic().area().is_none() => Some(event.topic().to_string()),
        Happening::Event(event) => Some(format!("event {}", event.payload()["n"])),
        Happening::Push(_, push) => Some(format!("push {}", push.data["n"])),
        Happening::Notification(_, sent) => Some(format!("notification {}", sent.title)),
        _ => None,
    };
    host.journal().all().iter().filter_map(word).collect()
}

const ALL: [&str; 7] =
    ["event 1", "push 2", "notification 3", "event 4", "event 5", "push 6", "plugin_executed"];

#[tokio::test]
async fn effects_leave_in_order_after_a_success() {
    let host = host();
    let alice = host.user("alice");
    alice.call("send", json!({})).await.unwrap();
    assert_eq!(sent(&host), ALL);
    assert_eq!(alice.assert_pushed("post_update", "sent").data, json!({ "n": 2 }));
    assert_eq!(alice.assert_pushed("post_alarm", "rung").data, json!({ "n": 6 }));
    assert_eq!(alice.assert_notified("post_sent").plugin.as_deref(), Some("post"));
}

#[tokio::test]
async fn nothing_leaves_after_a_failure_however_it_failed() {
    for end in ["error", "internal", "panic", "hang", "large"] {
        let host = host();
        let alice = host.user("alice");
        let call = alice.call("send", json!({ "end": end }));
        let (outcome, ()) = tokio::join!(call, host.advance(Duration::from_secs(30)));
        let failure = outcome.unwrap_err();
        assert_eq!(sent(&host), ["plugin_execution_error"], "{end}");
        let event = host.assert_published("plugin_execution_error");
        assert_eq!(event.payload()["error_code"], failure.code().as_str(), "{end}");
    }
}

#[tokio::test]
async fn how_a_call_ended_is_published_with_its_duration() {
    let host = host();
    let alice = host.user("alice");
    alice.call("send", json!({})).await.unwrap();
    let event = host.assert_published("plugin_executed");
    assert_eq!(event.payload(), json!({ "plugin": "post", "action": "send", "duration_ms": 0.0 }));
    assert_eq!((&**event.app_id(), event.user_id().map(|id| &**id)), ("test_app", Some("alice")));

    let call = alice.call("send", json!({ "end": "hang" }));
    let (_, ()) = tokio::join!(call, host.advance(Duration::from_secs(30)));
    let payload = host.assert_published("plugin_execution_error").payload();
    let expected = json!({
        "plugin": "post", "action": "send", "duration_ms": 30000.0, "error_code": "TIMEOUT"
    });
    assert_eq!(payload, expected);
}

#[tokio::test]
async fn arguments_that_do_not_fit_count_as_a_failed_execution() {
    let host = host();
    let refused = host.user("alice").call("send", json!({ "end": 1 })).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Validation);
    let payload = host.assert_published("plugin_execution_error").payload();
    assert_eq!(payload["error_code"], "VALIDATION_ERROR");
}

#[tokio::test]
async fn what_never_was_an_action_publishes_nothing() {
    let host = host();
    let alice = host.user("alice");
    for body in ["", "[]", "{}", r#"{"action": "frobnicate"}"#, r#"{"action": ""}"#, r#"{"action": 1}"#] {
        assert!(!alice.send(body).await.is_ok(), "{body}");
    }
    assert!(!alice.clone().plugin("other").send(r#"{"action": "send"}"#).await.is_ok());
    assert!(!alice.without_plugin().send(r#"{"action": "send"}"#).await.is_ok());
    assert_eq!(sent(&host), [""; 0]);
}

#[tokio::test]
async fn a_service_that_fails_makes_the_reply_an_error_and_the_rest_is_still_sent() {
    type Break = fn(&TestHost);
    let services: [(Break, &[&str]); 3] = [
        (|host| host.realtime().faults().fail_next(1), &["push 2"]),
        (|host| host.notifications().faults().fail_next(1), &["notification 3"]),
        (|host| host.bus().faults().fail_next(1), &["event 1"]),
    ];
    for (break_it, lost) in services {
        let host = host();
        break_it(&host);
        let reply = host.user("alice").send(r#"{"action": "send"}"#).await;
        assert_eq!(reply.status(), 503, "{lost:?}");
        assert_eq!(body_of(&reply)["error_code"], "UNAVAILABLE");
        let told = |one| if one == "plugin_executed" { "plugin_execution_error" } else { one };
        let rest: Vec<_> = ALL.into_iter().filter(|one| !lost.contains(one)).map(told).collect();
        assert_eq!(sent(&host), rest);
        host.assert_logged("injected fault");
    }
}

#[tokio::test]
async fn a_call_whose_effects_could_not_leave_is_no_success_in_the_log() {
    let host = host();
    host.notifications().faults().fail_next(1);
    host.user("alice").call("send", json!({})).await.unwrap_err();
    let closed = host.log_lines().into_iter().find(|line| line.message == "closed").unwrap();
    assert_eq!(closed.fields["outcome"], "UNAVAILABLE");
}

#[tokio::test]
async fn a_bus_that_is_away_fails_no_call_that_publishes_nothing_itself() {
    let host = host();
    host.bus().faults().fail_every(1);
    let failure = host.user("alice").call("send", json!({ "end": "error" })).await.unwrap_err();
    assert_eq!(failure.code(), ErrorCode::Conflict);
    host.user("alice").call("get_settings", json!({})).await.unwrap();
    host.assert_logged("the end of a call was not published");
}

#[tokio::test]
async fn sending_what_is_not_declared_names_the_declaration_to_add() {
    let host = host();
    let alice = host.user("alice");
    let cases = [
        ("undeclared_event", r#"publishes = ["letter_lost"]"#),
        ("event_of_another", "does not declare the event `user:registered`"),
        ("event_with_the_name_of_the_plugin", "write `letter_sent` without the plugin's name"),
        ("undeclared_notification", r#"notification(id = "post_lost""#),
        ("no_object", "must be an object"),
    ];
    for (action, advice) in cases {
        let reply = alice.send(json!({ "action": action }).to_string()).await;
        assert_hidden(&host, &reply, "post", advice);
    }
    host.assert_published_exactly(&[]);
    alice.assert_undisturbed();
}

#[tokio::test]
async fn an_event_of_the_hosts_cannot_be_had_by_another_name() {
    let host = host();
    let alice = host.user("alice");
    alice.call("mistake_ignored", json!({})).await.unwrap();
    host.assert_published_exactly(&["post:letter_sent"]);
}

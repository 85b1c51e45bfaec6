//! A plan decides which plugins serve a user: in calls, in events, and when they are installed.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

use crate::support::body_of;

macro_rules! greeter {
    ($type:ident, $name:literal) => {
        #[derive(Default)]
        struct $type;

        #[plugin(name = $name, version = "1.0.0", publishes = ["heard"])]
        impl $type {
            #[query]
            async fn hello(&self, _ctx: &QueryContext) -> Result<()> {
                Ok(())
            }

            #[on_event("user:registered")]
            async fn hear(&self, ctx: &Context) -> Result<()> {
                ctx.publish("heard", json!({}))
            }
        }
    };
}

greeter!(Free, "free");
greeter!(Paid, "paid");

fn host() -> TestHost {
    let builder = TestHost::builder().plugin(Paid).plugin(Free).calling("paid");
    builder.plan("basic", ["other"]).plan("premium", ["paid"]).plan("all", ["*"]).build()
}

#[tokio::test]
async fn a_plugin_of_another_plan_is_forbidden_and_names_the_plans_that_unlock_it() {
    let host = host();
    for user in [
        host.user("nobody").plugin("paid"),
        host.user("basic").plugin("paid").on_plan("basic"),
        host.user("odd").plugin("paid").on_plan("gold"),
    ] {
        let refused = user.send(r#"{"action": "hello"}"#).await;
        assert_eq!(refused.status(), 403);
        let body = body_of(&refused);
        assert_eq!(body["error_code"], "FORBIDDEN");
        assert_eq!(body["details"], json!({ "reason": "plan", "plans": ["premium", "all"] }));
    }
    for plan in ["premium", "all"] {
        host.user(plan).plugin("paid").on_plan(plan).call("hello", json!({})).await.unwrap();
    }
}

#[tokio::test]
async fn a_plugin_that_no_plan_lists_is_free_for_all() {
    host().user("nobody").plugin("free").call("hello", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_plan_is_a_users_in_one_app() {
    let host = host();
    let alice = host.user("alice").plugin("paid").on_plan("premium");
    alice.call("hello", json!({})).await.unwrap();
    assert!(alice.in_app("other_app").call("hello", json!({})).await.is_err());
}

#[tokio::test]
async fn being_superadmin_buys_nothing() {
    let refused =
        host().user("root").plugin("paid").as_superadmin().call("hello", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_plugin_of_another_plan_hears_no_events_of_the_user() {
    let host = host();
    host.user("nobody").plugin("paid").publish("user:registered", json!({})).await.unwrap();
    host.assert_published_exactly(&["free:heard"]);
    host.user("alice").plugin("paid").on_plan("premium").publish("user:registered", json!({})).await.unwrap();
    host.assert_published("paid:heard");
}

#[tokio::test]
async fn a_plan_that_changes_counts_from_the_next_call_on() {
    let host = host();
    let alice = host.user("alice").plugin("paid");
    assert!(alice.call("hello", json!({})).await.is_err());
    let alice = alice.on_plan("premium");
    alice.call("hello", json!({})).await.unwrap();
    assert!(alice.on_plan("basic").call("hello", json!({})).await.is_err());
}

#[tokio::test]
async fn plans_that_cannot_be_read_open_nothing() {
    let host = host();
    host.plans().faults().fail_every(1);
    for plugin in ["paid", "free"] {
        let user = host.user("alice").plugin("paid").on_plan("all").plugin(plugin);
        assert_eq!(user.call("hello", json!({})).await.unwrap_err().code(), ErrorCode::Unavailable);
    }
    host.plans().faults().clear();
    host.installations().faults().fail_every(1);
    let refused = host.user("alice").plugin("paid").call("hello", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Unavailable);
}

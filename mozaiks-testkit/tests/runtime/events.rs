//! Events reach whoever subscribed, as the user who caused them, and cannot be used to get further.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default)]
struct Diary;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Entry {
    topic: String,
    who: String,
    text: String,
}

#[derive(Deserialize)]
struct Registered {
    email: String,
}

async fn write(ctx: &Context, collection: &str, topic: &str, text: &str) -> Result<()> {
    let who = format!("{}/{}", ctx.app_id(), ctx.user_id());
    let entry = Entry { topic: topic.to_owned(), who, text: text.to_owned() };
    ctx.collection::<Entry>(collection).insert(&entry).await?;
    Ok(())
}

#[plugin(
    name = "diary",
    version = "1.0.0",
    permissions = ["storage:shared"],
    publishes = ["entry_written"],
)]
impl Diary {
    #[action]
    async fn write(&self, ctx: &Context) -> Result<()> {
        ctx.publish("entry_written", json!({ "hello": true }))
    }

    #[query]
    async fn read(&self, ctx: &QueryContext, collection: String) -> Result<Vec<Entry>> {
        let found = ctx.collection::<Entry>(&collection).find(doc! {}).sort("_id", 1).await?;
        Ok(found.into_iter().map(Stored::into_inner).collect())
    }

    #[on_event("user:registered")]
    async fn raw(&self, ctx: &Context, event: Event) -> Result<()> {
        write(ctx, "raw", event.topic().as_str(), event.payload_json()).await
    }

    #[on_event("user:registered")]
    async fn typed(&self, ctx: &Context, registered: Registered) -> Result<()> {
        write(ctx, "typed", "", &registered.email).await
    }

    #[on_event("user:*")]
    async fn of_users(&self, ctx: &Context, event: Event) -> Result<()> {
        write(ctx, "of_users", event.topic().as_str(), "").await
    }

    #[on_event("*:entry_written")]
    async fn written(&self, ctx: &Context) -> Result<()> {
        write(ctx, "written", "", "").await
    }
}

/// Answers each of its own events with another one, for ever.
#[derive(Default)]
struct Echo;

#[plugin(name = "echo", version = "1.0.0", publishes = ["rung"])]
impl Echo {
    #[action]
    async fn ring(&self, ctx: &Context) -> Result<()> {
        ctx.publish("rung", json!({ "n": 0 }))
    }

    #[on_event("echo:rung")]
    async fn again(&self, ctx: &Context, event: Event) -> Result<()> {
        ctx.publish("rung", json!({ "n": event.payload()["n"].as_u64().unwrap_or(0) + 1 }))
    }
}

/// Fails at every event there is.
#[derive(Default)]
struct Grumpy;

#[plugin(name = "grumpy", version = "1.0.0", publishes = ["grumbled"])]
impl Grumpy {
    #[on_event("*")]
    async fn everything(&self, ctx: &Context) -> Result<()> {
        ctx.publish("grumbled", json!({}))?;
        Err(Error::internal("SECRET grumble"))
    }
}

fn host() -> TestHost {
    TestHost::new(Diary)
}

async fn diary(user: &TestUser, collection: &str) -> Vec<Entry> {
    let reply = user.call("read", json!({ "collection": collection })).await.unwrap();
    serde_json::from_value(reply["data"].clone()).unwrap()
}

#[tokio::test]
async fn a_handler_gets_the_event_or_its_payload_as_a_type() {
    let host = host();
    let alice = host.user("alice");
    alice.publish("user:registered", json!({ "email": "a@b.c", "more": 1 })).await.unwrap();
    let raw = diary(&alice, "raw").await;
    assert_eq!(raw.len(), 1);
    assert_eq!((&*raw[0].topic, &*raw[0].who), ("user:registered", "test_app/alice"));
    assert_eq!(raw[0].text, r#"{"email":"a@b.c","more":1}"#);
    assert_eq!(diary(&alice, "typed").await[0].text, "a@b.c");
}

#[tokio::test]
async fn a_payload_of_another_form_is_a_failure_of_that_handler_alone() {
    let host = host();
    let alice = host.user("alice");
    alice.publish("user:registered", json!({ "email": 7 })).await.unwrap();
    assert_eq!(diary(&alice, "raw").await.len(), 1);
    assert!(diary(&alice, "typed").await.is_empty());
    assert_eq!(host.bus().failures().len(), 1);
    host.assert_logged("the payload of `user:registered` is not the expected");
}

#[tokio::test]
async fn wildcards_take_one_side_of_a_topic() {
    let host = host();
    let alice = host.user("alice");
    for topic in ["user:registered", "user:deleted", "theme_changed", "users:registered"] {
        alice.publish(topic, json!({ "email": "" })).await.unwrap();
    }
    let topics: Vec<_> = diary(&alice, "of_users").await.into_iter().map(|entry| entry.topic).collect();
    assert_eq!(topics, ["user:registered", "user:deleted"]);
    alice.call("write", json!({})).await.unwrap();
    assert_eq!(diary(&alice, "written").await.len(), 1);
}

#[tokio::test]
async fn a_handler_acts_as_the_user_and_in_the_app_of_the_event() {
    let host = host();
    let (alice, bob) = (host.user("alice"), host.user("bob").as_superadmin());
    let elsewhere = host.user("alice").in_app("other_app");
    elsewhere.publish("user:registered", json!({ "email": "x" })).await.unwrap();
    assert!(diary(&alice, "raw").await.is_empty());
    assert!(diary(&bob, "raw").await.is_empty());
    assert_eq!(diary(&elsewhere, "raw").await[0].who, "other_app/alice");
}

#[tokio::test]
async fn what_no_user_caused_has_a_scope_that_no_user_reaches() {
    let host = host();
    host.publish("user:registered", json!({ "email": "x" })).await.unwrap();
    for user in ["alice", "system", "null", "*", "-", " "] {
        assert!(diary(&host.user(user), "raw").await.is_empty(), "{user}");
    }
    let held = host.storage().dump();
    assert_eq!(held["test_app//diary/raw"][0]["who"], "test_app/", "{held}");
    for id in ["", "\0"] {
        assert!(Identity::new("test_app", id).is_err());
    }
}

#[tokio::test]
async fn what_no_user_caused_is_heard_though_nobody_can_have_installed_anything_for_it() {
    let host = TestHost::builder().plugin(Diary).nothing_installed().plan("premium", ["diary"]);
    let host = host.allow_unmatched_subscriptions().build();
    host.publish("user:registered", json!({ "email": "x" })).await.unwrap();
    host.user("alice").publish("user:registered", json!({ "email": "x" })).await.unwrap();
    let held = host.storage().dump();
    assert!(held.get("test_app//diary/raw").is_some(), "{held}");
    assert!(held.get("test_app/alice/diary/raw").is_none(), "{held}");
}

#[tokio::test]
async fn a_host_cannot_publish_an_event_of_a_plugins() {
    let host = host();
    for topic in ["diary:entry_written", "diary:anything"] {
        let refused = host.publish(topic, json!({})).await.unwrap_err();
        assert!(format!("{refused:?}").contains("of the plugin diary"), "{refused:?}");
    }
    for topic in ["", "User:registered", "user:*", "*", "a:b:c", "user:registered\n"] {
        assert_eq!(host.publish(topic, json!({})).await.unwrap_err().code(), ErrorCode::Internal);
    }
    assert!(host.publish("user:registered", json!([1])).await.is_err());
    assert!(host.events().is_empty());
}

#[tokio::test]
async fn a_plugin_cannot_take_the_name_of_an_area_of_the_hosts() {
    #[derive(Default)]
    struct Impostor;

    #[plugin(name = "user", version = "1.0.0", publishes = ["registered"])]
    impl Impostor {
        #[action]
        async fn forge(&self, ctx: &Context) -> Result<()> {
            ctx.publish("registered", json!({}))
        }
    }

    let errors = TestHost::builder().plugin(Impostor).plugin(Diary).try_build().unwrap_err();
    assert!(errors.to_string().contains("plugin user: the host publishes `user:"), "{errors}");
    #[derive(Default)]
    struct Billing;

    #[plugin(name = "billing", version = "1.0.0")]
    impl Billing {}

    let errors = TestHost::builder().plugin(Billing).publishes("billing:paid").try_build().unwrap_err();
    assert!(errors.to_string().contains("billing"), "{errors}");
}

#[tokio::test]
async fn a_loop_of_events_is_cut_and_told_of() {
    let host = TestHost::new(Echo);
    host.user("alice").call("ring", json!({})).await.unwrap();
    let rings = host.events().iter().filter(|event| event.topic().as_str() == "echo:rung").count();
    assert_eq!(rings, 9);
    assert_eq!(host.bus().failures().len(), 1);
    assert_eq!(host.assert_logged("is it a loop?").fields["plugin"], "echo");
    host.user("bob").call("ring", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_handler_that_fails_harms_no_other_and_no_publisher() {
    let host = TestHost::builder().plugin(Grumpy).plugin(Diary).build();
    let alice = host.user("alice").plugin("diary");
    alice.call("write", json!({})).await.unwrap();
    alice.publish("user:registered", json!({ "email": "x" })).await.unwrap();
    assert_eq!(diary(&alice, "written").await.len(), 1);
    assert_eq!(diary(&alice, "typed").await.len(), 1);
    host.assert_not_published("grumpy:grumbled");
    let failures = host.bus().failures();
    assert!(failures.len() >= 3);
    assert!(failures.iter().all(|failure| failure.subscriber == "grumpy#*"));
    assert!(failures.iter().all(|failure| failure.error.message() == "An unexpected error occurred"));
}

#[tokio::test]
async fn an_event_is_not_lost_because_installations_cannot_be_read() {
    let host = host();
    let alice = host.user("alice");
    alice.call("write", json!({})).await.unwrap();
    host.installations().faults().fail_every(1);
    alice.publish("user:deleted", json!({})).await.unwrap();
    host.installations().faults().clear();
    let failures = host.bus().failures();
    assert_eq!(failures.len(), 1, "the bus must be told, so that it can try again");
    assert_eq!(failures[0].error.code(), ErrorCode::Unavailable);
}

#[tokio::test]
async fn a_subscription_to_what_nothing_publishes_is_in_the_log() {
    #[derive(Default)]
    struct Typo;

    #[plugin(name = "typo", version = "1.0.0")]
    impl Typo {
        #[on_event("user:registred")]
        async fn welcome(&self, _ctx: &Context) -> Result<()> {
            Ok(())
        }

        #[on_event("user:deleted")]
        async fn forget(&self, _ctx: &Context) -> Result<()> {
            Ok(())
        }
    }

    let text = "plugin typo: nothing publishes what it subscribes to, `user:registred`; known are: user:deleted, \
                user:registered";
    let mistakes = TestHost::builder().plugin(Typo).try_build().unwrap_err();
    assert_eq!(mistakes.mistakes(), [text]);

    let host = TestHost::new(Typo);
    host.publish("user:registered", json!({})).await.unwrap();
    host.publish("user:deleted", json!({})).await.unwrap();
    let warned: Vec<_> =
        host.log_lines().into_iter().filter(|line| line.message.contains("nothing publishes")).collect();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert_eq!((&*warned[0].message, warned[0].level.as_str()), (text, "WARN"));
}

//! A plugin meets services that fail or take long: the call says so, and nothing else breaks.

use mozaiks_core::prelude::*;
use mozaiks_testkit::faults::Faults;
use mozaiks_testkit::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default)]
struct Notes;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Note {
    title: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    /// Notes on a page
    #[setting(default = 20, min = 1, max = 100)]
    page_size: u32,
}

/// A plugin with one action for each service.
#[plugin(
    name = "notes",
    version = "1.0.0",
    permissions = ["notifications:send"],
    settings = NotesSettings,
    publishes = ["note_created", "note_counted"],
    notification(id = "notes_created", name = "Note saved"),
)]
impl Notes {
    #[action]
    async fn store(&self, ctx: &Context) -> Result<Created> {
        let id = ctx.collection::<Note>("items").insert(&Note { title: "Milk".into() }).await?;
        Ok(Created { id })
    }

    #[action]
    async fn publish(&self, ctx: &Context) -> Result<()> {
        ctx.publish("note_created", json!({}))
    }

    #[action]
    async fn notify(&self, ctx: &Context) -> Result<()> {
        ctx.notify(Notification::new("notes_created", "Note saved"))
    }

    #[action]
    async fn push(&self, ctx: &Context) -> Result<()> {
        ctx.push("created", json!({}))
    }

    #[action]
    async fn send_all(&self, ctx: &Context) -> Result<()> {
        ctx.push("created", json!({}))?;
        ctx.publish("note_created", json!({}))?;
        ctx.notify(Notification::new("notes_created", "Note saved"))
    }

    #[query]
    async fn page_size(&self, ctx: &QueryContext) -> Result<u32> {
        Ok(ctx.settings::<NotesSettings>().await?.page_size)
    }

    #[query]
    async fn nothing(&self, _ctx: &QueryContext) -> Result<()> {
        Ok(())
    }

    #[on_event("notes:note_created")]
    async fn count(&self, ctx: &Context, _event: Event) -> Result<()> {
        ctx.collection::<Note>("counted").insert(&Note { title: "one more".into() }).await?;
        ctx.publish("note_counted", json!({}))
    }
}

/// Each service with an action that needs it.
fn services(host: &TestHost) -> [(&'static str, Faults, &'static str); 7] {
    [
        ("storage", host.storage().faults().clone(), "store"),
        ("bus", host.bus().faults().clone(), "publish"),
        ("notifications", host.notifications().faults().clone(), "notify"),
        ("settings", host.settings().faults().clone(), "page_size"),
        ("realtime", host.realtime().faults().clone(), "push"),
        ("installations", host.installations().faults().clone(), "nothing"),
        ("plans", host.plans().faults().clone(), "nothing"),
    ]
}

#[tokio::test]
async fn each_service_that_fails_makes_the_call_unavailable_and_no_other() {
    let host = TestHost::new(Notes);
    let (alice, bob) = (host.user("alice"), host.user("bob"));
    for (service, faults, action) in services(&host) {
        assert!(alice.call(action, json!({})).await.is_ok(), "{service} works");
        faults.fail_next(1);
        let failed = alice.call(action, json!({})).await.unwrap_err();
        assert_eq!(failed.code(), ErrorCode::Unavailable, "{service}: {failed:?}");
        assert!(failed.is_temporary(), "{service}");
        assert!(!failed.message().contains("injected"), "the client learns nothing: {failed}");
        for user in [&alice, &bob] {
            assert!(user.call(action, json!({})).await.is_ok(), "{service} works again");
        }
        assert_eq!(faults.injected(), 1, "{service}");
    }
}

#[tokio::test]
async fn a_client_sees_503_and_no_cause() {
    let host = TestHost::new(Notes);
    host.storage().faults().fail_next(1);
    let reply = host.user("alice").send(r#"{"action": "store"}"#).await;
    assert_eq!(reply.status(), 503);
    let text = String::from_utf8(reply.body().to_vec()).unwrap();
    assert!(text.contains("UNAVAILABLE") && !text.contains("injected"), "{text}");
    host.assert_logged("injected fault");
}

#[tokio::test]
async fn every_nth_call_fails() {
    let host = TestHost::new(Notes);
    let alice = host.user("alice");
    host.settings().faults().fail_every(3);
    let mut outcomes = Vec::new();
    for _ in 0..7 {
        outcomes.push(alice.call("page_size", json!({})).await.is_ok());
    }
    assert_eq!(outcomes, [true, true, false, true, true, false, true]);
    host.settings().faults().clear();
    assert!(alice.call("page_size", json!({})).await.is_ok());
}

#[tokio::test]
async fn a_slow_service_takes_the_time_of_the_clock() {
    for number in 0..7 {
        let host = TestHost::new(Notes);
        let alice = host.user("alice");
        let (service, faults, action) = services(&host)[number].clone();
        faults.delay(Duration::from_secs(5));
        let (reply, ()) = tokio::join!(alice.call(action, json!({})), host.advance(Duration::from_secs(60)));
        assert!(reply.is_ok(), "{service}: {reply:?}");
        faults.delay(Duration::ZERO);
        assert!(alice.call(action, json!({})).await.is_ok(), "{service} is quick again");
    }
}

#[tokio::test]
async fn a_storage_that_never_answers_meets_the_deadline() {
    let host = TestHost::new(Notes);
    let alice = host.user("alice");
    host.storage().faults().delay(Duration::from_secs(3600));
    let (reply, ()) = tokio::join!(alice.call("store", json!({})), host.advance(Duration::from_secs(30)));
    assert_eq!(reply.unwrap_err().code(), ErrorCode::Timeout);
}

#[tokio::test]
async fn one_part_that_cannot_be_sent_does_not_keep_back_the_others() {
    let host = TestHost::new(Notes);
    let alice = host.user("alice");
    host.bus().faults().fail_next(1);
    let failed = alice.call("send_all", json!({})).await.unwrap_err();
    assert_eq!(failed.code(), ErrorCode::Unavailable);
    host.assert_not_published("notes:note_created");
    alice.assert_pushed("notes_update", "created");
    alice.assert_notified("notes_created");

    host.journal().clear();
    host.realtime().faults().fail_next(1);
    let failed = alice.call("send_all", json!({})).await.unwrap_err();
    assert_eq!(failed.code(), ErrorCode::Unavailable);
    host.assert_published("notes:note_created");
    assert!(alice.pushes().is_empty());
    assert_eq!(alice.notifications().await.len(), 2);
}

#[tokio::test]
async fn that_the_end_of_a_call_is_not_published_is_nothing_to_the_caller() {
    let host = TestHost::new(Notes);
    host.bus().faults().fail_next(1);
    assert!(host.user("alice").call("nothing", json!({})).await.is_ok());
    host.assert_not_published("plugin_executed");
    host.assert_logged("the end of a call was not published");
}

#[tokio::test]
async fn a_handler_that_meets_a_fault_is_on_record_and_the_next_event_is_handled() {
    let host = TestHost::new(Notes);
    let alice = host.user("alice");
    host.storage().faults().fail_next(1);
    alice.call("publish", json!({})).await.unwrap();
    host.assert_not_published("notes:note_counted");
    {
        let failures = host.bus().failures();
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].error.code(), ErrorCode::Unavailable);
        assert_eq!(failures[0].event.topic().as_str(), "notes:note_created");
    }
    alice.call("publish", json!({})).await.unwrap();
    host.assert_published("notes:note_counted");
    assert_eq!(host.bus().failures().len(), 1);
}

#[tokio::test]
async fn what_was_not_saved_leaves_what_was() {
    let host = TestHost::new(Notes);
    let alice = host.user("alice");
    alice.save_settings(json!({ "page_size": 30 })).await.unwrap();
    host.settings().faults().fail_every(1);
    assert_eq!(
        alice.save_settings(json!({ "page_size": 40 })).await.unwrap_err().code(),
        ErrorCode::Unavailable
    );
    host.settings().faults().clear();
    assert_eq!(alice.settings().await.unwrap()["page_size"], 30);
}

//! Test hosts and their users: who is who, who has what, what happened in which order.

mod complaints;

use mozaiks_core::prelude::*;
use mozaiks_testkit::journal::Happening;
use mozaiks_testkit::prelude::*;

#[derive(Default)]
struct Notes;

/// A plugin that sends all that can be sent.
#[plugin(
    name = "notes",
    version = "1.0.0",
    permissions = ["notifications:send", "users:reach"],
    publishes = ["note_created", "note_counted"],
    notification(id = "notes_created", name = "Note saved"),
)]
impl Notes {
    #[action]
    async fn create(&self, ctx: &Context, title: String) -> Result<()> {
        ctx.push("creating", json!({}))?;
        ctx.publish("note_created", json!({ "title": title }))?;
        ctx.notify(Notification::new("notes_created", "Note saved").message(title))?;
        ctx.push("created", json!({}))
    }

    #[on_event("notes:note_created")]
    async fn count(&self, ctx: &Context, event: Event) -> Result<()> {
        ctx.publish("note_counted", json!({ "of": event.id().to_hex() }))
    }

    #[action]
    async fn remind(&self, ctx: &Context, whom: String) -> Result<()> {
        ctx.to_user(&whom)?.notify(Notification::new("notes_created", "Look"))
    }

    #[action]
    async fn fail(&self, ctx: &Context) -> Result<()> {
        ctx.publish("note_created", json!({}))?;
        Err(Error::conflict("Too late"))
    }

    #[query]
    async fn who(&self, ctx: &QueryContext) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(ctx.identity())?)
    }
}

#[derive(Default)]
struct Tasks;

/// Another plugin.
#[plugin(name = "tasks", version = "1.0.0")]
impl Tasks {
    #[query]
    async fn name(&self, ctx: &QueryContext) -> Result<String> {
        Ok(ctx.plugin().to_owned())
    }
}

fn host() -> TestHost {
    TestHost::new(Notes)
}

#[tokio::test]
async fn a_user_is_what_the_test_says() {
    let host = host();
    let nobody_special = host.user("alice").call("who", json!({})).await.unwrap();
    let plain = json!({
        "app_id": "test_app", "user_id": "alice", "username": null, "roles": [], "is_superadmin": false
    });
    assert_eq!(nobody_special, plain);
    let admin = host.user("root").with_username("Root").with_roles(["admin", "editor"]).as_superadmin();
    let expected = json!({
        "app_id": "test_app", "user_id": "root", "username": "Root", "roles": ["admin", "editor"],
        "is_superadmin": true
    });
    assert_eq!(admin.call("who", json!({})).await.unwrap(), expected);
}

#[tokio::test]
async fn a_user_stays_who_they_are_in_another_app() {
    let host = host();
    let alice =
        host.user("alice").with_username("Alice").with_roles(["editor"]).as_superadmin().in_app("shop");
    let expected = json!({
        "app_id": "shop", "user_id": "alice", "username": "Alice", "roles": ["editor"], "is_superadmin": true
    });
    assert_eq!(alice.call("who", json!({})).await.unwrap(), expected);
}

#[tokio::test]
async fn what_happened_stands_in_order_and_by_user() {
    let host = host();
    let (alice, bob) = (host.user("alice"), host.user("bob"));
    alice.call("create", json!({ "title": "Milk" })).await.unwrap();
    bob.call("remind", json!({ "whom": "alice" })).await.unwrap();

    let kinds: Vec<String> = host
        .journal()
        .all()
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::Event(event) => Some(format!("event {}", event.topic())),
            Happening::Push(user, push) => Some(format!("push {} {}", user.user_id(), push.action.unwrap())),
            Happening::Notification(user, sent) => Some(format!("note {} {}", user.user_id(), sent.title)),
            _ => None,
        })
        .collect();
    let expected = [
        "push alice creating",
        "event notes:note_created",
        "note alice Note saved",
        "push alice created",
        "event plugin_executed",
        "event notes:note_counted",
        "note alice Look",
        "event plugin_executed",
    ];
    assert_eq!(kinds, expected);
    host.assert_published_exactly(&["notes:note_created", "notes:note_counted"]);
    assert_eq!(alice.notifications().await.len(), 2);
    assert_eq!(alice.notifications().await[0].title, "Look", "the newest first");
    assert!(bob.notifications().await.is_empty() && bob.pushes().is_empty());
    assert_eq!(bob.events().len(), 1, "its own plugin_executed");
    bob.assert_undisturbed();
    host.journal().clear();
    host.assert_published_exactly(&[]);
    assert_eq!(host.journal().to_string(), "  (nothing)");
}

#[tokio::test]
async fn what_fails_sends_nothing_but_the_news_of_it() {
    let host = host();
    let refused = host.user("alice").call("fail", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Conflict);
    host.assert_not_published("notes:note_created");
    let told = host.assert_published("plugin_execution_error").payload();
    assert_eq!(
        (&told["plugin"], &told["action"], &told["error_code"]),
        (&json!("notes"), &json!("fail"), &json!("CONFLICT"))
    );
}

#[tokio::test]
async fn everything_is_granted_unless_the_test_takes_it_away() {
    let host = host();
    let create = json!({ "title": "Milk" });
    assert!(host.user("alice").call("create", create.clone()).await.is_ok());

    let without = host.user("bob").without("notifications:send");
    assert_eq!(without.call("create", create.clone()).await.unwrap_err().code(), ErrorCode::Forbidden);
    without.assert_undisturbed();
    let nothing = host.user("carol").granted([]);
    assert_eq!(nothing.call("create", create.clone()).await.unwrap_err().code(), ErrorCode::Forbidden);
    let not_installed = host.user("dave").without_plugin().call("create", create.clone()).await.unwrap_err();
    assert_eq!(not_installed.details().unwrap()["reason"], "not_installed");
    assert!(host.user("alice").call("create", create).await.is_ok(), "nobody else is concerned");
}

#[tokio::test]
async fn a_host_may_begin_with_nothing_installed_or_less_granted() {
    let host = TestHost::builder().plugin(Notes).nothing_installed().build();
    let alice = host.user("alice");
    assert_eq!(alice.call("who", json!({})).await.unwrap_err().code(), ErrorCode::Forbidden);
    alice.install(["notifications:send"]).await.unwrap();
    assert!(alice.call("create", json!({ "title": "Milk" })).await.is_ok());
    assert_eq!(
        alice.call("remind", json!({ "whom": "bob" })).await.unwrap_err().code(),
        ErrorCode::Forbidden
    );
    alice.set_enabled(false).await.unwrap();
    assert_eq!(alice.call("who", json!({})).await.unwrap_err().code(), ErrorCode::PluginNotFound);
    alice.set_enabled(true).await.unwrap();
    assert!(alice.call("who", json!({})).await.is_ok());
    alice.uninstall().await.unwrap();
    assert_eq!(alice.call("who", json!({})).await.unwrap_err().code(), ErrorCode::Forbidden);

    let host = TestHost::builder().plugin(Notes).granted(["notifications:send"]).build();
    let refused = host.user("alice").call("remind", json!({ "whom": "bob" })).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
}

#[tokio::test]
async fn plans_are_enforced() {
    let host = TestHost::builder()
        .plugin(Notes)
        .plan("basic", ["something_else"])
        .plan("premium", ["notes"])
        .plan("all", ["*"])
        .build();
    let refused = host.user("alice").on_plan("basic").call("who", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert_eq!(refused.details().unwrap()["plans"], json!(["premium", "all"]));
    for plan in ["premium", "all"] {
        assert!(host.user("alice").on_plan(plan).call("who", json!({})).await.is_ok(), "{plan}");
    }
}

#[tokio::test]
async fn what_a_client_would_get_is_seen_too() {
    let host = host();
    let reply = host.user("alice").send(r#"{"action": "nonsense"}"#).await;
    assert_eq!(reply.status(), 404);
    let text: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    assert_eq!(text["error_code"], "UNKNOWN_ACTION");
    assert_eq!(host.user("alice").send("not json").await.status(), 400);
}

//! The console: lines of JSON in, lines of JSON out, the same in every run.

use mozaiks_core::prelude::*;
use mozaiks_testkit::console::drive;
use mozaiks_testkit::prelude::*;
use serde_json::Value;

#[derive(Default)]
struct Notes;

/// Keeps notes.
#[plugin(
    name = "notes",
    version = "1.0.0",
    permissions = ["notifications:send"],
    publishes = ["note_created", "note_reviewed"],
    notification(id = "notes_created", name = "Note saved"),
)]
impl Notes {
    #[action]
    async fn create(&self, ctx: &Context, title: String) -> Result<Created> {
        let id = ctx.collection::<Value>("items").insert(&json!({ "title": title })).await?;
        ctx.publish("note_created", json!({ "note_id": id }))?;
        ctx.push("created", json!({ "note_id": id }))?;
        ctx.notify(Notification::new("notes_created", "Note saved").message(title))?;
        Ok(Created { id })
    }

    #[on_event("notes:note_created")]
    async fn review(&self, ctx: &Context, _event: Event) -> Result<()> {
        ctx.sleep(Duration::from_secs(60)).await;
        ctx.publish("note_reviewed", json!({}))
    }

    #[query]
    async fn who(&self, ctx: &QueryContext) -> Result<Value> {
        Ok(serde_json::to_value(ctx.identity())?)
    }

    /// An action with a field that the console has a meaning for elsewhere.
    #[query]
    async fn echo(&self, _ctx: &QueryContext, plugin: String) -> Result<String> {
        Ok(plugin)
    }
}

#[derive(Default)]
struct Tasks;

#[plugin(name = "tasks", version = "1.0.0")]
impl Tasks {
    #[query]
    async fn name(&self, ctx: &QueryContext) -> Result<String> {
        Ok(ctx.plugin().to_owned())
    }
}

async fn run_on(host: &TestHost, input: &str) -> Result<Vec<Value>, String> {
    let mut output = Vec::new();
    drive(host, input.as_bytes(), &mut output).await?;
    let output = String::from_utf8(output).unwrap();
    Ok(output.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

async fn run(input: &str) -> Result<Vec<Value>, String> {
    run_on(&TestHost::builder().plugin(Notes).predictable_ids().build(), input).await
}

#[tokio::test]
async fn a_request_prints_its_reply_and_what_it_led_to() {
    let printed = run(r#"{"user": "alice", "action": "create", "title": "Milk"}"#).await.unwrap();
    let id = "677485800000000000000001";
    assert_eq!(printed[0], json!({ "status": 200, "reply": { "success": true, "id": id } }));
    let kinds: Vec<_> =
        printed.iter().map(|line| line.as_object().unwrap().keys().next_back().unwrap()).collect();
    assert_eq!(kinds.len(), 5, "reply, event, push, notification, plugin_executed: {printed:?}");
    assert_eq!(printed[1]["event"]["topic"], "notes:note_created");
    assert_eq!(printed[1]["event"]["time"], "2025-01-01T00:00:00Z");
    assert_eq!((&printed[2]["user"], &printed[2]["push"]["type"]), (&json!("alice"), &json!("notes_update")));
    assert_eq!(printed[3]["notification"]["message"], "Milk");
    assert_eq!(printed[4]["event"]["topic"], "plugin_executed");
}

#[tokio::test]
async fn every_run_prints_the_same() {
    let input = r#"
        # What a user does.
        {"user": "alice", "action": "create", "title": "Milk"}
        {"user": "alice", "action": "nonsense"}

        {"advance_seconds": 60}
        {"user": "bob", "action": "create"}
    "#;
    let first = run(input).await.unwrap();
    assert_eq!(first, run(input).await.unwrap());
    assert!(first.len() > 6, "{first:?}");
}

#[tokio::test]
async fn time_moves_and_what_waited_for_it_is_printed() {
    let input = r#"{"user": "alice", "action": "create", "title": "Milk"}
        {"advance_seconds": 0.5}
        {"advance_seconds": 59.5}"#;
    let printed = run_on(&TestHost::builder().plugin(Notes).limits(limits()).build(), input).await.unwrap();
    let last = printed.last().unwrap();
    assert_eq!(
        (&last["event"]["topic"], &last["event"]["time"]),
        (&json!("notes:note_reviewed"), &json!("2025-01-01T00:01:00Z"))
    );
}

/// A handler may take its time.
fn limits() -> mozaiks_core::runtime::Limits {
    mozaiks_core::runtime::Limits::default().deadline(Duration::from_secs(3600))
}

#[tokio::test]
async fn app_and_roles_stand_beside_the_user() {
    let input = r#"{"user": "alice", "app": "shop", "roles": ["editor"], "action": "who"}"#;
    let reply = &run(input).await.unwrap()[0]["reply"];
    assert_eq!(reply["app_id"], "shop");
    assert_eq!(reply["roles"], json!(["editor"]));
}

#[tokio::test]
async fn an_action_that_fails_is_a_reply_like_any_other() {
    let input = r#"{"user": "alice", "action": "create"}
        {"user": "alice", "action": "nonsense"}
        {"user": "alice"}"#;
    let printed = run(input).await.unwrap();
    let statuses: Vec<_> = printed.iter().filter_map(|line| line["status"].as_u64()).collect();
    assert_eq!(statuses, [400, 404, 400]);
}

#[tokio::test]
async fn a_line_that_is_no_request_ends_it_with_its_number() {
    let good = r#"{"user": "alice", "action": "who"}"#;
    let bad = [
        ("not json", "line 3 is no request"),
        ("[1]", "line 3 is no request"),
        (r#"{"action": "who"}"#, "line 3 is no request: expected `user` and `action`"),
        (r#"{"user": 1, "action": "who"}"#, "line 3 is no request"),
        (r#"{"user": "", "action": "who"}"#, "line 3: the user id is empty"),
        (r#"{"user": "alice", "app": "", "action": "who"}"#, "line 3: the app id is empty"),
        (r#"{"advance_seconds": -1}"#, "line 3: advance_seconds"),
        (r#"{"advance_seconds": 1e300}"#, "line 3: advance_seconds"),
        (r#"{"advance_seconds": "long"}"#, "line 3 is no request"),
    ];
    for (line, expected) in bad {
        let host = TestHost::builder().plugin(Notes).build();
        let mut output = Vec::new();
        let input = format!("{good}\n# a comment\n{line}\n{good}\n");
        let message = drive(&host, input.as_bytes(), &mut output).await.unwrap_err();
        assert!(message.starts_with(expected), "{line}: {message}");
        let printed = String::from_utf8(output).unwrap();
        assert_eq!(printed.matches("\"status\"").count(), 1, "what came before was served: {printed}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_with_the_line() {
    let host = TestHost::builder().plugin(Notes).build();
    let message = drive(&host, &b"\n\xff\xfe\n"[..], Vec::new()).await.unwrap_err();
    assert!(message.starts_with("line 2: "), "{message}");
}

#[tokio::test]
async fn of_several_plugins_a_line_says_which_one() {
    let host = TestHost::builder().plugin(Notes).plugin(Tasks).build();
    let named = run_on(&host, r#"{"user": "alice", "plugin": "tasks", "action": "name"}"#).await.unwrap();
    assert_eq!(named[0]["reply"], json!({ "data": "tasks" }));
    let message = run_on(&host, r#"{"user": "alice", "action": "name"}"#).await.unwrap_err();
    assert_eq!(message, "line 1 is no request: expected `plugin`, one of notes, tasks");
}

#[tokio::test]
async fn where_there_is_one_plugin_its_actions_may_have_a_field_of_that_name() {
    let printed = run(r#"{"user": "alice", "action": "echo", "plugin": "mine"}"#).await.unwrap();
    assert_eq!(printed[0]["reply"], json!({ "data": "mine" }));
}

//! Settings through the runtime: what a client sends, what it gets back, and what is stored.

use mozaiks_core::prelude::*;
use mozaiks_core::settings::SettingsScope;
use mozaiks_testkit::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::body_of;

#[derive(Debug, Serialize, Deserialize, JsonSchema, Settings)]
struct MailSettings {
    /// Mails on a page
    #[setting(default = 20, min = 1, max = 100)]
    page_size: u32,
    /// Sign every mail
    #[setting(default = true)]
    sign: bool,
    /// Signature
    signature: String,
    /// Password of the server
    #[setting(secret)]
    password: String,
}

#[derive(Default)]
struct Mail;

#[plugin(name = "mail", version = "1.0.0", settings = MailSettings)]
impl Mail {
    #[query]
    async fn login(&self, ctx: &QueryContext) -> Result<String> {
        Ok(ctx.settings::<MailSettings>().await?.password)
    }

    #[validate_settings]
    fn check(settings: &MailSettings) -> Result<(), FieldErrors> {
        if settings.signature == "anonymous" && settings.sign {
            return Err(FieldErrors::of("signature", "cannot be signed"));
        }
        Ok(())
    }
}

/// Has none.
#[derive(Default)]
struct Plain;

#[plugin(name = "plain", version = "1.0.0")]
impl Plain {}

/// Answers for its settings itself.
#[derive(Default)]
struct Own;

#[plugin(name = "own", version = "1.0.0", settings = MailSettings)]
impl Own {
    #[query]
    async fn get_settings(&self, _ctx: &QueryContext) -> Result<Value> {
        Ok(json!({ "settings": "mine" }))
    }
}

fn host() -> TestHost {
    TestHost::builder().plugin(Mail).plugin(Plain).plugin(Own).calling("mail").build()
}

async fn save(user: &TestUser, settings: Value) -> (u16, Value) {
    let reply = user.send(json!({ "action": "save_settings", "settings": settings }).to_string()).await;
    (reply.status(), body_of(&reply))
}

fn defaults() -> Value {
    json!({ "page_size": 20, "sign": true, "signature": "", "password": "" })
}

fn stored(host: &TestHost, user: &str, settings: Value) {
    let Value::Object(settings) = settings else { panic!("no object") };
    host.settings().put(SettingsScope::new("test_app", user, "mail"), settings);
}

#[tokio::test]
async fn whoever_saved_nothing_has_the_defaults() {
    let reply = host().user("alice").plugin("mail").send(r#"{"action": "get_settings"}"#).await;
    assert_eq!(body_of(&reply), json!({ "settings": defaults() }));
}

#[tokio::test]
async fn a_save_is_answered_and_told_of() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    let reply = save(&alice, json!({ "page_size": 50 })).await;
    assert_eq!(reply, (200, json!({ "success": true, "message": "Settings saved" })));
    let event = host.assert_published("settings_updated");
    assert_eq!(event.payload(), json!({ "plugin": "mail" }));
    assert_eq!(event.user_id().map(|id| &**id), Some("alice"));
    assert_eq!(alice.settings().await.unwrap()["page_size"], 50);
    for other in [host.user("bob").plugin("mail"), alice.clone().in_app("other_app")] {
        assert_eq!(other.settings().await.unwrap(), defaults());
    }
}

#[tokio::test]
async fn a_save_replaces_the_one_before() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    save(&alice, json!({ "page_size": 50, "signature": "A" })).await;
    save(&alice, json!({ "signature": "B" })).await;
    let settings = alice.settings().await.unwrap();
    assert_eq!((&settings["page_size"], &settings["signature"]), (&json!(20), &json!("B")));
    save(&alice, json!({})).await;
    assert_eq!(alice.settings().await.unwrap(), defaults());
}

#[tokio::test]
async fn every_mistake_is_told_and_nothing_is_stored() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    save(&alice, json!({ "page_size": 50 })).await;
    host.journal().clear();
    let (status, body) =
        save(&alice, json!({ "page_size": 500, "sign": "yes", "signature": "new", "colour": 1 })).await;
    assert_eq!(status, 400);
    assert_eq!((&body["success"], &body["error_code"]), (&json!(false), &json!("VALIDATION_ERROR")));
    assert_eq!(body["message"], "Settings validation failed");
    let fields: Vec<_> = body["errors"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["colour", "page_size", "sign"]);
    assert_eq!(body["errors"], body["details"]["fields"]);
    assert_eq!(body["errors"]["page_size"], "must be at most 100");
    assert!(body["error"].is_string() && body["details"]["field"].is_string());
    assert!(host.events().iter().all(|event| event.topic().as_str() != "settings_updated"));
    let settings = alice.settings().await.unwrap();
    assert_eq!((&settings["page_size"], &settings["signature"]), (&json!(50), &json!("")));
}

#[tokio::test]
async fn what_is_no_object_has_an_invalid_format() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    let mut bodies = vec![json!({ "action": "save_settings" })];
    for odd in [json!(null), json!([]), json!("x"), json!(1), json!(true)] {
        bodies.push(json!({ "action": "save_settings", "settings": odd }));
    }
    for body in bodies {
        let reply = alice.send(body.to_string()).await;
        assert_eq!(reply.status(), 400, "{body}");
        let reply = body_of(&reply);
        assert_eq!(
            (&reply["success"], &reply["message"]),
            (&json!(false), &json!("Invalid settings format"))
        );
        assert_eq!((&reply["error"], &reply["error_code"]), (&reply["message"], &json!("VALIDATION_ERROR")));
    }
}

#[tokio::test]
async fn the_reserved_three_are_dropped() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    let sent = json!({ "page_size": 7, "user_id": "bob", "app_id": "x", "_context": {} });
    assert_eq!(save(&alice, sent).await.0, 200);
    assert_eq!(alice.settings().await.unwrap()["page_size"], 7);
    assert_eq!(host.user("bob").plugin("mail").settings().await.unwrap(), defaults());
    assert_eq!(save(&alice, json!({ "action": "x" })).await.0, 400);
}

#[tokio::test]
async fn the_authors_own_check_has_the_last_word() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    let (status, body) = save(&alice, json!({ "signature": "anonymous" })).await;
    assert_eq!((status, &body["errors"]), (400, &json!({ "signature": "cannot be signed" })));
    assert_eq!(alice.settings().await.unwrap(), defaults());
    assert_eq!(save(&alice, json!({ "signature": "anonymous", "sign": false })).await.0, 200);
}

#[tokio::test]
async fn a_plugin_without_settings_has_none_and_lists_no_such_action() {
    let host = host();
    let alice = host.user("alice").plugin("plain");
    assert_eq!(alice.settings().await.unwrap(), json!({}));
    assert_eq!(save(&alice, json!({})).await.0, 200);
    let (status, body) = save(&alice, json!({ "colour": 1 })).await;
    assert_eq!((status, &body["errors"]), (400, &json!({ "colour": "unknown setting" })));
    let described = host.runtime().describe();
    assert_eq!(described["plugins"]["plain"]["actions"], json!({}));
    assert_eq!(described["plugins"]["plain"]["settings"], json!(null));
    let of_mail = described["plugins"]["mail"]["actions"].as_object().unwrap();
    assert!(of_mail.contains_key("get_settings") && of_mail.contains_key("save_settings"));
}

#[tokio::test]
async fn an_action_of_the_authors_wins_over_the_ready_one() {
    let host = host();
    let alice = host.user("alice").plugin("own");
    assert_eq!(alice.settings().await.unwrap(), "mine");
    assert_eq!(save(&alice, json!({ "page_size": 7 })).await.0, 200);
    assert_eq!(save(&alice, json!({ "page_size": 0 })).await.0, 400);
    assert_eq!(host.user("alice").plugin("mail").settings().await.unwrap(), defaults(), "of another plugin");
}

#[tokio::test]
async fn a_secret_is_written_and_never_shown() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    let login = || async { alice.call("login", json!({})).await.unwrap()["data"].clone() };
    save(&alice, json!({ "password": "hunter2", "signature": "A" })).await;
    let mut shown = alice.settings().await.unwrap();
    assert_eq!(shown["password"], "********");

    shown["signature"] = json!("B");
    assert_eq!(save(&alice, shown).await.0, 200);
    assert_eq!(login().await, "hunter2");
    assert_eq!(alice.settings().await.unwrap()["signature"], "B");

    save(&alice, json!({ "password": "" })).await;
    assert_eq!((login().await, alice.settings().await.unwrap()["password"].clone()), (json!(""), json!("")));
    save(&alice, json!({ "password": "hunter3" })).await;
    save(&alice, json!({})).await;
    assert_eq!(login().await, "");
    save(&alice, json!({ "password": "********" })).await;
    assert_eq!(login().await, "", "a mask of nothing is nothing");

    let everything = format!("{}", host.journal());
    assert!(!everything.contains("hunter"), "{everything}");
}

#[tokio::test]
async fn what_an_older_version_stored_gives_way_to_defaults_where_it_does_not_fit() {
    let host = host();
    let alice = host.user("alice").plugin("mail");
    stored(&host, "alice", json!({ "page_size": "many", "sign": null, "columns": 3, "signature": "A" }));
    let mut expected = defaults();
    expected["signature"] = json!("A");
    assert_eq!(alice.settings().await.unwrap(), expected);
    for odd in
        [json!({ "page_size": 101 }), json!({ "page_size": -1 }), json!({ "password": ["x"] }), json!({})]
    {
        stored(&host, "alice", odd);
        assert_eq!(alice.settings().await.unwrap(), defaults());
        alice.call("login", json!({})).await.unwrap();
    }
    assert_eq!(save(&alice, json!({ "page_size": 5 })).await.0, 200);
}

#[tokio::test]
async fn settings_that_are_away_are_an_error_and_no_defaults() {
    let host = host();
    host.settings().faults().fail_every(1);
    let alice = host.user("alice").plugin("mail");
    for action in ["get_settings", "login"] {
        assert_eq!(alice.call(action, json!({})).await.unwrap_err().code(), ErrorCode::Unavailable);
    }
    assert_eq!(save(&alice, json!({ "page_size": 5 })).await.0, 503);
    host.assert_not_published("settings_updated");
}

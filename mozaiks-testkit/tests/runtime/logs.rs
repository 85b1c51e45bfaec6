//! The log tells what became of each call, and nothing from outside can forge a line of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mozaiks_core::prelude::*;
use mozaiks_testkit::log::LogLine;
use mozaiks_testkit::prelude::*;

use crate::support::assert_hidden;

/// What would break a line, colour it, hide a part of it or turn it round.
const HOSTILE: [&str; 12] = [
    "a\nERROR forged",
    "a\r\nERROR forged",
    "a\u{1b}[31mred\u{1b}[0m",
    "a\u{9b}31m",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{202e}txt.exe",
    "a\u{2066}b\u{2069}",
    "a\u{200f}b\u{61c}",
    "a\u{8}\u{8}\u{7f}b",
    "a\0b",
];

#[derive(Default)]
struct Loud;

#[plugin(name = "loud", version = "1.0.0", publishes = ["shouted"])]
impl Loud {
    #[action]
    async fn shout(&self, ctx: &Context, how: String, text: Option<String>) -> Result<()> {
        let text = text.unwrap_or_default();
        match &*how {
            "internal" => Err(Error::internal(format!("SECRET {text}"))),
            "cause" => Err(Error::unavailable("away").with_source(Error::internal(format!("SECRET {text}")))),
            "detail" => Err(Error::unavailable(text.clone()).with_detail(text.clone(), text)),
            "code" => Err(Error::custom(text.clone(), text)),
            "undeclared" => ctx.publish(&text, json!({})),
            "key" => ctx.kv().set(&format!("\0{text}"), &1).await,
            "collection" => ctx.collection::<bson::Document>(&text).count(doc! {}).await.map(drop),
            "filter" => {
                ctx.collection::<bson::Document>("a").count(doc! { format!("${text}"): 1 }).await.map(drop)
            }
            "panic" => panic!("SECRET {text}"),
            _ => Ok(()),
        }
    }

    #[action]
    async fn hang(&self, _ctx: &Context) -> Result<()> {
        std::future::pending().await
    }
}

fn host() -> TestHost {
    TestHost::new(Loud)
}

fn breaks_lines(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Every text of a line, as a subscriber gets it.
fn texts(line: &LogLine) -> Vec<Cow<'_, str>> {
    let all = |fields: &BTreeMap<String, String>| -> Vec<String> {
        fields.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect()
    };
    let mut texts = vec![Cow::from(&line.message), Cow::from(&line.target)];
    let of_spans = line.spans.iter().flat_map(|span| all(&span.fields));
    texts.extend(all(&line.fields).into_iter().chain(of_spans).map(Cow::from));
    texts
}

/// Checks that every line of the log is one, in a terminal too.
#[track_caller]
fn assert_lines_stand(host: &TestHost, what: &str) {
    for line in host.log_lines() {
        for text in texts(&line) {
            // The lines of an error and its causes come from the platform; within them nothing breaks.
            assert!(!text.contains(breaks_lines), "{what}: {text:?} in the log");
        }
    }
}

/// The line with which the span of the last call closed.
fn closed(host: &TestHost) -> LogLine {
    host.log_lines().into_iter().rev().find(|line| line.message == "closed").unwrap()
}

#[tokio::test]
async fn the_span_of_a_call_says_who_what_how_long_and_how_it_ended() {
    let host = host();
    let alice = host.user("alice");
    alice.call("shout", json!({ "how": "" })).await.unwrap();
    let line = closed(&host);
    assert_eq!(line.target, "mozaiks_plugins::loud");
    let said = |name: &str| line.fields.get(name).map_or("-", |text| text.as_str());
    assert_eq!(
        [said("app"), said("user"), said("plugin"), said("action"), said("outcome")],
        ["test_app", "alice", "loud", "shout", "OK"]
    );
    assert_eq!(said("duration"), "0ns");

    let (_, ()) = tokio::join!(alice.call("hang", json!({})), host.advance(Duration::from_secs(30)));
    let line = closed(&host);
    assert_eq!((&*line.fields["outcome"], &*line.fields["duration"]), ("TIMEOUT", "30s"));
    for (how, outcome) in [("panic", "INTERNAL"), ("cause", "UNAVAILABLE"), ("detail", "UNAVAILABLE")] {
        alice.call("shout", json!({ "how": how })).await.unwrap_err();
        assert_eq!(closed(&host).fields["outcome"], outcome);
    }
}

#[tokio::test]
async fn nothing_that_a_client_names_breaks_a_line() {
    let host = host();
    for text in HOSTILE {
        let alice = host.user("alice").with_username(text).with_roles([text]);
        for body in [
            json!({ "action": text }),
            json!({ "action": "shout", text: 1 }),
            json!({ "action": "shout", "how": { text: text } }),
            json!({ "action": "shout", "how": text, "text": [text] }),
            json!({ "action": "save_settings", "settings": { text: text } }),
            json!(text),
        ] {
            alice.send(body.to_string()).await;
        }
        alice.clone().plugin(text).send(r#"{"action": "shout"}"#).await;
        let execute = host.runtime().execute_action(alice.identity(), "loud", text, b"{}");
        assert_eq!(execute.await.status(), 404);
        assert_lines_stand(&host, text);
    }
}

#[tokio::test]
async fn nothing_that_a_plugin_repeats_breaks_a_line() {
    let host = host();
    let alice = host.user("alice");
    for text in HOSTILE {
        for how in
            ["internal", "cause", "detail", "code", "undeclared", "key", "collection", "filter", "panic"]
        {
            alice.call("shout", json!({ "how": how, "text": text })).await.unwrap_err();
            assert_lines_stand(&host, how);
            host.journal().clear();
        }
    }
}

#[tokio::test]
async fn nobody_breaks_a_line_with_the_name_they_go_by() {
    let host = host();
    for id in ["a\u{202e}b", "a\u{2028}b", "a\u{2029}b", "a\u{2066}b", "a\u{200f}b"] {
        for user in [host.user(id), host.user("alice").in_app(id)] {
            user.call("shout", json!({ "how": "" })).await.unwrap();
            user.call("shout", json!({ "how": "internal" })).await.unwrap_err();
            assert_lines_stand(&host, id);
        }
        assert!(closed(&host).fields["app"].contains("\\u{2"));
    }
}

#[tokio::test]
async fn what_a_request_says_is_not_in_the_log() {
    let host = host();
    let alice = host.user("alice");
    let bodies = [
        r#"{"action": "shout", "how": "MARKER", "text": "MARKER"}"#,
        r#"{"action": "shout", "how": {"MARKER": "MARKER"}}"#,
        r#"{"action": "shout", "MARKER": "MARKER"}"#,
        r#"{"action": "MARKER"}"#,
        r#"{"action": "save_settings", "settings": {"MARKER": "MARKER"}}"#,
        r#"{"MARKER"#,
        r#"{"action": "shout", "how": "code", "text": "MARKER"}"#,
    ];
    for body in bodies {
        alice.send(body).await;
    }
    let (_, ()) = tokio::join!(
        alice.send(r#"{"action": "hang", "text": "MARKER"}"#),
        host.advance(Duration::from_secs(30))
    );
    for line in host.log_lines() {
        let outcome = line.fields.get("outcome").is_some_and(|outcome| outcome == "MARKER");
        assert!(outcome || !texts(&line).iter().any(|text| text.contains("MARKER")), "{line}");
    }
}

#[tokio::test]
async fn an_internal_error_is_in_the_log_under_the_id_that_the_client_got() {
    let host = host();
    let alice = host.user("alice");
    let reply = alice.send(r#"{"action": "shout", "how": "internal", "text": "no disk"}"#).await;
    let line = assert_hidden(&host, &reply, "loud", "SECRET no disk");
    assert_eq!(line.spans[0].target, "mozaiks_plugins::loud");
    assert_eq!(line.spans[0].fields["user"], "alice");
    assert_eq!(line.level.as_str(), "ERROR");
    let again = alice.send(r#"{"action": "shout", "how": "internal", "text": "no disk"}"#).await;
    assert_ne!(reply.body(), again.body());
}

#[tokio::test]
async fn the_cause_of_a_temporary_failure_is_in_the_log_alone() {
    let host = host();
    let reply = host.user("alice").send(r#"{"action": "shout", "how": "cause", "text": "no disk"}"#).await;
    assert_eq!(reply.status(), 503);
    assert!(!String::from_utf8_lossy(reply.body()).contains("SECRET"));
    assert_eq!(host.assert_logged("SECRET no disk").level.as_str(), "WARN");
}

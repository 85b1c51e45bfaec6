//! What a host logs is its own: tests that run at the same time do not see one another's lines.

use std::sync::Arc;

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use tokio::sync::Barrier;
use tracing::instrument::{Instrument, WithSubscriber};

struct Talker {
    meet: Arc<Barrier>,
}

/// A plugin that says what it is told to.
#[plugin(name = "talker", version = "1.0.0", publishes = ["said"])]
impl Talker {
    #[action]
    async fn say(&self, ctx: &Context, text: String) -> Result<()> {
        tracing::info!(said = text, "before");
        self.meet.wait().await;
        tracing::warn!(said = text, "after");
        ctx.publish("said", json!({ "text": text }))
    }

    #[action]
    async fn say_elsewhere(&self, _ctx: &Context, text: String) -> Result<()> {
        let task = async move { tracing::info!("elsewhere: {text}") };
        tokio::spawn(task.in_current_span().with_current_subscriber()).await.map_err(Error::internal)
    }

    #[on_event("talker:said")]
    async fn hear(&self, _ctx: &Context, event: Event) -> Result<()> {
        tracing::info!("heard {}", event.payload()["text"]);
        Ok(())
    }

    #[action]
    async fn fail(&self, _ctx: &Context) -> Result<()> {
        Err(Error::internal("the secret of the house"))
    }
}

fn host(meet: &Arc<Barrier>) -> TestHost {
    TestHost::new(Talker { meet: Arc::clone(meet) })
}

fn alone() -> TestHost {
    host(&Arc::new(Barrier::new(1)))
}

async fn two_hosts_at_once() {
    let meet = Arc::new(Barrier::new(2));
    let (one, other) = (host(&meet), host(&meet));
    let (alice, bob) = (one.user("alice"), other.user("bob"));
    // Both are in the middle of their action at the same time.
    let (first, second) = tokio::join!(
        tokio::spawn(async move { alice.call("say", json!({ "text": "of one" })).await }),
        tokio::spawn(async move { bob.call("say", json!({ "text": "of the other" })).await }),
    );
    first.unwrap().unwrap();
    second.unwrap().unwrap();
    for (host, own, foreign) in [(&one, "of one", "of the other"), (&other, "of the other", "of one")] {
        let said: Vec<_> = host
            .log_lines()
            .into_iter()
            .filter(|line| line.target == "log")
            .map(|line| (line.message, line.fields.get("said").cloned()))
            .collect();
        let expected = [
            ("before".to_owned(), Some(own.to_owned())),
            ("after".to_owned(), Some(own.to_owned())),
            (format!("heard {own:?}"), None),
        ];
        assert_eq!(said, expected);
        assert!(!host.journal().to_string().contains(foreign), "{}", host.journal());
    }
}

#[tokio::test]
async fn two_hosts_in_one_thread_have_their_own_lines() {
    two_hosts_at_once().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hosts_on_threads_have_their_own_lines() {
    for _ in 0..20 {
        two_hosts_at_once().await;
    }
}

#[tokio::test]
async fn a_line_says_which_call_it_belongs_to() {
    let host = alone();
    host.user("alice").call("say", json!({ "text": "hello" })).await.unwrap();
    let line = host.assert_logged("before");
    let span = &line.spans[0];
    assert_eq!(span.target, "mozaiks_plugins::talker");
    let of = |name: &str| span.fields.get(name).map(String::as_str);
    assert_eq!(
        (of("app"), of("user"), of("plugin"), of("action")),
        (Some("test_app"), Some("alice"), Some("talker"), Some("say"))
    );
    let heard = host.assert_logged("heard");
    assert_eq!(heard.spans[0].fields["action"], "talker:said");
}

#[tokio::test]
async fn a_task_of_the_plugins_own_can_take_the_log_along() {
    let host = alone();
    host.user("alice").call("say_elsewhere", json!({ "text": "hello" })).await.unwrap();
    let line = host.assert_logged("elsewhere: hello");
    assert_eq!(line.spans[0].fields["user"], "alice");
}

#[tokio::test]
async fn an_internal_error_is_in_the_log_under_the_id_that_the_client_gets() {
    let host = alone();
    let reply = host.user("alice").send(r#"{"action": "fail"}"#).await;
    let body: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    assert!(!body.to_string().contains("secret"), "{body}");
    let id = body["details"]["error_id"].as_str().unwrap();
    let line = host.assert_logged(id);
    assert!(line.to_string().contains("the secret of the house"), "{line}");
}

#[tokio::test]
async fn text_of_a_client_cannot_forge_a_line() {
    let host = alone();
    let forged = "x\nERROR mozaiks: all is lost";
    let body = json!({ "action": forged }).to_string();
    host.user("alice").send(body).await;
    for line in host.log_lines() {
        assert!(!line.to_string().contains('\n'), "{line:?}");
    }
}

#[test]
fn what_nobody_captures_is_nobodys() {
    let host = alone();
    tracing::error!("outside of any call");
    assert!(host.log_lines().is_empty());
}

//! Whatever bytes a client sends, it gets an answer, and the fault is never the host's.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::support::body_of;

#[derive(Default)]
struct Sink;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Named { name: String },
}

#[plugin(name = "sink", version = "1.0.0")]
impl Sink {
    #[action]
    async fn take(&self, _ctx: &Context, name: String, kind: Option<Kind>, n: Option<u8>) -> Result<String> {
        let kind = kind.map(|kind| match kind {
            Kind::Plain => "plain".to_owned(),
            Kind::Named { name } => name,
        });
        Ok(format!("{name} {kind:?} {n:?}"))
    }

    #[action]
    async fn keep(&self, _ctx: &Context, Input(value): Input<Value>) -> Result<Value> {
        Ok(value)
    }
}

const GOOD: &str =
    r#"{"action": "take", "name": "x\u00e9", "kind": {"named": {"name": "y"}}, "n": 7, "more": [1, null]}"#;

/// Answers without harm: refused as the client's fault, or done.
async fn answer(host: &TestHost, body: &[u8]) -> (u16, Value) {
    let reply = host.user("alice").send(body).await;
    (reply.status(), body_of(&reply))
}

fn block_on<R>(run: impl AsyncFnOnce() -> R) -> R {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run())
}

proptest! {
    #[test]
    fn any_bytes_are_answered(body in vec(any::<u8>(), 0..200)) {
        let (status, _) = block_on(async || answer(&TestHost::new(Sink), &body).await);
        prop_assert_eq!(status, 400);
    }

    #[test]
    fn a_good_body_with_a_few_bytes_changed_is_answered(
        changes in vec((any::<Index>(), select(b"{}[]\",:\\ue01-.\0\n\xff x".to_vec())), 1..4),
        cut in any::<Index>(),
    ) {
        let mut body = GOOD.as_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        body.truncate(cut.index(body.len() * 4).max(1));
        let (status, reply) = block_on(async || answer(&TestHost::new(Sink), &body).await);
        prop_assert!(matches!(status, 200 | 400 | 404), "{} {}", status, reply);
    }
}

#[tokio::test]
async fn what_is_no_json_object_in_utf_8_is_refused() {
    let host = TestHost::new(Sink);
    assert_eq!(answer(&host, GOOD.as_bytes()).await.0, 200);
    let bodies: [&[u8]; 12] = [
        b"",
        b" ",
        b"null",
        b"[]",
        b"\"take\"",
        b"{\"action\": \"take\", \"name\": \"\xff\"}",
        b"\xef\xbb\xbf{\"action\": \"take\", \"name\": \"x\"}",
        b"{\"action\": \"take\", \"name\": \"x\"} {}",
        b"{\"action\": \"take\", \"name\": \"x\",}",
        b"{\"action\": \"take\", \"name\": \"\\ud800\"}",
        b"{\"action\": \"take\", \"\\ud800\": 1, \"name\": \"x\"}",
        b"{'action': 'take', 'name': 'x'}",
    ];
    for body in bodies {
        let (status, reply) = answer(&host, body).await;
        assert_eq!((status, &reply["error_code"]), (400, &json!("VALIDATION_ERROR")), "{body:?}");
        assert!(reply["details"]["fields"].is_object(), "{reply}");
    }
}

#[tokio::test]
async fn every_field_that_does_not_fit_is_named() {
    let host = TestHost::new(Sink);
    let body = r#"{"action": "take", "name": 1, "kind": "fancy", "n": 256}"#;
    let (_, reply) = answer(&host, body.as_bytes()).await;
    let fields: Vec<_> = reply["details"]["fields"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["kind", "n", "name"]);
    assert!(reply["details"]["field"].is_string());
    assert!(!reply.to_string().contains(" at line "), "a place in a text that is not the client's: {reply}");
}

#[tokio::test]
async fn a_hundred_thousand_fields_are_taken_and_one_twice_is_found() {
    let host = TestHost::new(Sink);
    let fields = |count: usize| (0..count).map(|n| format!(r#""k{n}":0"#)).collect::<Vec<_>>().join(",");
    let many = fields(90_000);
    let (status, reply) = answer(&host, format!(r#"{{"action":"keep",{many}}}"#).as_bytes()).await;
    assert_eq!(status, 200);
    assert_eq!(reply.as_object().unwrap().len(), 90_000 + 3);
    let (status, reply) = answer(&host, format!(r#"{{"action":"keep",{many},"k7":1}}"#).as_bytes()).await;
    assert_eq!((status, &reply["details"]["field"]), (400, &json!("k7")));
}

#[tokio::test]
async fn numbers_arrive_as_they_were_sent() {
    let host = TestHost::new(Sink);
    let body = r#"{"action": "keep", "a": 9007199254740993, "b": -9223372036854775808, "c": 1e-7, "d": 18446744073709551615}"#;
    let (_, reply) = answer(&host, body.as_bytes()).await;
    assert_eq!(reply["a"].as_u64(), Some(9_007_199_254_740_993));
    assert_eq!(reply["b"].as_i64(), Some(i64::MIN));
    assert_eq!(reply["d"].as_u64(), Some(u64::MAX));
    let (status, _) = answer(&host, br#"{"action": "take", "name": "x", "n": 1e999}"#).await;
    assert_eq!(status, 400);
}

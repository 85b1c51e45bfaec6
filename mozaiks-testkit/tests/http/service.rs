//! A call of an action is answered the same whether it takes the short way or a route.

use axum::routing::get;
use mozaiks_core::http::{Http, HttpBuilder};

use crate::support::{Server, Setup};

/// Calls and what looks like one: method and path, more headers, body.
const REQUESTS: &[(&str, &str, &str)] = &[
    ("POST /api/execute/lab/echo", "", r#"{"text":"x"}"#),
    ("POST /api/execute/lab", "", r#"{"action":"echo","text":"x"}"#),
    ("POST /api/execute/%6cab/ec%68o", "", r#"{"text":"x"}"#),
    ("POST /api/execute/lab/echo?text=y", "", r#"{"text":"x"}"#),
    ("POST /api/execute/lab/echo", "accept-encoding: gzip\r\n", r#"{"text":"x"}"#),
    ("POST /api/execute/lab/echo", "x-request-id: mine\r\n", r#"{"text":"x"}"#),
    (
        "POST /api/execute/lab/trace",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
        "{}",
    ),
    ("POST /api/execute/lab/echo", "content-type: text/plain\r\n", r#"{"text":"x"}"#),
    ("POST /api/execute/lab/echo", "content-encoding: gzip\r\n", r#"{"text":"x"}"#),
    ("POST /api/execute/lab/echo", "authorization: Bearer user-bob\r\n", r#"{"text":"x"}"#),
    ("POST /api/execute/lab/echo", "", r#"{"text":"#),
    ("POST /api/execute/lab/echo", "", "[]"),
    ("POST /api/execute/lab/echo", "", r#"{"text":1}"#),
    ("POST /api/execute/lab/nothing", "", "{}"),
    ("POST /api/execute/lab/panic", "", "{}"),
    ("POST /api/execute/nobody/echo", "", "{}"),
    ("POST /api/execute/%ff/echo", "", "{}"),
    ("POST /api/execute/lab/echo/", "", "{}"),
    ("POST /api/execute/lab/echo/more", "", "{}"),
    ("POST /api/execute/lab/", "", "{}"),
    ("POST /api/execute//echo", "", "{}"),
    ("POST /api/execute/", "", "{}"),
    ("POST /api/execute", "", "{}"),
    ("POST /api/executed/lab/echo", "", "{}"),
    ("GET /api/execute/lab/echo", "", ""),
    ("HEAD /api/execute/lab/echo", "", ""),
    ("OPTIONS /api/execute/lab/echo", "", ""),
    ("DELETE /api/execute/lab/echo/more", "", ""),
    ("GET /health", "", ""),
    ("POST /api/plugin-api", "", r#"{"plugin_id":"lab","method":"echo","params":{"text":"x"}}"#),
];

/// The reply, without what differs from one to the next.
async fn reply(server: &Server, line: &str, token: &str, headers: &str, body: &str) -> Vec<String> {
    let mut connection = server.raw().await;
    let length = body.len();
    connection
        .send(format!(
            "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{token}{headers}content-length: {length}\r\n\r\n{body}"
        ))
        .await;
    let whole = connection.to_end().await;
    let mine = whole.contains("x-request-id: mine");
    let differs = |line: &str| line.starts_with("date: ") || (line.starts_with("x-request-id: ") && !mine);
    let mut lines: Vec<_> = whole
        .lines()
        .filter(|line| !differs(line))
        .map(|line| match line.split_once("\"error_id\":") {
            Some((before, _)) => before.to_owned(),
            None => line.to_owned(),
        })
        .collect();
    // Headers come in no order.
    lines.sort();
    lines
}

#[tokio::test]
async fn the_short_way_answers_as_the_route_does() {
    let short = Server::start(Setup::default()).await;
    let route = Server::start(Setup::default().http(HttpBuilder::build)).await;
    for (line, headers, body) in REQUESTS {
        for token in ["authorization: Bearer user-alice\r\n", ""] {
            let expected = reply(&route, line, token, headers, body).await;
            assert!(expected.iter().any(|line| line.starts_with("HTTP/1.1 ")), "{expected:?}");
            assert_eq!(
                reply(&short, line, token, headers, body).await,
                expected,
                "{line} {token}{headers}{body}"
            );
        }
    }
}

#[tokio::test]
async fn routes_of_the_host_s_own_stand_beside_the_short_way() {
    let setup = Setup::default().http(|builder| {
        let http: Http = builder.finish();
        let own = axum::Router::new().route("/", get(|| async { "the application" }));
        http.service().with_router(http.router().merge(own))
    });
    let server = Server::start(setup).await;
    assert_eq!(server.get("/").send().await.unwrap().text().await.unwrap(), "the application");
    assert_eq!(server.call("echo", serde_json::json!({ "text": "x" })).await.0, 200);
    assert_eq!(server.get("/health").send().await.unwrap().status(), 200);
}

/// What three calls after one another look like, the bodies of a known length or not.
fn three_calls() -> String {
    let head = "POST /api/execute/lab/echo HTTP/1.1\r\nhost: x\r\nauthorization: Bearer user-alice\r\n";
    let body = |number: u8| format!(r#"{{"text":"number {number}"}}"#);
    let known = |number| format!("{head}content-length: {}\r\n\r\n{}", body(number).len(), body(number));
    let chunked = format!(
        "{head}transfer-encoding: chunked\r\n\r\n5\r\n{{\"tex\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        body(2).len() - 5,
        &body(2)[5..]
    );
    format!("{}{chunked}{}", known(1), known(3))
}

#[tokio::test]
async fn calls_are_answered_in_order_however_their_bytes_arrive() {
    for server in [
        Server::start(Setup::default()).await,
        Server::start(Setup::default().http(HttpBuilder::build)).await,
    ] {
        let calls = three_calls();
        for piece in [1, 2, 7, 50, 111, 163, 164, 165, 200, 331, calls.len()] {
            let mut connection = server.raw().await;
            for bytes in calls.as_bytes().chunks(piece) {
                connection.send(bytes).await;
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
            }
            let mut replies = String::new();
            while replies.matches("number ").count() < 3 {
                replies += &connection.some().await;
            }
            let order: Vec<_> = replies.matches("number ").collect();
            assert_eq!(order.len(), 3, "{piece}: {replies}");
            let places = [1, 2, 3].map(|number| replies.find(&format!("number {number}")).unwrap());
            assert!(places.is_sorted(), "{piece}: {replies}");
        }
    }
}

#[tokio::test]
async fn a_connection_remembers_nothing_of_the_request_before() {
    let server = Server::start(Setup::default()).await;
    let mut connection = server.raw().await;
    let mut call = async |headers: &str| {
        let head = "POST /api/execute/lab/whoami HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n";
        connection.send(format!("{head}{headers}\r\n{{}}")).await;
        connection.some().await
    };
    let many: String = (0..80).map(|number| format!("x-{number}: secret\r\n")).collect();
    let few = "x-secret: secret\r\ncookie: secret\r\nx-request-id: mine\r\n";
    for more in [few, &many] {
        let first = call(&format!("authorization: Bearer user-alice\r\n{more}")).await;
        assert!(first.starts_with("HTTP/1.1 200 OK") && first.contains("alice"), "{first}");
        let names = first.lines().skip(1).map_while(|line| Some(line.split_once(": ")?.0));
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        assert_eq!(names, ["content-length", "content-type", "date", "x-request-id"], "{first}");
        let second = call("").await;
        assert!(second.starts_with("HTTP/1.1 401 "), "{second}");
        assert!(!second.contains("mine") && !second.contains("secret"), "{second}");
    }
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on() {
    let server = Server::start(Setup::default()).await;
    let mut connection = server.raw().await;
    let body = r#"{"text":"x"}"#;
    for _ in 0..2 {
        connection
            .send(format!(
                "POST /api/execute/lab/echo HTTP/1.1\r\nhost: x\r\nauthorization: Bearer user-alice\r\n\
                 expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
                body.len()
            ))
            .await;
        assert!(connection.some().await.starts_with("HTTP/1.1 100 "));
        connection.send(body).await;
        assert!(connection.some().await.starts_with("HTTP/1.1 200 "));
    }
}

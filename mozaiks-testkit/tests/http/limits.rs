//! How much of a host clients may take.

use std::time::Duration;

use mozaiks_core::http::{HttpLimits, Rate};
use mozaiks_core::runtime::Limits;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::{Server, Setup, answer, assert_error, body_of, server};

#[tokio::test]
async fn a_user_may_ask_so_often_and_no_more() {
    let setup = Setup::default().http(|http| http.rate(Rate::per_second(1).burst(3)).build());
    let server = Server::start(setup).await;
    for path in ["/api/plugins", "/api/notifications", "/api/check-plugin-access/lab"] {
        assert_eq!(answer(server.get(path)).await.0, 200);
    }
    let refused = server.get("/api/notifications/count").send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_error(&body_of(refused).await, 429, "LIMIT_EXCEEDED");
    // It comes before the plugin and the body.
    assert_error(&answer(server.post("/api/execute/nope").body("x")).await, 429, "LIMIT_EXCEEDED");
    assert_error(&answer(server.post("/api/plugin-api").body("x")).await, 429, "LIMIT_EXCEEDED");
    assert_eq!(server.open("/ws?access_token=user-alice", &[]).await.unwrap_err().0, 429);
    // Others have a rate of their own, and what needs no token has none.
    assert_eq!(
        answer(server.request(reqwest::Method::GET, "/api/plugins").bearer_auth("user-bob")).await.0,
        200
    );
    assert_eq!(answer(server.get("/health")).await.0, 200);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(answer(server.get("/api/plugins")).await.0, 200);
    assert_eq!(answer(server.get("/api/plugins")).await.0, 429);
    // An upgrade counts as well.
    server.clock.advance(Duration::from_secs(1));
    server.socket("alice").await;
    assert_eq!(answer(server.get("/api/plugins")).await.0, 429);
}

#[tokio::test]
async fn a_busy_plugin_takes_no_more() {
    let setup = Setup { limits: Limits::default().concurrency(1), ..Setup::default() };
    let server = Server::start(setup).await;
    let first = tokio::spawn(server.post("/api/execute/lab/wait").json(&json!({})).send());
    server.lab.begun.notified().await;
    let refused = server.post("/api/execute/lab/echo").json(&json!({ "text": "x" })).send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_error(&body_of(refused).await, 503, "UNAVAILABLE");
    assert_eq!(answer(server.post("/api/execute/other/nothing").json(&json!({}))).await.0, 200);
    server.lab.go_on.notify_one();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
}

#[tokio::test]
async fn an_overloaded_host_sheds_and_recovers() {
    let setup = Setup::default().http(|http| http.limits(HttpLimits::default().in_flight(2)).build());
    let server = Server::start(setup).await;
    let calls: Vec<_> =
        (0..2).map(|_| tokio::spawn(server.post("/api/execute/lab/wait").json(&json!({})).send())).collect();
    for _ in &calls {
        server.lab.begun.notified().await;
    }
    let refused = server.get("/api/plugins").send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_error(&body_of(refused).await, 503, "UNAVAILABLE");
    assert_eq!(answer(server.get("/health")).await.0, 200);
    assert_eq!(answer(server.get("/ready")).await.0, 200);
    for call in calls {
        server.lab.go_on.notify_one();
        assert_eq!(call.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(answer(server.get("/api/plugins")).await.0, 200);
}

#[tokio::test]
async fn a_call_whose_client_goes_away_comes_to_its_end_and_gives_its_place_back() {
    let setup = Setup::default().http(|http| http.limits(HttpLimits::default().in_flight(1)).build());
    let server = Server::start(setup).await;
    for resets in [false, true] {
        let mut raw = server.raw().await;
        raw.send(head_of("wait", 2) + "{}").await;
        server.lab.begun.notified().await;
        assert_eq!(answer(server.get("/api/plugins")).await.0, 503);
        if resets {
            raw.0.set_zero_linger().unwrap();
        }
        drop(raw);
        assert_eq!(answer(server.get("/api/plugins")).await.0, 503);
        server.lab.go_on.notify_one();
        served(&server).await;
    }
    let figures = figures(&server).await;
    assert!(figures.contains(r#"{action="wait",outcome="OK",plugin="lab"} 2"#), "{figures}");
}

#[tokio::test]
async fn a_client_that_has_said_all_may_close_its_side() {
    let server = server().await;
    let mut raw = server.raw().await;
    raw.send(head_of("wait", 2) + "{}").await;
    server.lab.begun.notified().await;
    raw.0.shutdown().await.unwrap();
    server.lab.go_on.notify_one();
    assert!(raw.to_end().await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn bodies_that_do_not_come_take_nobodys_place() {
    let setup = Setup::default().http(|http| http.limits(HttpLimits::default().in_flight(4)).build());
    let server = Server::start(setup).await;
    let mut slow = Vec::new();
    // Half of those who wait may be of one user.
    for (user, status) in
        [("alice", None), ("alice", None), ("alice", Some(503)), ("bob", None), ("bob", None)]
    {
        let mut raw = server.raw().await;
        raw.send(head_of("echo", 13).replace("alice", user) + "{").await;
        match status {
            Some(status) => assert!(raw.some().await.starts_with(&format!("HTTP/1.1 {status} "))),
            None => until_waiting(&server, slow.len() + 1).await,
        }
        if status.is_none() {
            slow.push(raw);
        }
    }
    // All who may are waiting: for those who have said all, there are as many places as ever.
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
    let mut raw = server.raw().await;
    raw.send(head_of("echo", 13).replace("alice", "carol") + "{").await;
    assert!(raw.some().await.starts_with("HTTP/1.1 503 "));
    for mut raw in slow {
        raw.send(r#""text": "x"}"#).await;
        assert!(raw.some().await.starts_with("HTTP/1.1 200 OK"));
    }
}

#[tokio::test]
async fn an_authenticator_that_hangs_keeps_no_place() {
    let setup = Setup::default().http(|http| http.limits(HttpLimits::default().in_flight(1)).build());
    let server = Server::start(setup).await;
    let mut raw = server.raw().await;
    raw.send(head_of("wait", 2).replace("user-alice", "hang") + "{}").await;
    until_waiting(&server, 1).await;
    server.clock.advance(Duration::from_secs(30));
    assert!(raw.some().await.starts_with("HTTP/1.1 503 "));
    served(&server).await;
}

/// The head of a call of alice's.
fn head_of(action: &str, length: usize) -> String {
    format!(
        "POST /api/execute/lab/{action} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-alice\r\n\
         Content-Length: {length}\r\n\r\n"
    )
}

async fn figures(server: &Server) -> String {
    server.get("/metrics").send().await.unwrap().text().await.unwrap()
}

async fn served(server: &Server) {
    let mut left = 1000;
    while answer(server.get("/api/plugins")).await.0 == 503 {
        left -= 1;
        assert!(left > 0, "the place is not given back");
        tokio::task::yield_now().await;
    }
}

/// Waits until so many requests are served or wait.
async fn until_waiting(server: &Server, requests: usize) {
    let figure = format!("mozaiks_requests_in_flight {requests}\n");
    let mut left = 1000;
    while !figures(server).await.contains(&figure) {
        left -= 1;
        assert!(left > 0, "{figure}");
        tokio::task::yield_now().await;
    }
}

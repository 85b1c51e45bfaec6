//! How much of a host clients may take.

use std::time::Duration;

use mozaiks_core::http::{HttpLimits, Rate};
use mozaiks_core::runtime::Limits;
use serde_json::json;

use crate::support::{Server, Setup, answer, assert_error, body_of};

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
async fn a_client_that_goes_away_gives_its_place_back() {
    let setup = Setup::default().http(|http| http.limits(HttpLimits::default().in_flight(1)).build());
    let server = Server::start(setup).await;
    let mut raw = server.raw().await;
    raw.send("POST /api/execute/lab/hang HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-alice\r\nContent-Length: 2\r\n\r\n{}")
        .await;
    server.lab.begun.notified().await;
    assert_eq!(answer(server.get("/api/plugins")).await.0, 503);
    drop(raw);
    let mut left = 1000;
    while answer(server.get("/api/plugins")).await.0 == 503 {
        left -= 1;
        assert!(left > 0, "the place is not given back");
        tokio::task::yield_now().await;
    }
}

//! `/metrics`.

use std::sync::Arc;

use mozaiks_core::events::LocalEventBus;
use mozaiks_core::http::{Http, Metrics};
use mozaiks_testkit::bench::quiet_runtime;
use mozaiks_testkit::storage::MemoryStorage;
use serde_json::json;

use crate::support::{Server, answer, server};

async fn scrape(server: &Server) -> String {
    let response = server.request(reqwest::Method::GET, "/metrics").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    response.text().await.unwrap()
}

#[track_caller]
fn assert_line(text: &str, line: &str) {
    assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
}

#[tokio::test]
async fn calls_are_counted_by_how_they_ended() {
    let server = server().await;
    server.call("echo", json!({ "text": "x" })).await;
    answer(server.post("/api/execute/lab").json(&json!({ "action": "echo", "text": "x" }))).await;
    server.call("echo", json!({})).await;
    server.call("panic", json!({})).await;
    server.call("fail", json!({ "code": "MADE_UP_17" })).await;
    server.call("made_up_name", json!({})).await;
    answer(server.post("/api/execute/made_up_plugin").json(&json!({}))).await;
    answer(server.post("/api/execute/lab").body("no json")).await;
    let text = scrape(&server).await;
    let line = |action: &str, outcome: &str, count: u32| {
        let labels = format!(r#"{{action="{action}",outcome="{outcome}",plugin="lab"}}"#);
        assert_line(&text, &format!("mozaiks_requests_total{labels} {count}"));
    };
    line("echo", "OK", 2);
    line("echo", "VALIDATION_ERROR", 1);
    line("panic", "INTERNAL", 1);
    line("fail", "CUSTOM", 1);
    line("unknown", "UNKNOWN_ACTION", 1);
    line("unknown", "VALIDATION_ERROR", 1);
    assert_line(
        &text,
        r#"mozaiks_requests_total{action="unknown",outcome="PLUGIN_NOT_FOUND",plugin="unknown"} 1"#,
    );
    assert_line(&text, r#"mozaiks_request_seconds_count{action="echo",plugin="lab"} 3"#);
    // Whoever calls does not make labels.
    assert!(!text.to_lowercase().contains("made_up"), "{text}");
}

#[tokio::test]
async fn sockets_are_counted() {
    let server = server().await;
    let mut socket = server.socket("alice").await;
    server.call("tell", json!({ "text": "x" })).await;
    socket.json().await;
    let text = scrape(&server).await;
    assert_line(&text, "mozaiks_sockets 1");
    assert_line(&text, "mozaiks_pushes_total 1");
    assert_line(&text, "mozaiks_requests_in_flight 0");
    // What is taken over twice is counted once.
    assert_line(&scrape(&server).await, "mozaiks_pushes_total 1");
}

#[tokio::test]
async fn the_storage_and_the_bus_are_measured_where_the_host_asks_for_it() {
    let metrics = Metrics::new();
    let bus = LocalEventBus::new(Arc::new(mozaiks_core::SystemClock));
    metrics.watch_bus(bus.clone());
    let runtime = quiet_runtime()
        .storage(Arc::new(metrics.measure(MemoryStorage::new())))
        .events(Arc::new(bus.clone()))
        .plugin(crate::lab::Lab::default())
        .build()
        .unwrap();
    let alice = mozaiks_core::Identity::new("shop", "alice").unwrap();
    let reply = runtime.execute(&alice, "lab", br#"{"action": "keep", "text": "x"}"#).await;
    assert!(reply.is_ok());
    bus.idle().await;
    let router = Http::builder(runtime).metrics(metrics).build();
    let request = axum::extract::Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert_line(&text, r#"mozaiks_storage_seconds_count{operation="insert"} 1"#);
    assert_line(&text, r#"mozaiks_events_published_total{topic="plugin_executed"} 1"#);
    assert_line(&text, "mozaiks_dead_letters 0");
}

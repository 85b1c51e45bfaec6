//! What anybody may ask.

use mozaiks_core::http::AppConfig;
use serde_json::json;

use crate::support::{Server, Setup, answer, server};

#[tokio::test]
async fn the_host_says_that_it_is_there_and_what_it_is() {
    let setup = Setup::default().http(|http| {
        http.app_config(AppConfig::default().name("Shop").version("2.0").env("production").monetization(true))
            .build()
    });
    let server = Server::start(setup).await;
    let get = |path| answer(server.request(reqwest::Method::GET, path));
    assert_eq!(get("/health").await, (200, json!({ "status": "healthy" })));
    assert_eq!(get("/ready").await, (200, json!({ "status": "ready" })));
    let config = json!({ "monetization_enabled": true, "app_name": "Shop", "app_version": "2.0", "env": "production" });
    assert_eq!(get("/api/app-config").await, (200, config));
}

#[tokio::test]
async fn while_something_is_away_the_host_is_not_ready_and_says_why() {
    let setup = Setup::default()
        .http(|http| http.ready_check("mail", || async { Err("the server is away".to_owned()) }).build());
    let server = Server::start(setup).await;
    server.storage.faults().fail_next(1);
    let (status, body) = answer(server.request(reqwest::Method::GET, "/ready")).await;
    assert_eq!((status, &body["status"]), (503, &json!("unready")));
    assert_eq!(body["reasons"][0]["service"], "storage");
    assert_eq!(body["reasons"][1], json!({ "service": "mail", "reason": "the server is away" }));
    assert_eq!(answer(server.request(reqwest::Method::GET, "/health")).await.0, 200);
}

#[tokio::test]
async fn a_host_that_has_shut_down_is_not_ready() {
    let server = server().await;
    server.runtime.shutdown().await;
    let (status, body) = answer(server.request(reqwest::Method::GET, "/ready")).await;
    assert_eq!((status, &body["reasons"][0]["service"]), (503, &json!("runtime")));
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 503);
}

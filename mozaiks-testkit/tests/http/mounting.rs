//! Mounting the router, or single routes of it, in an application.

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::routing::get;
use mozaiks_core::Identity;
use serde_json::json;

use crate::support::{Server, Setup, answer, assert_error};

#[tokio::test]
async fn the_router_nests_anywhere() {
    let setup = Setup::default().http(|http| {
        axum::Router::new().route("/", get(|| async { "the application" })).nest("/mozaiks", http.build())
    });
    let server = Server::start(setup).await;
    assert_eq!(server.get("/").send().await.unwrap().text().await.unwrap(), "the application");
    assert_eq!(
        answer(server.post("/mozaiks/api/execute/lab/echo").json(&json!({ "text": "x" }))).await.0,
        200
    );
    assert_error(&answer(server.get("/mozaiks/nowhere")).await, 404, "NOT_FOUND");
    assert_error(&answer(server.get("/mozaiks/api/execute/lab")).await, 405, "METHOD_NOT_ALLOWED");
    assert!(server.open("/mozaiks/ws?access_token=user-alice", &[]).await.is_ok());
}

#[tokio::test]
async fn the_router_nests_below_what_looks_like_itself() {
    for base in ["/api/execute", "/of/{tenant}/{plugin}", "/api"] {
        let setup = Setup::default().http(move |http| axum::Router::new().nest(base, http.build()));
        let server = Server::start(setup).await;
        let base = base.replace(['{', '}'], "");
        for path in ["/api/execute/lab/echo", "/api/execute/%6cab/echo"] {
            let reply = answer(server.post(&format!("{base}{path}")).json(&json!({ "text": "x" }))).await;
            assert_eq!(reply.0, 200, "{base}{path}: {}", reply.1);
        }
        assert_error(
            &answer(server.get(&format!("{base}/api/execute/lab"))).await,
            405,
            "METHOD_NOT_ALLOWED",
        );
        assert_error(&answer(server.get(&format!("{base}/api/execute/lab/"))).await, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_single_route_can_be_mounted_alone() {
    let setup = Setup::default().http(|http| {
        let http = http.finish();
        axum::Router::new()
            .route("/do/{plugin}/{action}", http.execute_route())
            .route("/call", http.plugin_api_route())
    });
    let server = Server::start(setup).await;
    assert_eq!(answer(server.post("/do/lab/echo").json(&json!({ "text": "x" }))).await.0, 200);
    let body = json!({ "plugin_id": "lab", "method": "echo", "params": { "text": "x" } });
    let response = server.post("/call").json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("x-request-id"));
    assert_error(
        &answer(server.request(reqwest::Method::POST, "/do/lab/echo")).await,
        401,
        "UNAUTHENTICATED",
    );
}

#[tokio::test]
async fn a_layer_of_the_host_s_says_who_calls() {
    async fn by_cookie(mut request: Request, next: Next) -> axum::response::Response {
        if request.headers().get("cookie").is_some_and(|cookie| cookie == "session=carol") {
            let carol = Identity::new("bank", "carol").unwrap();
            request.extensions_mut().insert(carol);
        }
        next.run(request).await
    }
    let setup = Setup::default().http(|http| http.build().layer(middleware::from_fn(by_cookie)));
    let server = Server::start(setup).await;
    let whoami = server.request(reqwest::Method::POST, "/api/execute/lab/whoami");
    let reply = answer(whoami.header("cookie", "session=carol").json(&json!({}))).await;
    assert_eq!(reply.1, json!({ "app": "bank", "user": "carol", "roles": [] }));
    let whoami = server.request(reqwest::Method::POST, "/api/execute/lab/whoami");
    assert_eq!(answer(whoami.json(&json!({}))).await.0, 401);
}

#[tokio::test]
async fn pages_of_other_origins_may_call_where_that_is_configured() {
    let origin = "https://app.example";
    let setup = Setup::default().http(move |http| {
        let origins: [axum::http::HeaderValue; 1] = [origin.parse().unwrap()];
        http.cors_origins(origins).build()
    });
    let server = Server::start(setup).await;
    let response = server.get("/health").header("origin", origin).send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], origin);
    let response = server.get("/health").header("origin", "https://evil.example").send().await.unwrap();
    assert!(response.headers().get("access-control-allow-origin").is_none());
    let asked = server
        .request(reqwest::Method::OPTIONS, "/api/execute/lab/echo")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let response = asked.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["access-control-allow-methods"], "GET,POST,DELETE");
    let plain = crate::support::server().await;
    let response = plain.get("/health").header("origin", origin).send().await.unwrap();
    assert!(response.headers().get("access-control-allow-origin").is_none());
}

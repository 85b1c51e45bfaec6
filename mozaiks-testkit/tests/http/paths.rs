//! What is said of paths that lead nowhere, and of methods that a path does not take.

use reqwest::Method;

use crate::support::{answer, assert_error, server};

#[tokio::test]
async fn an_unknown_path_is_404_without_a_token() {
    let server = server().await;
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/execute",
        "/api/execute/",
        "/api/execute/a/b/c",
        "/wsx",
        "/api/navigatio",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert_error(&answer(server.request(method, path)).await, 404, "NOT_FOUND");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_without_a_token_and_says_which_are_right() {
    let server = server().await;
    for (method, path, allowed) in [
        (Method::GET, "/api/execute/lab", "POST"),
        (Method::PUT, "/api/execute/lab/echo", "POST"),
        (Method::GET, "/api/plugin-api", "POST"),
        (Method::POST, "/api/plugins", "GET,HEAD"),
        (Method::DELETE, "/api/plugin-settings/lab", "GET,HEAD,POST"),
        (Method::GET, "/api/notifications/mark-all-read", "POST"),
        (Method::GET, "/api/notifications/1", "DELETE"),
        (Method::POST, "/health", "GET,HEAD"),
        (Method::POST, "/ws", "GET,HEAD"),
    ] {
        let response = server.request(method.clone(), path).send().await.unwrap();
        assert_eq!(response.headers()["allow"], allowed, "{method} {path}");
        assert_error(&crate::support::body_of(response).await, 405, "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn every_reply_has_a_request_id_and_takes_a_sane_one_of_the_client() {
    let server = server().await;
    let ids = [server.get("/health"), server.get("/nowhere"), server.get("/api/plugins")];
    let mut seen = std::collections::BTreeSet::new();
    for request in ids {
        let response = request.send().await.unwrap();
        seen.insert(response.headers()["x-request-id"].to_str().unwrap().to_owned());
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
    let response = server.get("/health").header("x-request-id", "abc-1.2:3").send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "abc-1.2:3");
    for insane in ["a b", "", &"x".repeat(129), "<script>"] {
        let response = server.get("/health").header("x-request-id", insane).send().await.unwrap();
        assert_ne!(response.headers()["x-request-id"], insane);
    }
}

#[tokio::test]
async fn a_large_reply_is_compressed_for_who_asks() {
    let server = server().await;
    let call = |bytes: u32| server.post("/api/execute/lab/huge").json(&serde_json::json!({ "bytes": bytes }));
    let plain = call(5000).send().await.unwrap();
    assert!(plain.headers().get("content-encoding").is_none());
    let packed = call(5000).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    assert!(packed.bytes().await.unwrap().len() < 1000);
    let small = call(50).header("accept-encoding", "gzip").send().await.unwrap();
    assert!(small.headers().get("content-encoding").is_none());
}

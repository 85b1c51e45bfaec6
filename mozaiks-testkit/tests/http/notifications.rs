//! `/api/notifications`.

use serde_json::{Value, json};

use crate::support::{Server, answer, assert_error, server};

async fn told(texts: &[&str]) -> Server {
    let server = server().await;
    for text in texts {
        assert_eq!(server.call("tell", json!({ "text": text })).await.0, 200);
    }
    server
}

async fn messages(server: &Server, query: &str) -> Vec<Value> {
    let (status, body) = answer(server.get(&format!("/api/notifications{query}"))).await;
    assert_eq!(status, 200, "{body}");
    body["notifications"].as_array().unwrap().iter().map(|one| one["message"].clone()).collect()
}

#[tokio::test]
async fn they_are_listed_the_newest_first() {
    let server = told(&["one", "two", "three"]).await;
    let (_, body) = answer(server.get("/api/notifications")).await;
    assert_eq!((&body["count"], &body["total"], &body["unread_count"]), (&json!(3), &json!(3), &json!(3)));
    let newest = &body["notifications"][0];
    assert_eq!((&newest["type"], &newest["title"]), (&json!("lab_done"), &json!("Done")));
    assert_eq!((&newest["message"], &newest["read"]), (&json!("three"), &json!(false)));
    assert_eq!((&newest["plugin"], &newest["metadata"]), (&json!("lab"), &json!({})));
    assert_eq!(newest["created_at"], "2025-01-01T00:00:00Z");
    assert!(newest["id"].is_string());
    assert_eq!(messages(&server, "?limit=1&offset=1").await, ["two"]);
    assert_eq!(messages(&server, "?limit=0").await, [""; 0]);
    assert_eq!(messages(&server, "?limit=100000&offset=0&unknown=1").await.len(), 3);
    assert_eq!(messages(&server, "?offset=99999999999999999999999").await, [""; 0]);
    let bob = server.request(reqwest::Method::GET, "/api/notifications").bearer_auth("user-bob");
    assert_eq!(answer(bob).await.1["total"], 0);
}

#[tokio::test]
async fn numbers_that_are_none_are_mistakes_all_told_at_once() {
    let server = told(&[]).await;
    for query in
        ["limit=-1", "limit=1.5", "limit=x", "limit=", "offset=-1", "unread_only=maybe", "unread_only="]
    {
        let reply = answer(server.get(&format!("/api/notifications?{query}"))).await;
        assert_error(&reply, 400, "VALIDATION_ERROR");
    }
    let reply = answer(server.get("/api/notifications?limit=x&offset=y&unread_only=z")).await;
    assert_eq!(reply.1["details"]["fields"].as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn they_are_marked_counted_and_removed() {
    let server = told(&["one", "two"]).await;
    let (_, body) = answer(server.get("/api/notifications")).await;
    let id = body["notifications"][0]["id"].as_str().unwrap().to_owned();
    let post = |path: String| answer(server.post(&path));
    let count = || async { answer(server.get("/api/notifications/count")).await.1 };
    let (status, body) = post(format!("/api/notifications/{id}/read")).await;
    assert!(status == 200 && body["message"].is_string(), "{body}");
    assert_eq!(count().await, json!({ "unread_count": 1 }));
    for query in ["?unread_only=true", "?unread_only=1"] {
        assert_eq!(messages(&server, query).await, ["one"]);
    }
    for query in ["?unread_only=false", "?unread_only=0"] {
        assert_eq!(messages(&server, query).await.len(), 2);
    }
    assert_eq!(post(format!("/api/notifications/{id}/unread")).await.0, 200);
    assert_eq!(count().await, json!({ "unread_count": 2 }));
    assert_eq!(post("/api/notifications/mark-all-read".into()).await.0, 200);
    assert_eq!(count().await, json!({ "unread_count": 0 }));
    let delete = |token: &'static str| {
        let path = format!("/api/notifications/{id}");
        answer(server.request(reqwest::Method::DELETE, &path).bearer_auth(token))
    };
    assert_error(&delete("user-bob").await, 404, "NOT_FOUND");
    assert_eq!(delete("user-alice").await.0, 200);
    assert_error(&delete("user-alice").await, 404, "NOT_FOUND");
    assert_error(&post(format!("/api/notifications/{id}/read")).await, 404, "NOT_FOUND");
    assert_eq!(messages(&server, "").await, ["one"]);
}

#[tokio::test]
async fn what_keeps_them_may_be_away() {
    let server = told(&[]).await;
    server.notifications.faults().fail_next(1);
    let response = server.get("/api/notifications").send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    assert_error(&crate::support::body_of(response).await, 503, "UNAVAILABLE");
}

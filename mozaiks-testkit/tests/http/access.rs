//! Who is let in, and what is said of plugins to whom.

use serde_json::json;

use crate::support::{Server, Setup, answer, assert_error, key, server};

#[tokio::test]
async fn without_a_good_token_there_is_nothing_to_be_had() {
    let server = server().await;
    for (method, path) in [
        (reqwest::Method::POST, "/api/execute/lab/echo"),
        (reqwest::Method::POST, "/api/plugin-api"),
        (reqwest::Method::GET, "/api/plugins"),
        (reqwest::Method::GET, "/api/available-plugins"),
        (reqwest::Method::GET, "/api/plugins/lab/schema"),
        (reqwest::Method::GET, "/api/check-plugin-access/lab"),
        (reqwest::Method::GET, "/api/plugin-settings/lab"),
        (reqwest::Method::POST, "/api/plugin-settings/lab"),
        (reqwest::Method::GET, "/api/notifications"),
        (reqwest::Method::GET, "/api/notifications/count"),
        (reqwest::Method::POST, "/api/notifications/mark-all-read"),
        (reqwest::Method::POST, "/api/notifications/x/read"),
        (reqwest::Method::DELETE, "/api/notifications/x"),
    ] {
        for header in [
            None,
            Some("Bearer"),
            Some("Bearer "),
            Some("Bearer nobody"),
            Some("Basic user-alice"),
            Some("user-alice"),
        ] {
            let mut request = server.request(method.clone(), path);
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            assert_error(&crate::support::body_of(response).await, 401, "UNAUTHENTICATED");
        }
    }
    let twice = server.get("/api/plugins").header("authorization", "Bearer user-bob");
    assert_eq!(answer(twice).await.0, 401);
    let lower =
        server.request(reqwest::Method::GET, "/api/plugins").header("authorization", "bearer user-alice");
    assert_eq!(answer(lower).await.0, 200);
}

#[tokio::test]
async fn while_nobody_can_check_tokens_clients_are_to_come_back() {
    let server = server().await;
    let response =
        server.request(reqwest::Method::GET, "/api/plugins").bearer_auth("away").send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    assert_error(&crate::support::body_of(response).await, 503, "UNAVAILABLE");
}

#[tokio::test]
async fn plugins_are_listed_for_who_may_use_them() {
    let server = server().await;
    let lab = json!({
        "name": "lab", "id": "com.example.lab", "display_name": "The Lab",
        "description": "Does whatever a test asks of it.", "version": "1.2.3", "category": "productivity",
        "enabled": true,
        "actions": ["announce", "echo", "fail", "get_settings", "hang", "hold", "huge", "keep", "kept", "panic",
            "save_settings", "tell", "tell_the_unwritable", "trace", "wait", "whoami"],
    });
    for path in ["/api/plugins", "/api/available-plugins"] {
        let (status, body) = answer(server.get(path)).await;
        assert_eq!(status, 200);
        assert_eq!(body["plugins"][0], lab);
        assert_eq!(body["plugins"][1]["name"], "other");
        assert_eq!(body["plugins"][1]["category"], json!(null));
    }
    let server = Server::start(Setup { enforced: true, ..Setup::default() }).await;
    assert_eq!(answer(server.get("/api/plugins")).await.1, json!({ "plugins": [] }));
    server.install("alice", "other");
    let names = answer(server.get("/api/plugins")).await.1;
    assert_eq!(names["plugins"].as_array().unwrap().len(), 1);
    assert_eq!(names["plugins"][0]["name"], "other");
    server.installations.faults().fail_next(1);
    assert_error(&answer(server.get("/api/plugins")).await, 503, "UNAVAILABLE");
}

#[tokio::test]
async fn a_plugin_shows_its_schemas() {
    let server = server().await;
    let (status, body) = answer(server.get("/api/plugins/lab/schema")).await;
    assert_eq!((status, &body["plugin"], &body["version"]), (200, &json!("lab"), &json!("1.2.3")));
    let echo = &body["actions"]["echo"];
    assert_eq!(
        (&echo["kind"], &echo["description"]),
        (&json!("query"), &json!("Says back what it was told."))
    );
    assert_eq!(echo["input"]["properties"]["text"]["type"], "string");
    assert_eq!(body["actions"]["keep"]["kind"], "action");
    assert_eq!(body["settings"]["properties"]["size"]["maximum"], 100);
    assert_eq!(answer(server.get("/api/plugins/other/schema")).await.1["settings"], json!(null));
    assert_error(&answer(server.get("/api/plugins/nope/schema")).await, 404, "PLUGIN_NOT_FOUND");
}

#[tokio::test]
async fn access_is_told_with_its_reason() {
    let server = Server::start(Setup { enforced: true, ..Setup::default() }).await;
    let check = |plugin: &'static str| answer(server.get(&format!("/api/check-plugin-access/{plugin}")));
    let no = |reason: &str| (200, json!({ "plugin": "lab", "access": false, "reason": reason }));
    assert_eq!(check("lab").await, no("not_installed"));
    server.install("alice", "lab");
    assert_eq!(check("lab").await, (200, json!({ "plugin": "lab", "access": true })));
    server.plans.add("pro", ["lab"]);
    assert_eq!(check("lab").await, no("plan"));
    let mut copy = server.installations.of(&key("alice"), "lab").unwrap();
    copy.enabled = false;
    server.installations.set(&key("alice"), "lab", Some(copy));
    assert_eq!(check("lab").await, no("disabled"));
    assert_error(&check("nope").await, 404, "PLUGIN_NOT_FOUND");
}

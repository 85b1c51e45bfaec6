//! `POST /api/plugin-api`.

use serde_json::{Value, json};

use crate::support::{Server, Setup, answer, assert_error, server};

async fn call(server: &Server, body: Value) -> (u16, Value) {
    answer(server.post("/api/plugin-api").json(&body)).await
}

#[tokio::test]
async fn a_method_is_called_by_id_or_by_name() {
    let server = server().await;
    for plugin in ["com.example.lab", "lab"] {
        let body = json!({ "plugin_id": plugin, "method": "echo", "params": { "text": "hi" } });
        assert_eq!(call(&server, body).await, (200, json!({ "text": "hi" })));
    }
    // Nothing to say is nothing to send.
    assert_eq!(call(&server, json!({ "plugin_id": "lab", "method": "whoami" })).await.0, 200);
}

#[tokio::test]
async fn mistakes_are_told_in_their_order() {
    let server = server().await;
    let without = server.request(reqwest::Method::POST, "/api/plugin-api").body("no json");
    assert_error(&answer(without).await, 401, "UNAUTHENTICATED");
    for body in
        [json!({}), json!({ "plugin_id": "nope" }), json!({ "plugin_id": 5, "method": "x" }), json!([])]
    {
        assert_error(&call(&server, body).await, 400, "VALIDATION_ERROR");
    }
    assert_error(&answer(server.post("/api/plugin-api").body("no json")).await, 400, "VALIDATION_ERROR");
    let twice = r#"{"plugin_id": "lab", "method": "echo", "method": "keep", "params": {"text": "x"}}"#;
    assert_error(&answer(server.post("/api/plugin-api").body(twice)).await, 400, "VALIDATION_ERROR");
    let unknown = json!({ "plugin_id": "com.example.nope", "method": "nope", "params": 5 });
    assert_error(&call(&server, unknown).await, 404, "PLUGIN_NOT_FOUND");
    let method = call(&server, json!({ "plugin_id": "lab", "method": "nope", "params": {} })).await;
    assert_error(&method, 404, "UNKNOWN_ACTION");
    assert_eq!(method.1["error"], "Method not found");
    for params in [json!(5), json!([]), json!(null), json!({ "text": 5 })] {
        let body = json!({ "plugin_id": "lab", "method": "echo", "params": params });
        assert_error(&call(&server, body).await, 400, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn an_action_among_the_parameters_is_dropped() {
    let server = server().await;
    for action in [json!("keep"), json!(5), json!(null)] {
        let body =
            json!({ "plugin_id": "lab", "method": "echo", "params": { "text": "x", "action": action } });
        assert_eq!(call(&server, body).await.0, 200);
    }
}

#[tokio::test]
async fn the_parameters_are_a_body_by_themselves() {
    let server = server().await;
    let nested = |levels: usize| {
        let value = "[".repeat(levels - 1) + &"]".repeat(levels - 1);
        format!(r#"{{"plugin_id":"lab","method":"echo","params":{{"text":"x","more":{value}}}}}"#)
    };
    assert_eq!(answer(server.post("/api/plugin-api").body(nested(64))).await.0, 200);
    assert_error(&answer(server.post("/api/plugin-api").body(nested(65))).await, 400, "VALIDATION_ERROR");
    let twice = r#"{"plugin_id":"lab","method":"echo","params":{"text":"x","text":"y"}}"#;
    assert_error(&answer(server.post("/api/plugin-api").body(twice)).await, 400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn what_is_not_installed_is_forbidden_before_its_methods_are_looked_at() {
    let server = Server::start(Setup { enforced: true, ..Setup::default() }).await;
    let reply = call(&server, json!({ "plugin_id": "com.example.lab", "method": "nope" })).await;
    assert_error(&reply, 403, "FORBIDDEN");
    assert_eq!(reply.1["error"], "Plugin not installed");
    assert_eq!(reply.1["details"]["reason"], "not_installed");
}

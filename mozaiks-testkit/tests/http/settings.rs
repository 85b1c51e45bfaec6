//! `/api/plugin-settings/{plugin}`.

use serde_json::json;

use crate::support::{answer, assert_error, server};

const PATH: &str = "/api/plugin-settings/lab";

#[tokio::test]
async fn settings_go_both_ways_as_themselves() {
    let server = server().await;
    assert_eq!(answer(server.get(PATH)).await, (200, json!({ "size": 20 })));
    let saved = answer(server.post(PATH).json(&json!({ "size": 5, "user_id": "bob" }))).await;
    assert_eq!(saved, (200, json!({ "success": true, "message": "Settings saved" })));
    assert_eq!(answer(server.get(PATH)).await, (200, json!({ "size": 5 })));
    let bob = server.request(reqwest::Method::GET, PATH).bearer_auth("user-bob");
    assert_eq!(answer(bob).await.1, json!({ "size": 20 }));
    assert_eq!(answer(server.get("/api/plugin-settings/other")).await, (200, json!({})));
    assert_error(&answer(server.get("/api/plugin-settings/nope")).await, 404, "PLUGIN_NOT_FOUND");
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_saved() {
    let server = server().await;
    let reply = answer(server.post(PATH).json(&json!({ "size": 500, "colour": "red" }))).await;
    assert_error(&reply, 400, "VALIDATION_ERROR");
    assert_eq!(reply.1["success"], false);
    assert_eq!(reply.1["message"], "Settings validation failed");
    assert_eq!(reply.1["errors"], json!({ "size": "must be at most 100", "colour": "unknown setting" }));
    for body in ["null", "[]", "5", "\"x\"", ""] {
        let reply = answer(server.post(PATH).body(body)).await;
        assert_error(&reply, 400, "VALIDATION_ERROR");
        assert_eq!(reply.1["message"], "Invalid settings format", "{body}");
    }
    for body in ["{", "nope", r#"{"size": 1, "size": 2}"#, r#"{}, "settings": {}"#] {
        assert_error(&answer(server.post(PATH).body(body)).await, 400, "VALIDATION_ERROR");
    }
    assert_eq!(answer(server.get(PATH)).await.1, json!({ "size": 20 }));
}

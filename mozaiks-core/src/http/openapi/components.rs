//! What the description says once: the shapes of the host's own replies.

use serde_json::{Map, Value, json};

/// The host's own schemas.
pub(super) fn schemas() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let message = || object(&json!({ "message": text() }), &["message"]);
    let all = [
        (
            "Error",
            object(
                &json!({
                    "error": { "type": "string", "description": "What a person can read" },
                    "error_code": { "type": "string", "description": "What a program can act on: `NOT_FOUND`" },
                    "details": { "type": "object" },
                }),
                &["error", "error_code"],
            ),
        ),
        ("Message", message()),
        ("Health", object(&json!({ "status": { "const": "healthy" } }), &["status"])),
        (
            "Readiness",
            object(
                &json!({
                    "status": { "enum": ["ready", "unready"] },
                    "reasons": {
                        "type": "array",
                        "items": object(&json!({ "service": text(), "reason": text() }), &["service", "reason"]),
                    },
                }),
                &["status"],
            ),
        ),
        (
            "AppConfig",
            object(
                &json!({
                    "monetization_enabled": { "type": "boolean" },
                    "app_name": text(), "app_version": text(), "env": text(),
                }),
                &["monetization_enabled", "app_name", "app_version", "env"],
            ),
        ),
        (
            "Plugin",
            object(
                &json!({
                    "name": text(), "id": text(), "display_name": text(), "description": text(), "version": text(),
                    "category": { "type": ["string", "null"] },
                    "enabled": { "type": "boolean" },
                    "actions": { "type": "array", "items": text() },
                }),
                &["name", "id", "display_name", "description", "version", "category", "enabled", "actions"],
            ),
        ),
        (
            "Plugins",
            object(&json!({ "plugins": { "type": "array", "items": reference("Plugin") } }), &["plugins"]),
        ),
        (
            "PluginSchema",
            object(
                &json!({
                    "plugin": text(), "version": text(),
                    "actions": { "type": "object", "additionalProperties": object(
                        &json!({
                            "kind": { "enum": ["action", "query"] }, "description": text(),
                            "input": { "type": "object" }, "output": { "type": "object" },
                        }),
                        &["kind", "description", "input", "output"],
                    ) },
                    "settings": { "type": ["object", "null"] },
                }),
                &["plugin", "version", "actions", "settings"],
            ),
        ),
        (
            "PluginAccess",
            object(
                &json!({ "plugin": text(), "access": { "type": "boolean" }, "reason": text() }),
                &["plugin", "access"],
            ),
        ),
        (
            "PluginCall",
            object(
                &json!({
                    "plugin_id": { "type": "string", "description": "The id of a plugin, or its name" },
                    "method": text(), "params": { "type": "object" },
                }),
                &["plugin_id", "method"],
            ),
        ),
        ("Execution", object(&json!({ "action": { "type": "string", "minLength": 1 } }), &["action"])),
        (
            "SettingsSaved",
            object(&json!({ "success": { "const": true }, "message": text() }), &["success", "message"]),
        ),
        (
            "Notification",
            object(
                &json!({
                    "id": text(), "type": text(), "title": text(), "message": text(),
                    "metadata": { "type": "object" }, "read": { "type": "boolean" },
                    "created_at": { "type": "string", "format": "date-time" }, "plugin": text(),
                }),
                &["id", "type", "title", "read", "created_at"],
            ),
        ),
        (
            "Notifications",
            object(
                &json!({
                    "notifications": { "type": "array", "items": reference("Notification") },
                    "count": count(), "total": count(), "unread_count": count(),
                }),
                &["notifications", "count", "total", "unread_count"],
            ),
        ),
        ("UnreadCount", object(&json!({ "unread_count": count() }), &["unread_count"])),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// How a token is sent: as any, or where a browser can put one when it opens a WebSocket.
pub(super) fn security() -> Value {
    json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
        "subprotocol": { "type": "apiKey", "in": "header", "name": "Sec-WebSocket-Protocol" },
        "query": { "type": "apiKey", "in": "query", "name": "access_token" },
    })
}

/// The responses that many routes have.
pub(super) fn responses() -> Value {
    json!({ "Error": {
        "description": "What was wrong",
        "headers": {
            "Retry-After": { "description": "In how many seconds to try again", "schema": { "type": "integer" } },
        },
        "content": { "application/json": { "schema": reference("Error") } },
    } })
}

/// A reference to one of them.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

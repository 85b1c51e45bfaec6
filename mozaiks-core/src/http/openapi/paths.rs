//! The paths of the surface, each with what it takes and gives.

use serde_json::{Map, Value, json};

use super::components::reference;
use super::schemas::place;
use super::{PATH, Paths, Surface};

/// The paths of the host itself.
pub(super) fn of_host(surface: &Surface) -> Paths {
    let mut paths = Paths::new();
    let mut add = |path: &str, method: &str, operation: Value| {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.to_owned(), operation);
        }
    };
    add("/health", "get", open("health", "Whether the process answers", "Health"));
    let mut ready = open("ready", "Whether requests can be served", "Readiness");
    respond(&mut ready, "503", gives("Why not", &reference("Readiness")));
    add("/ready", "get", ready);
    add("/api/app-config", "get", open("app-config", "What a front end must know", "AppConfig"));
    if surface.shows.metrics {
        add("/metrics", "get", open_as("metrics", "Figures, as Prometheus reads them", "text/plain"));
    }
    if surface.shows.openapi {
        add(PATH, "get", open_as("openapi", "This description", "application/json"));
    }
    if surface.shows.docs {
        add("/api/docs", "get", open_as("docs", "A page to browse this description", "text/html"));
    }
    let anything = json!({ "type": "object" });
    let execute = operation("execute", "Executes the action that the body names", &anything);
    add("/api/execute/{plugin}", "post", with_body(with(execute, &["plugin"]), &reference("Execution")));
    let call = operation("plugin-api", "Calls a method of a plugin", &anything);
    add("/api/plugin-api", "post", with_body(call, &reference("PluginCall")));
    add(
        "/api/plugins",
        "get",
        operation("plugins", "The plugins that the user may use", &reference("Plugins")),
    );
    add(
        "/api/available-plugins",
        "get",
        operation("available-plugins", "As /api/plugins", &reference("Plugins")),
    );
    add(
        "/api/plugins/{plugin}/schema",
        "get",
        with(
            operation("plugin-schema", "What a plugin's actions take and give", &reference("PluginSchema")),
            &["plugin"],
        ),
    );
    add(
        "/api/check-plugin-access/{plugin}",
        "get",
        with(
            operation("check-plugin-access", "Whether the user may use a plugin", &reference("PluginAccess")),
            &["plugin"],
        ),
    );
    let settings = operation("get-plugin-settings", "The user's settings of a plugin", &anything);
    add("/api/plugin-settings/{plugin}", "get", with(settings, &["plugin"]));
    let save = operation("save-plugin-settings", "Saves them", &reference("SettingsSaved"));
    add("/api/plugin-settings/{plugin}", "post", with_body(with(save, &["plugin"]), &anything));
    of_notifications(&mut add);
    if surface.live {
        add("/ws", "get", live("live", &[]));
        add("/ws/notifications/{user_id}", "get", live("live-of-user", &["user_id"]));
    }
    paths
}

fn of_notifications(add: &mut impl FnMut(&str, &str, Value)) {
    let mut list =
        operation("notifications", "The user's notifications, the newest first", &reference("Notifications"));
    let query = |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    let whole = json!({ "type": "integer", "minimum": 0 });
    set(
        &mut list,
        "parameters",
        json!([
            query("unread_only", json!({ "enum": ["true", "false", "1", "0"] })),
            query("limit", whole.clone()),
            query("offset", whole),
        ]),
    );
    add("/api/notifications", "get", list);
    add(
        "/api/notifications/count",
        "get",
        operation("unread-count", "How many are unread", &reference("UnreadCount")),
    );
    add(
        "/api/notifications/mark-all-read",
        "post",
        operation("mark-all-read", "Marks all as read", &reference("Message")),
    );
    let one = |id: &str, summary: &str| with(operation(id, summary, &reference("Message")), &["id"]);
    add("/api/notifications/{id}", "delete", one("delete-notification", "Removes one"));
    add("/api/notifications/{id}/read", "post", one("mark-read", "Marks one as read"));
    add("/api/notifications/{id}/unread", "post", one("mark-unread", "Marks one as unread"));
}

/// The path of an action.
pub(super) fn of_action(
    plugin: &str,
    action: &str,
    spec: &Value,
    components: &mut Map<String, Value>,
) -> Value {
    let description = spec.get("description").and_then(Value::as_str).unwrap_or_default();
    let summary = description.lines().next().unwrap_or_default();
    let schema = |name: &str| spec.get(name).cloned().unwrap_or_else(|| json!({ "type": "object" }));
    let input = place(components, &format!("{plugin}.{action}.input"), &schema("input"));
    let output = place(components, &format!("{plugin}.{action}.output"), &schema("output"));
    let post = json!({
        "operationId": format!("{plugin}.{action}"),
        "tags": [plugin],
        "summary": summary,
        "description": description,
        "responses": { "200": gives("What the action replies", &output), "default": error() },
    });
    json!({ "post": with_body(post, &input) })
}

/// What needs a token and gives one of the host's own objects.
fn operation(id: &str, summary: &str, reply: &Value) -> Value {
    json!({
        "operationId": id,
        "tags": ["host"],
        "summary": summary,
        "responses": { "200": gives("Done", reply), "default": error() },
    })
}

/// What needs no token.
fn open(id: &str, summary: &str, reply: &str) -> Value {
    let mut operation = operation(id, summary, &reference(reply));
    set(&mut operation, "security", json!([]));
    operation
}

/// What needs no token and gives something of another kind.
fn open_as(id: &str, summary: &str, kind: &str) -> Value {
    json!({
        "operationId": id,
        "tags": ["host"],
        "summary": summary,
        "security": [],
        "responses": { "200": { "description": "Done", "content": { kind: {} } } },
    })
}

/// A live connection.
fn live(id: &str, path: &[&str]) -> Value {
    let operation = json!({
        "operationId": id,
        "tags": ["host"],
        "summary": "Opens a WebSocket on which the user's messages arrive",
        "description": "The token stands in the subprotocol `access_token.<token>` or in the query.",
        "security": [{ "subprotocol": [] }, { "query": [] }],
        "responses": { "101": { "description": "The WebSocket is open" }, "default": error() },
    });
    with(operation, path)
}

/// With these parameters of its path.
fn with(mut operation: Value, path: &[&str]) -> Value {
    let in_path = path
        .iter()
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let mut parameters: Vec<Value> = in_path.collect();
    parameters.extend(operation.get("parameters").and_then(Value::as_array).into_iter().flatten().cloned());
    set(&mut operation, "parameters", Value::Array(parameters));
    operation
}

/// With this body.
fn with_body(mut operation: Value, schema: &Value) -> Value {
    let body = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    set(&mut operation, "requestBody", body);
    operation
}

fn respond(operation: &mut Value, status: &str, response: Value) {
    if let Some(responses) = operation.get_mut("responses") {
        set(responses, status, response);
    }
}

fn gives(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn error() -> Value {
    json!({ "$ref": "#/components/responses/Error" })
}

/// Says one thing more of an object.
fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

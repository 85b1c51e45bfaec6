//! The description of the surface, and the page that shows it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Server, Setup, answer, server};

/// The schema of OpenAPI 3.1 documents, as the OpenAPI Initiative publishes it.
const OPENAPI: &str = include_str!("openapi-3.1.schema.json");

async fn document(server: &Server, path: &str) -> Value {
    let (status, document) = answer(server.request(reqwest::Method::GET, path)).await;
    assert_eq!(status, 200);
    document
}

fn all_references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|inner| all_references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| all_references(inner, found)),
        _ => {}
    }
}

#[tokio::test]
async fn it_is_valid() {
    let server = server().await;
    let document = document(&server, "/api/openapi.json").await;
    let schema: Value = serde_json::from_str(OPENAPI).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mistakes: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    // The schema of documents leaves the schemas in them to others.
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}: {schema}");
    }
    let mut references = BTreeSet::new();
    all_references(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{operation}");
    }
}

#[tokio::test]
async fn every_action_has_a_path() {
    let server = server().await;
    let document = document(&server, "/api/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let described = server.runtime.describe();
    for plugin in ["lab", "other"] {
        for action in described["plugins"][plugin]["actions"].as_object().unwrap().keys() {
            let post = &document["paths"][format!("/api/execute/{plugin}/{action}")]["post"];
            assert!(post["requestBody"].is_object(), "{plugin} {action}");
        }
    }
    let echo = &document["paths"]["/api/execute/lab/echo"]["post"];
    assert_eq!(echo["summary"], "Says back what it was told.");
    let input = &document["components"]["schemas"]["lab.echo.input"];
    assert_eq!(input["properties"]["text"]["type"], "string");
    assert_eq!(document["security"], json!([{ "bearer": [] }]));
}

/// Every path of the description leads somewhere, and every route of this surface is described.
#[tokio::test]
async fn the_routes_and_the_description_agree() {
    let server = server().await;
    let document = document(&server, "/api/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        for method in item.as_object().unwrap().keys() {
            let method = method.to_uppercase().parse().unwrap();
            let place = path.replace("{plugin}", "lab").replace("{id}", "x").replace("{user_id}", "alice");
            let response = server.request(method, &place).send().await.unwrap();
            let needs_token = item["get"]["security"] != json!([]);
            assert_eq!(response.status() == 401, needs_token, "{path}");
            assert!(![404, 405].contains(&response.status().as_u16()), "{path}: {}", response.status());
        }
    }
    let listed = [
        "/health",
        "/ready",
        "/metrics",
        "/api/openapi.json",
        "/api/docs",
        "/api/app-config",
        "/api/execute/{plugin}",
        "/api/plugin-api",
        "/api/plugins",
        "/api/available-plugins",
        "/api/plugins/{plugin}/schema",
        "/api/check-plugin-access/{plugin}",
        "/api/plugin-settings/{plugin}",
        "/api/notifications",
        "/api/notifications/count",
        "/api/notifications/{id}",
        "/api/notifications/{id}/read",
        "/api/notifications/{id}/unread",
        "/api/notifications/mark-all-read",
        "/ws",
        "/ws/notifications/{user_id}",
    ];
    for path in listed {
        assert!(paths.contains_key(path), "{path}");
    }
    assert_eq!(paths.keys().filter(|path| !path.starts_with("/api/execute/")).count(), listed.len() - 1);
}

#[tokio::test]
async fn where_the_router_is_nested_the_description_says_so() {
    let setup = Setup::default().http(|http| axum::Router::new().nest("/a/b", http.build()));
    let server = Server::start(setup).await;
    assert_eq!(document(&server, "/a/b/api/openapi.json").await["servers"], json!([{ "url": "/a/b" }]));
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let setup = Setup::default().http(|http| http.without_metrics().without_docs().build());
    let server = Server::start(setup).await;
    for path in ["/metrics", "/api/docs", "/api/docs/start.js"] {
        assert_eq!(answer(server.get(path)).await.0, 404);
    }
    let described = document(&server, "/api/openapi.json").await;
    assert!(!described["paths"].as_object().unwrap().contains_key("/metrics"));
    let setup = Setup::default().http(|http| http.without_openapi().build());
    let server = Server::start(setup).await;
    assert_eq!(answer(server.get("/api/openapi.json")).await.0, 404);
    assert_eq!(answer(server.get("/api/docs")).await.0, 404);
}

#[tokio::test]
async fn the_page_asks_for_nothing_from_elsewhere() {
    let server = server().await;
    let get = |path: &str| server.request(reqwest::Method::GET, path);
    let page = get("/api/docs").send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(!page.contains("http") && !page.contains("<script>"), "{page}");
    let parts = page.split('"').filter(|text| text.starts_with("docs/"));
    let mut count = 0;
    for part in parts {
        count += 1;
        let plain = get(&format!("/api/{part}")).send().await.unwrap();
        assert_eq!(plain.status(), 200, "{part}");
        assert!(plain.headers().get("content-encoding").is_none());
        assert!(plain.text().await.unwrap().len() > 100);
        let packed = get(&format!("/api/{part}")).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(packed.headers().contains_key("content-encoding"), part.contains("swagger"));
    }
    assert_eq!(count, 3);
    assert_eq!(answer(get("/api/docs/nothing.js")).await.0, 404);
}

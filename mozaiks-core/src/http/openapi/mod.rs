//! The description of the surface, and a page to browse it.

mod components;
mod docs;
mod paths;
mod schemas;

use axum::extract::OriginalUri;
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::envelope::Asked;
use super::error::json_bytes;
use super::options::AppConfig;
use super::response::Response;
use super::shared::Shows;
use crate::error::Result;

pub(super) use docs::{page, part};

/// Where the description lies.
pub(super) const PATH: &str = "/api/openapi.json";

/// What of the surface there is.
pub(super) struct Surface {
    pub live: bool,
    pub shows: Shows,
}

/// The description of the surface, made once.
pub(super) struct OpenApi {
    document: Value,
    bytes: Bytes,
}

impl OpenApi {
    /// That of the plugins that a runtime [describes](crate::Runtime::describe), and of the routes that there are.
    pub fn new(app: &AppConfig, described: &Value, surface: &Surface) -> Self {
        let mut components = components::schemas();
        let mut all = paths::of_host(surface);
        let mut tags = vec![json!({ "name": "host", "description": "The host itself" })];
        for (plugin, about) in described.get("plugins").and_then(Value::as_object).into_iter().flatten() {
            let description = about.pointer("/manifest/description").cloned().unwrap_or_default();
            tags.push(json!({ "name": plugin, "description": description }));
            for (action, spec) in about.get("actions").and_then(Value::as_object).into_iter().flatten() {
                let path = format!("/api/execute/{plugin}/{action}");
                all.insert(path, paths::of_action(plugin, action, spec, &mut components));
            }
        }
        let document = json!({
            "openapi": "3.1.0",
            "info": { "title": app.app_name, "version": app.app_version },
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "security": [{ "bearer": [] }],
            "tags": tags,
            "paths": all,
            "components": {
                "schemas": components,
                "responses": components::responses(),
                "securitySchemes": components::security(),
            },
        });
        let bytes = Bytes::from(document.to_string());
        Self { document, bytes }
    }

    /// As it is where the router is nested at `prefix`.
    fn at(&self, prefix: &str) -> Bytes {
        if prefix.is_empty() {
            return self.bytes.clone();
        }
        let mut document = self.document.clone();
        if let Some(document) = document.as_object_mut() {
            document.insert("servers".to_owned(), json!([{ "url": prefix }]));
        }
        Bytes::from(document.to_string())
    }
}

/// `GET /api/openapi.json`.
pub(super) async fn describe(asked: Asked) -> Result<Response> {
    let Some(openapi) = &asked.shared.openapi else { return Err(super::error::no_such_path()) };
    let whole = asked.parts.extensions.get::<OriginalUri>().map_or("", |OriginalUri(uri)| uri.path());
    Ok(json_bytes(StatusCode::OK, openapi.at(whole.strip_suffix(PATH).unwrap_or_default())))
}

/// The paths, in order of their names.
type Paths = Map<String, Value>;

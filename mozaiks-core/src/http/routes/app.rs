//! What anybody may ask: is it up, can it serve, what is it called.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json as value;

use crate::error::Result;
use crate::http::envelope::Asked;
use crate::http::error::{json, json_bytes};
use crate::http::response::Response;
use crate::http::shared::Shared;

/// That the process answers.
pub(in crate::http) async fn health(_: Asked) -> Result<Response> {
    json(&value!({ "status": "healthy" }))
}

/// What a front end must know of the application.
pub(in crate::http) async fn config(asked: Asked) -> Result<Response> {
    json(&asked.shared.app)
}

/// A service that is away, and why.
#[derive(Serialize)]
struct Away {
    service: String,
    reason: String,
}

/// Whether requests can be served.
pub(in crate::http) async fn ready(asked: Asked) -> Result<Response> {
    let reasons = away(&asked.shared).await;
    if reasons.is_empty() {
        return json(&value!({ "status": "ready" }));
    }
    let body = serde_json::to_vec(&value!({ "status": "unready", "reasons": reasons }))?;
    Ok(json_bytes(StatusCode::SERVICE_UNAVAILABLE, body))
}

async fn away(shared: &Shared) -> Vec<Away> {
    let runtime = &shared.runtime;
    let mut all = Vec::new();
    let mut note = |service: &str, outcome: Result<(), String>| {
        if let Err(reason) = outcome {
            tracing::warn!(service, reason, "the host is not ready");
            all.push(Away { service: service.to_owned(), reason });
        }
    };
    note("runtime", runtime.is_ready().await.map_err(|error| error.message().to_owned()));
    let ping = runtime.quickly(runtime.services().storage.ping()).await;
    note("storage", ping.and_then(|pinged| pinged.map_err(|error| error.to_string())));
    if let Some(authenticator) = &shared.authenticator {
        note("authentication", authenticator.ready());
    }
    for (service, check) in &shared.checks {
        note(service, runtime.quickly(check()).await.and_then(|outcome| outcome));
    }
    all
}

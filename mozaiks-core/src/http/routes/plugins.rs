//! What is known of plugins, and who may use them.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorCode, Result};
use crate::http::envelope::Asked;
use crate::http::error::{json, json_bytes};
use crate::http::response::Response;

/// The plugins that the user may use.
pub(in crate::http) async fn list(asked: Asked) -> Result<Response> {
    #[derive(Serialize)]
    struct List<'l> {
        plugins: Vec<&'l RawValue>,
    }
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let cards = shared.plugins.iter();
    let access = join_all(cards.map(|card| shared.runtime.access(&caller.identity, &card.name))).await;
    let mut plugins = Vec::new();
    for (card, access) in shared.plugins.iter().zip(access) {
        match access {
            Ok(()) => plugins.push(&*card.entry),
            Err(error) if is_refusal(&error) => {}
            Err(error) => return Err(error),
        }
    }
    json(&List { plugins })
}

/// The schemas of a plugin.
pub(in crate::http) async fn schema(mut asked: Asked) -> Result<Response> {
    let plugin = asked.path("plugin").await;
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    shared.runtime.access(&caller.identity, &plugin).await?;
    match shared.plugins.get(&plugin) {
        Some(card) => Ok(json_bytes(StatusCode::OK, card.schema.get().to_owned())),
        None => Err(Error::new(ErrorCode::PluginNotFound, "Unknown plugin")),
    }
}

/// Whether the user may use a plugin, and why not.
pub(in crate::http) async fn access(mut asked: Asked) -> Result<Response> {
    #[derive(Serialize)]
    struct Answer<'a> {
        plugin: &'a str,
        access: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
    }
    let plugin = asked.path("plugin").await;
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let refusal = match shared.runtime.access(&caller.identity, &plugin).await {
        Ok(()) => return json(&Answer { plugin: &plugin, access: true, reason: None }),
        Err(error) if is_refusal(&error) && shared.plugins.get(&plugin).is_some() => error,
        Err(error) => return Err(error),
    };
    let reason = refusal.details().and_then(|details| details.get("reason")?.as_str());
    json(&Answer { plugin: &plugin, access: false, reason: Some(reason.unwrap_or("disabled")) })
}

/// True where the user may not, rather than where nobody can tell.
fn is_refusal(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::Forbidden | ErrorCode::PluginNotFound)
}

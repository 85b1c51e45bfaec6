//! `POST /api/execute/{plugin}` and `POST /api/execute/{plugin}/{action}`.

use axum::RequestPartsExt;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::response::Response;

use crate::error::{Error, ErrorCode, Result};
use crate::http::body;
use crate::http::envelope::Asked;
use crate::http::error::reply_response;
use crate::runtime::Call;

/// Executes an action. What is wrong with the body is said after what is wrong with the plugin.
pub(in crate::http) async fn execute(mut asked: Asked) -> Result<Response> {
    let body = std::mem::replace(&mut asked.body, Body::empty());
    let path = asked.parts.extract::<RawPathParams>().await.ok();
    let parameter = |name: &str| path.as_ref()?.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let Some(plugin) = parameter("plugin") else {
        return Err(Error::new(ErrorCode::PluginNotFound, "Unknown plugin"));
    };
    let body = match body::read(shared, &asked.parts.headers, body).await {
        Ok(body) => body,
        Err(error) => {
            return Err(shared.refused(&caller, plugin, error).await);
        }
    };
    let mut call = Call::new(plugin, &body).traceparent(asked.traceparent());
    if let Some(action) = parameter("action") {
        call = call.action(action);
    }
    Ok(reply_response(shared.call(&caller, call).await))
}

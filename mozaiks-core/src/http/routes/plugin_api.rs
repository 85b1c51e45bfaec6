//! `POST /api/plugin-api`: one path for all plugins, by their reverse DNS ids.

use crate::error::{Error, ErrorCode, Result};
use crate::http::body;
use crate::http::envelope::Asked;
use crate::http::error::{error_response, reply_response};
use crate::http::headers::CallHead;
use crate::http::response::Response;
use crate::plugin::{MAX_BODY_DEPTH, Request};
use crate::runtime::Call;

/// Calls a method: `{"plugin_id", "method", "params"}`.
pub(in crate::http) async fn call(mut asked: Asked) -> Result<Response> {
    let body = std::mem::take(&mut asked.body);
    let shared = &*asked.shared;
    let head = CallHead::of(&asked.parts.headers);
    let mut caller = shared.let_in(&asked.parts, head.token).await?;
    let body = body::read(shared, &mut caller, head.content, body).await?;
    // The parameters are a body by themselves: they may be as deep as one.
    let request = Request::parse_within(&body, &caller.identity, MAX_BODY_DEPTH + 1)?;
    let id = text(&request, "plugin_id")?;
    let method = text(&request, "method")?;
    let plugin = shared.plugins.name_of(&id).unwrap_or(&id);
    let params = request.field("params").unwrap_or("{}");
    let call = Call::new(plugin, params.as_bytes()).method(&method).traceparent(head.traceparent);
    let reply = shared.call(&caller, &call).await;
    if reply.error().is_some_and(|error| error.code() == ErrorCode::UnknownAction) && reply.ran().is_none() {
        return Ok(error_response(&Error::new(ErrorCode::UnknownAction, "Method not found")));
    }
    Ok(reply_response(reply))
}

/// A field that must be a text with something in it.
fn text(request: &Request<'_>, name: &str) -> Result<String> {
    let text = request.field(name).and_then(|json| serde_json::from_str::<String>(json).ok());
    text.filter(|text| !text.is_empty()).ok_or_else(|| Error::validation(name, "expected a non-empty string"))
}

//! The settings of a plugin: the object itself, both ways.

use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::http::body;
use crate::http::envelope::Asked;
use crate::http::error::{json_bytes, reply_response};
use crate::http::headers::CallHead;
use crate::http::response::Response;
use crate::plugin::Request;
use crate::runtime::Call;

/// The user's settings, over the defaults.
pub(in crate::http) async fn get(mut asked: Asked) -> Result<Response> {
    #[derive(Deserialize)]
    struct Wrapped<'s> {
        #[serde(borrow)]
        settings: &'s RawValue,
    }
    let plugin = asked.path("plugin").await;
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let call = Call::new(&plugin, b"{}").action("get_settings").traceparent(asked.traceparent());
    let reply = shared.call(&caller, &call).await;
    if !reply.is_ok() {
        return Ok(reply_response(reply));
    }
    let settings =
        serde_json::from_slice::<Wrapped<'_>>(reply.body()).map(|wrapped| wrapped.settings.get().to_owned());
    match settings {
        Ok(settings) => Ok(json_bytes(StatusCode::OK, settings)),
        // The author's own method replies as it likes.
        Err(_) => Ok(reply_response(reply)),
    }
}

/// Saves the user's settings.
pub(in crate::http) async fn save(mut asked: Asked) -> Result<Response> {
    let plugin = asked.path("plugin").await;
    let body = std::mem::take(&mut asked.body);
    let shared = &*asked.shared;
    let head = CallHead::of(&asked.parts.headers);
    let mut caller = shared.let_in(&asked.parts, head.token).await?;
    let body = body::read(shared, &mut caller, head.content, body).await.and_then(|body| {
        match Request::parse(&body, &caller.identity) {
            Ok(_) => Ok(wrapped(&body)),
            // What is no object is the plugin's to refuse, in the words for settings.
            Err(_) if is_no_object(&body) => Ok(wrapped(&body)),
            Err(error) => Err(error),
        }
    });
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            return Err(shared.refused(&caller, &plugin, error).await);
        }
    };
    let call = Call::new(&plugin, &body).action("save_settings").traceparent(asked.traceparent());
    Ok(reply_response(shared.call(&caller, &call).await))
}

/// `{"settings": ...}`, or `{}` of nothing.
fn wrapped(settings: &[u8]) -> Vec<u8> {
    if settings.is_empty() {
        return b"{}".to_vec();
    }
    [br#"{"settings":"#, settings, b"}"].concat()
}

/// True for JSON that is no object, and for nothing at all.
fn is_no_object(body: &[u8]) -> bool {
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    body.is_empty() || begins != Some(&b'{') && serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

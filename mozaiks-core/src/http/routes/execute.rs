//! `POST /api/execute/{plugin}` and `POST /api/execute/{plugin}/{action}`.

use std::borrow::Cow;

use axum::RequestPartsExt;
use axum::extract::RawPathParams;
use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;

use crate::error::{Error, ErrorCode, Result};
use crate::http::body::{self, RequestBody};
use crate::http::envelope::Asked;
use crate::http::error::{error_response, no_such_path, reply_response, wrong_method};
use crate::http::headers::CallHead;
use crate::http::response::Response;
use crate::http::shared::Shared;
use crate::runtime::Call;

/// What all paths begin with that execute something.
const PREFIX: &str = "/api/execute/";

/// The path that leads to all of them. Two paths with a parameter for each name would have the router make a table of
/// them for each call, which costs more than to read them here.
pub(super) const PATH: &str = "/api/execute/{*call}";

/// What is to be executed. A name that is no UTF-8 is one that nothing has.
struct Named<'p> {
    plugin: Option<Cow<'p, str>>,
    action: Option<Cow<'p, str>>,
}

/// Executes an action at one of the paths behind [`PATH`], whatever the method: of those that lead nowhere none is
/// right, so that the router cannot say which is.
pub(super) async fn at_path(asked: Asked) -> Result<Response> {
    if asked.parts.method != Method::POST && in_path(asked.parts.uri.path()).is_some() {
        let mut response = error_response(&wrong_method());
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Ok(response);
    }
    let Asked { shared, parts, body } = asked;
    execute(&shared, &parts, body).await
}

/// Executes the action that a `POST` is for.
pub(in crate::http) async fn execute(
    shared: &Shared,
    parts: &Parts,
    body: impl RequestBody,
) -> Result<Response> {
    let named = in_path(parts.uri.path()).ok_or_else(no_such_path)?;
    run(shared, parts, named, body).await
}

/// Whether a path is among those of calls: a name or two stand behind it, or nothing is there.
pub(in crate::http) fn is_call(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// Executes an action at a path of the host's own, with the parameters `plugin` and maybe `action`.
pub(super) async fn at_own_path(mut asked: Asked) -> Result<Response> {
    let body = std::mem::take(&mut asked.body);
    let path = asked.parts.extract::<RawPathParams>().await.ok();
    let parameter = |name: &str| {
        let found = path.as_ref()?.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| Cow::Borrowed(value))
    };
    let named = Named { plugin: parameter("plugin"), action: parameter("action") };
    run(&asked.shared, &asked.parts, named, body).await
}

/// The names in a path: one or two, and nothing else.
fn in_path<'p>(path: &'p str) -> Option<Named<'p>> {
    let names = path.strip_prefix(PREFIX)?;
    let (mut slash, mut is_encoded) = (None, false);
    for (at, byte) in names.bytes().enumerate() {
        match byte {
            b'/' if slash.is_some() => return None,
            b'/' => slash = Some(at),
            b'%' => is_encoded = true,
            _ => {}
        }
    }
    let (plugin, action) = match slash {
        Some(at) => (names.get(..at)?, Some(names.get(at + 1..)?)),
        None => (names, None),
    };
    if plugin.is_empty() || action.is_some_and(str::is_empty) {
        return None;
    }
    let decoded = |name: &'p str| match is_encoded {
        true => percent_decode_str(name).decode_utf8().ok(),
        false => Some(Cow::Borrowed(name)),
    };
    Some(match action.map(decoded) {
        None => Named { plugin: decoded(plugin), action: None },
        Some(Some(action)) => Named { plugin: decoded(plugin), action: Some(action) },
        Some(None) => Named { plugin: None, action: None },
    })
}

/// Executes an action. What is wrong with the body is said after what is wrong with the plugin.
async fn run(shared: &Shared, parts: &Parts, named: Named<'_>, body: impl RequestBody) -> Result<Response> {
    let head = CallHead::of(&parts.headers);
    let mut caller = shared.let_in(parts, head.token).await?;
    let Some(plugin) = named.plugin else {
        return Err(Error::new(ErrorCode::PluginNotFound, "Unknown plugin"));
    };
    let body = match body::read(shared, &mut caller, head.content, body).await {
        Ok(body) => body,
        Err(error) => {
            return Err(shared.refused(&caller, &plugin, error).await);
        }
    };
    let mut call = Call::new(&plugin, &body).traceparent(head.traceparent);
    if let Some(action) = &named.action {
        call = call.action(action);
    }
    Ok(reply_response(shared.call(&caller, &call).await))
}

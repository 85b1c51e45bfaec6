//! From an error to a response: always the same object, whoever found it.

use std::time::Duration;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use serde::Serialize;

use super::response::{Content, Response};
use crate::error::{Error, ErrorCode};
use crate::runtime::Reply;

/// How long a client is to wait where nobody said it.
const USUAL_RETRY: Duration = Duration::from_secs(1);

/// A response of bytes that are JSON.
pub(super) fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Content::Json(body.into()));
    *response.status_mut() = status;
    response
}

/// A response of something that is written as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Response, Error> {
    Ok(json_bytes(StatusCode::OK, serde_json::to_vec(value)?))
}

/// The response of an error.
pub(super) fn error_response(error: &Error) -> Response {
    // An error is an object of texts and JSON values: writing it cannot fail.
    of_error(error, serde_json::to_vec(error).unwrap_or_default())
}

/// The response of a call.
pub(super) fn reply_response(reply: Reply) -> Response {
    if reply.is_ok() {
        return json_bytes(StatusCode::OK, reply.into_body());
    }
    let body = reply.body().to_vec();
    match reply.error() {
        Some(error) => of_error(error, body),
        None => json_bytes(StatusCode::OK, body),
    }
}

fn of_error(error: &Error, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_bytes(status, body);
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let may_retry = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    if may_retry || error.retry_after().is_some() {
        headers.insert(RETRY_AFTER, seconds(error.retry_after().unwrap_or(USUAL_RETRY)).into());
    }
    response
}

/// Whole seconds, at least one: who comes back sooner is refused again.
fn seconds(wait: Duration) -> u64 {
    let started = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(started).max(1)
}

/// `404` of a path that leads nowhere.
pub(super) fn no_such_path() -> Error {
    Error::new(ErrorCode::NotFound, "There is nothing at this path")
}

/// `405` of a path that is there for another method.
pub(super) fn wrong_method() -> Error {
    Error::new(ErrorCode::MethodNotAllowed, "The path does not take this method")
}

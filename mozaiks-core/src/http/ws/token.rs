//! The token of a live connection: browsers cannot send headers with one, so it stands in the subprotocol or the query.

use axum::http::HeaderValue;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::http::request::Parts;

use crate::http::headers::bearer;
use crate::http::query::pairs;

/// What the subprotocol begins with.
const PROTOCOL: &str = "access_token.";

/// The token, and what is to be said back of it.
#[derive(Default)]
pub(super) struct Token {
    pub text: Option<String>,
    /// The subprotocol in which it stood.
    pub protocol: Option<HeaderValue>,
}

/// The token of a request: in a subprotocol, else in the query, else where all others have it.
pub(super) fn of(parts: &Parts) -> Token {
    let offered =
        parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let mut offered = offered.flat_map(|value| value.split(',').map(str::trim));
    if let Some(protocol) = offered.find(|protocol| protocol.starts_with(PROTOCOL)) {
        return Token {
            text: protocol.strip_prefix(PROTOCOL).map(str::to_owned),
            protocol: HeaderValue::from_str(protocol).ok(),
        };
    }
    let in_query = pairs(parts.uri.query()).find(|(name, _)| name == "access_token");
    let text = in_query.map(|(_, token)| token.into_owned());
    Token { text: text.or_else(|| bearer(&parts.headers).map(str::to_owned)), protocol: None }
}

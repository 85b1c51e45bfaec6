//! `/ws` and `/ws/notifications/{user_id}`: from a request to a live connection.

mod connection;
mod token;

use axum::extract::Request;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use super::envelope::Asked;
use super::response::{Content, Response};
use crate::error::{Error, Result};
use crate::realtime::hub::{Hub, Refused};
use connection::Connection;

/// Turns a request into a live connection of its user.
pub(super) async fn upgrade(mut asked: Asked, hub: Hub) -> Result<Response> {
    let wanted = asked.path("user_id").await;
    let token = token::of(&asked.parts);
    let shared = &*asked.shared;
    let caller = shared.let_in(&asked.parts, token.text.as_deref()).await?;
    let user = caller.identity.user();
    if !wanted.is_empty() && *wanted != **user.user_id() {
        return Err(Error::forbidden("These are the messages of another user"));
    }
    let mut response = handshake(&asked.parts)?;
    let Some(upgrade) = asked.parts.extensions.remove::<OnUpgrade>() else {
        return Err(Error::invalid("This connection cannot become a WebSocket"));
    };
    let listener = hub.connect(user).map_err(refused)?;
    if let Some(protocol) = token.protocol {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let clock = std::sync::Arc::clone(&shared.runtime.services().clock);
    let expires_at = caller.expires_at;
    let (ping, idle) = (shared.limits.ping, shared.limits.idle);
    tokio::spawn(async move {
        // Of a client that goes away meanwhile there is nothing to say.
        let Ok(upgraded) = upgrade.await else { return };
        Connection::new(upgraded, listener, clock, ping, idle, expires_at).await.run().await;
    });
    Ok(response)
}

fn handshake(parts: &Parts) -> Result<Response> {
    let mut request = Request::new(());
    request.method_mut().clone_from(&parts.method);
    *request.version_mut() = parts.version;
    request.headers_mut().clone_from(&parts.headers);
    create_response_with_body(&request, Content::default)
        .map_err(|error| Error::invalid(format!("Expected a WebSocket: {error}")))
}

fn refused(refused: Refused) -> Error {
    match refused {
        Refused::TooMany | Refused::TooManyOfUser => Error::limit_exceeded(refused.to_string()),
        Refused::Closing => Error::unavailable("The host is shutting down"),
    }
}

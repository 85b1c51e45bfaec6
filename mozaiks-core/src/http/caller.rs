//! Who sends a request, and whether they may now: overload, token, rate, in this order.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::request::Parts;

use super::headers::bearer;
use super::places::Place;
use super::shared::Shared;
use crate::auth::{AuthError, Authenticated};
use crate::datetime::DateTime;
use crate::error::{Error, ErrorCode, Result};
use crate::identity::Identity;

/// How long clients are to wait where nobody can check tokens.
const RETRY: Duration = Duration::from_secs(1);

/// Whoever sends a request, let in.
pub(super) struct Caller<'s> {
    pub identity: Identity,
    /// When the proof of it expires.
    pub expires_at: Option<DateTime>,
    /// Of the host; given back when the request has been answered.
    place: Place<'s>,
}

impl Caller<'_> {
    /// Makes room for others as long as the request waits for its client.
    ///
    /// # Errors
    /// `UNAVAILABLE` where too many do.
    pub fn step_aside(&mut self) -> Result<()> {
        self.place.step_aside(&self.identity)
    }

    /// Takes a place again.
    ///
    /// # Errors
    /// `UNAVAILABLE` where there is none.
    pub fn step_back(&mut self) -> Result<()> {
        self.place.step_back()
    }
}

impl Shared {
    /// Lets a request in.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the host is overloaded or tokens cannot be checked, `UNAUTHENTICATED`, `LIMIT_EXCEEDED`.
    pub async fn caller(&self, parts: &Parts) -> Result<Caller<'_>> {
        self.let_in(parts, bearer(&parts.headers)).await
    }

    /// As [`caller`](Self::caller), with the token found by somebody else.
    pub async fn let_in(&self, parts: &Parts, token: Option<&str>) -> Result<Caller<'_>> {
        let place = self.places.take()?;
        let Authenticated { identity, expires_at } = self.authenticated(parts, token).await?;
        if let Some(rates) = &self.rates {
            rates.take(identity.user())?;
        }
        Ok(Caller { identity, expires_at, place })
    }

    async fn authenticated(&self, parts: &Parts, token: Option<&str>) -> Result<Authenticated> {
        // What the host's own layer has found out holds.
        if let Some(authenticated) = parts.extensions.get::<Authenticated>() {
            return Ok(authenticated.clone());
        }
        if let Some(identity) = parts.extensions.get::<Identity>() {
            return Ok(Authenticated::new(identity.clone()));
        }
        let (Some(authenticator), Some(token)) = (&self.authenticator, token) else {
            if self.authenticator.is_none() && !self.said_that_none_is_known.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "a request that nobody has authenticated is refused: if all are, give the router an \
                     `authenticator`, or put a layer of yours around it that adds an `Identity`"
                );
            }
            return Err(unauthenticated());
        };
        let outcome = match authenticator.authenticate_now(token) {
            Some(known) => known,
            None => self.runtime.within(authenticator.authenticate(token)).await?,
        };
        outcome.map_err(|error| {
            tracing::debug!(%error, "a token was refused");
            match error {
                AuthError::Unavailable(_) => {
                    Error::unavailable("Tokens cannot be checked now").with_retry_after(RETRY)
                }
                AuthError::Invalid(_) => unauthenticated(),
            }
        })
    }
}

fn unauthenticated() -> Error {
    Error::new(ErrorCode::Unauthenticated, "Authentication required")
}

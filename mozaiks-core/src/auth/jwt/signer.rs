//! Tokens for local use: made with the secret that verifies them.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value};

use super::names::ClaimNames;
use super::provider;
use super::secret::JwtSecret;
use crate::datetime::DateTime;

/// How long a token is valid if nothing is said.
const TTL: Duration = Duration::from_hours(24);

/// Makes tokens with a local secret (HS256): for a command line, a test, a development server.
///
/// ```
/// use futures_util::FutureExt;
/// use mozaiks_core::auth::{Authenticator, JwtOptions, JwtSigner, NewToken, JwtSecret};
/// use mozaiks_core::{Clock, SystemClock};
///
/// let secret = JwtSecret::generate().unwrap();
/// let token = JwtSigner::new(&secret).sign(&NewToken::new("alice").roles(["editor"]), SystemClock.now()).unwrap();
///
/// let users = JwtOptions::new("shop").with_secret(&secret).unwrap();
/// let alice = users.authenticate(&token).now_or_never().unwrap().unwrap();
/// assert_eq!(alice.identity.user_id(), "alice");
/// assert!(alice.identity.has_role("editor"));
/// ```
#[derive(Clone)]
pub struct JwtSigner {
    key: EncodingKey,
    names: ClaimNames,
}

/// What a new token says.
#[derive(Debug, Clone)]
pub struct NewToken {
    user_id: String,
    username: Option<String>,
    roles: Vec<String>,
    is_superadmin: bool,
    ttl: Duration,
    issuer: Option<String>,
    audience: Option<String>,
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SignError(());

impl JwtSigner {
    /// One that signs with this secret.
    pub fn new(secret: &JwtSecret) -> Self {
        provider::install();
        Self { key: EncodingKey::from_secret(secret.bytes()), names: ClaimNames::default() }
    }

    /// Under which names it writes what describes the user: those that the tokens are read with.
    #[must_use]
    pub fn claims(mut self, names: ClaimNames) -> Self {
        self.names = names;
        self
    }

    /// A token that is valid from now on. The user id is not checked here, but where the token is verified.
    ///
    /// # Errors
    /// [`SignError`], if the cryptography that the host has chosen for the process has no HS256.
    pub fn sign(&self, token: &NewToken, now: DateTime) -> Result<String, SignError> {
        let mut claims = Map::new();
        self.names.write(&mut claims, token.username.as_deref(), &token.roles, token.is_superadmin);
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("sub", token.user_id.as_str().into());
        // Whole seconds, down and up: what says it is valid must be.
        put("iat", now.timestamp_millis().div_euclid(1000).into());
        put("exp", (now + token.ttl).timestamp_millis().saturating_add(999).div_euclid(1000).into());
        if let Some(issuer) = &token.issuer {
            put("iss", issuer.as_str().into());
        }
        if let Some(audience) = &token.audience {
            put("aud", audience.as_str().into());
        }
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.key).map_err(|_| SignError(()))
    }
}

impl fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtSigner").field("names", &self.names).finish_non_exhaustive()
    }
}

impl NewToken {
    /// For this user, and 24 hours.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            username: None,
            roles: Vec::new(),
            is_superadmin: false,
            ttl: TTL,
            issuer: None,
            audience: None,
        }
    }

    /// The user's name.
    #[must_use]
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The user's roles, in place of those so far.
    #[must_use]
    pub fn roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the user may do everything.
    #[must_use]
    pub fn superadmin(mut self, is_superadmin: bool) -> Self {
        self.is_superadmin = is_superadmin;
        self
    }

    /// How long it is valid.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Who issues it.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Whom it is meant for.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }
}

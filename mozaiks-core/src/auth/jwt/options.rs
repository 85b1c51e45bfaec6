//! What a host decides about its tokens.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::authenticator::{JwtAuthenticator, Source};
use super::cache::Cache;
use super::claims::Rules;
use super::endpoint::JwksEndpoint;
use super::fetch::Fetcher;
use super::jwks::Jwks;
use super::keys::Key;
use super::names::ClaimNames;
use super::provider;
use super::secret::JwtSecret;
use crate::clock::{Clock, SystemClock};
use crate::identity::{Identity, InvalidId};

/// How far clocks may differ if nothing is said.
const LEEWAY: Duration = Duration::from_secs(30);

/// The furthest that clocks may differ.
const MAX_LEEWAY: Duration = Duration::from_mins(1);

/// How many verified tokens are remembered if nothing is said.
const REMEMBERED: usize = 10_000;

/// What a host decides about its tokens, whichever keys they are checked with.
///
/// ```
/// use mozaiks_core::auth::{Authenticator, JwtOptions, JwtSecret};
/// use std::time::Duration;
///
/// let secret = JwtSecret::generate().unwrap();
/// let users = JwtOptions::new("shop")
///     .issuer("https://id.example")
///     .audience("shop")
///     .leeway(Duration::from_secs(10))
///     .with_secret(&secret)
///     .unwrap();
/// assert!(users.ready().is_ok());
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct JwtOptions {
    app_id: String,
    issuer: Option<String>,
    audiences: Vec<String>,
    leeway: Duration,
    names: ClaimNames,
    remembered: usize,
    clock: Arc<dyn Clock>,
}

/// What a host cannot want.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwtOptionsError {
    /// The app id can name no app.
    #[error(transparent)]
    AppId(#[from] InvalidId),
    /// The leeway is too long.
    #[error("the leeway is longer than {} s", MAX_LEEWAY.as_secs())]
    Leeway,
    /// The address of the keys cannot be used.
    #[error("the address of the keys {0}")]
    Endpoint(&'static str),
    /// The keys would be fetched too often.
    #[error("the keys are fetched every second at most")]
    Interval,
    /// There is no tokio runtime here to fetch the keys in.
    #[error("keys are fetched within a tokio runtime, and there is none here")]
    NoRuntime,
    /// There is no secure connection to be had.
    #[error("no secure connection can be made: {0}")]
    Tls(String),
}

impl JwtOptions {
    /// For the users of an app, whose id is the host's own and no token's.
    pub fn new(app_id: impl Into<String>) -> Self {
        Self {
            app_id: app_id.into(),
            issuer: None,
            audiences: Vec::new(),
            leeway: LEEWAY,
            names: ClaimNames::default(),
            remembered: REMEMBERED,
            clock: Arc::new(SystemClock),
        }
    }

    /// Who must have issued a token (`iss`). Anybody who has the key if nothing is said.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Whom a token must be meant for (`aud`): one of these, if it is said several times. Anybody if it is not said.
    ///
    /// Say it where one identity provider serves several applications: otherwise a token for any of them opens this one.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// How far the clocks of those who issue tokens may be off: 30 s if nothing is said, 60 s at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Where a token describes its user.
    pub fn claims(mut self, names: ClaimNames) -> Self {
        self.names = names;
        self
    }

    /// How many verified tokens are remembered until they expire: 10,000 if nothing is said, none if it is 0.
    ///
    /// Of each its digest and its user are kept, about 300 bytes.
    pub fn remember(mut self, tokens: usize) -> Self {
        self.remembered = tokens;
        self
    }

    /// The time that tokens are held against: the machine's if nothing is said.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tokens signed with a shared secret (HS256, HS384, HS512), for local use.
    ///
    /// # Errors
    /// [`JwtOptionsError`] for options that cannot be.
    pub fn with_secret(self, secret: &JwtSecret) -> Result<JwtAuthenticator, JwtOptionsError> {
        let clock = Arc::clone(&self.clock);
        let (rules, cache) = self.prepare()?;
        let source = Source::Secret(Arc::new(Key::secret(secret.bytes())));
        Ok(JwtAuthenticator::new(source, rules, cache, clock))
    }

    /// Tokens signed by an identity provider (RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, `EdDSA`).
    ///
    /// It starts to fetch the keys, within the tokio runtime that it is called in, and is ready when it has them.
    ///
    /// # Errors
    /// [`JwtOptionsError`] for options that cannot be, or if there is no tokio runtime.
    pub fn with_jwks(self, endpoint: &JwksEndpoint) -> Result<JwtAuthenticator, JwtOptionsError> {
        let runtime = Handle::try_current().map_err(|_| JwtOptionsError::NoRuntime)?;
        let fetcher = Fetcher::new(endpoint).map_err(|error| JwtOptionsError::Tls(error.to_string()))?;
        let clock = Arc::clone(&self.clock);
        let (rules, cache) = self.prepare()?;
        let jwks = Jwks::start(endpoint, fetcher, Arc::clone(&clock), Arc::clone(&cache), &runtime);
        Ok(JwtAuthenticator::new(Source::Jwks(jwks), rules, cache, clock))
    }

    fn prepare(self) -> Result<(Rules, Arc<Cache>), JwtOptionsError> {
        provider::install();
        // An id that no app can have is found now, and not with the first token.
        Identity::system(self.app_id.as_str())?;
        if self.leeway > MAX_LEEWAY {
            return Err(JwtOptionsError::Leeway);
        }
        let rules = Rules {
            app_id: self.app_id.into(),
            issuer: self.issuer,
            audiences: self.audiences.into_iter().collect(),
            leeway: self.leeway,
            names: self.names,
        };
        Ok((rules, Arc::new(Cache::new(self.remembered))))
    }
}

//! Who sends a request: a token turned into an [`Identity`].

#[cfg(feature = "jwt")]
mod jwt;

use futures_util::future::BoxFuture;

use crate::datetime::DateTime;
use crate::identity::Identity;

#[cfg(feature = "jwt")]
pub use jwt::{
    ClaimNames, JwksEndpoint, JwtAuthenticator, JwtOptions, JwtOptionsError, JwtSecret, JwtSecretError,
    JwtSigner, MIN_SECRET_LENGTH, NewToken, SignError,
};

/// What tells from a token who is calling.
///
/// A host that knows its users in another way (a session, an API key) implements it itself.
///
/// ```
/// use futures_util::FutureExt;
/// use futures_util::future::{BoxFuture, ready};
/// use mozaiks_core::Identity;
/// use mozaiks_core::auth::{AuthError, Authenticated, Authenticator};
///
/// /// One key, one user.
/// struct ApiKey(&'static str);
///
/// impl Authenticator for ApiKey {
///     fn authenticate<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Authenticated, AuthError>> {
///         ready(if token == self.0 {
///             Identity::new("shop", "robot").map(Authenticated::new).map_err(AuthError::invalid)
///         } else {
///             Err(AuthError::invalid("not the key"))
///         })
///         .boxed()
///     }
/// }
///
/// let robot = ApiKey("sesame").authenticate("sesame").now_or_never().unwrap().unwrap();
/// assert_eq!(robot.identity.user_id(), "robot");
/// assert!(ApiKey("sesame").authenticate("open").now_or_never().unwrap().is_err());
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// The user whose token this is.
    ///
    /// It is asked with every request, and should answer at once for a token that it has seen before.
    ///
    /// # Errors
    /// [`AuthError::Invalid`] for a token that proves nothing, and [`AuthError::Unavailable`] while nobody can tell.
    fn authenticate<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Authenticated, AuthError>>;

    /// As [`authenticate`](Self::authenticate) where there is nothing to find out, such as for a token that it has seen
    /// before; `None` where there is. It is asked first, and spares most requests a future: what wraps another
    /// authenticator hands it on.
    ///
    /// # Errors
    /// As for [`authenticate`](Self::authenticate).
    fn authenticate_now(&self, token: &str) -> Option<Result<Authenticated, AuthError>> {
        let _ = token;
        None
    }

    /// Whether tokens can be told apart at all.
    ///
    /// # Errors
    /// The reason, which anybody may read, why not: no keys could be fetched yet.
    fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

/// A user who has been recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authenticated {
    /// Who it is.
    pub identity: Identity,
    /// The moment after which the token counts no more, leeway included: when a live connection must close.
    pub expires_at: Option<DateTime>,
}

impl Authenticated {
    /// A user whose proof does not expire.
    pub fn new(identity: Identity) -> Self {
        Self { identity, expires_at: None }
    }

    /// The moment after which it counts no more.
    #[must_use]
    pub fn expires_at(mut self, moment: DateTime) -> Self {
        self.expires_at = Some(moment);
        self
    }
}

/// Why a token does not tell who is calling.
///
/// The reasons are for the log: a client is told that it is not authenticated, or to come back later. They never hold
/// the token or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The token proves nothing: it is malformed, forged, expired or meant for somebody else.
    #[error("the token is not valid: {0}")]
    Invalid(String),
    /// Nobody can tell now: what tokens are checked with is away.
    #[error("tokens cannot be checked: {0}")]
    Unavailable(String),
}

impl AuthError {
    /// A token that proves nothing, for this reason, which must not hold the token.
    pub fn invalid(reason: impl ToString) -> Self {
        Self::Invalid(reason.to_string())
    }

    /// Nobody can tell now, for this reason.
    pub fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable(reason.to_string())
    }
}

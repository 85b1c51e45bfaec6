//! From a token to a user: the cache, or the signature and the claims.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Header, decode, decode_header};

use super::cache::{Cache, Digest};
use super::claims::{Claims, Rules};
use super::jwks::Jwks;
use super::keys::{Choice, Key};
use crate::auth::{AuthError, Authenticated, Authenticator};
use crate::clock::Clock;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

/// Tells users by JSON Web Tokens. [`JwtOptions`](super::JwtOptions) makes it.
///
/// - A token names its user (`sub`: 1 to 256 bytes without control characters), when it was issued (`iat`) and when it
///   expires (`exp`), and is at most 16 KiB long. `iat` and `nbf` must not be in the future. The leeway is granted.
/// - Which algorithms are accepted follows from the keys alone, never from the token.
/// - Tokens that are encrypted, or whose header asks for something to be understood (`crit`), are refused.
/// - A token that was verified is remembered, by a keyed digest, until it expires or its key is withdrawn.
///
/// Keys of an identity provider are fetched at once and then every 5 minutes, and when a token names an unknown one, at
/// most every 30 s. While none could be fetched, it is not [ready](Authenticator::ready), asks again every 5 s, and
/// answers [`AuthError::Unavailable`]. Later on, what was fetched last goes on being used. A fetch takes at most 5 s and
/// 1 MiB, and there is one at a time. Dropping the authenticator ends them.
pub struct JwtAuthenticator {
    source: Source,
    rules: Rules,
    cache: Arc<Cache>,
    clock: Arc<dyn Clock>,
}

/// Where the keys are from: one or the other.
pub(super) enum Source {
    Secret(Arc<Key>),
    Jwks(Jwks),
}

impl JwtAuthenticator {
    pub(super) fn new(source: Source, rules: Rules, cache: Arc<Cache>, clock: Arc<dyn Clock>) -> Self {
        Self { source, rules, cache, clock }
    }

    /// What a token is remembered by, if anything is; and whose it is, if it was verified before and still counts.
    fn remembered(&self, token: &str) -> (Option<Digest>, Option<Authenticated>) {
        let digest = self.cache.digest(token);
        let known = digest.as_ref().and_then(|digest| self.cache.get(digest, self.clock.now()));
        (digest, known)
    }

    fn verify_with(
        &self,
        key: &Arc<Key>,
        token: &str,
        known_as: Option<Digest>,
    ) -> Result<Authenticated, AuthError> {
        let genuine =
            decode::<Claims>(token, key.decoding(), key.validation()).map_err(|error| refused(&error))?;
        if genuine.header.crit.is_some() {
            return Err(AuthError::invalid("its header asks for what nobody here understands"));
        }
        let user = self.rules.accept(&genuine.claims, self.clock.now())?;
        if let Some(digest) = known_as {
            self.cache.insert(digest, user.clone(), Arc::clone(key));
        }
        Ok(user)
    }

    fn verify(
        &self,
        choice: Choice,
        token: &str,
        known_as: Option<Digest>,
    ) -> Result<Authenticated, AuthError> {
        let keys = match choice {
            Choice::Of(keys) => keys,
            Choice::Unknown => return Err(AuthError::invalid("its key is unknown")),
            Choice::Unfit => return Err(AuthError::invalid("no key fits it alone")),
        };
        let mut outcome = Err(AuthError::invalid("no key fits it alone"));
        for key in &keys {
            outcome = self.verify_with(key, token, known_as);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    async fn verify_later(
        &self,
        jwks: &Jwks,
        header: Header,
        token: &str,
        known_as: Option<Digest>,
    ) -> Result<Authenticated, AuthError> {
        let choice = jwks.choose(header.kid.as_deref(), header.alg).await?;
        self.verify(choice, token, known_as)
    }
}

impl Authenticator for JwtAuthenticator {
    fn authenticate<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Authenticated, AuthError>> {
        if token.len() > MAX_TOKEN {
            return ready(Err(AuthError::invalid(format_args!("it is longer than {MAX_TOKEN} bytes"))))
                .boxed();
        }
        let (known_as, known) = self.remembered(token);
        if let Some(user) = known {
            return ready(Ok(user)).boxed();
        }
        let jwks = match &self.source {
            Source::Secret(key) => return ready(self.verify_with(key, token, known_as)).boxed(),
            Source::Jwks(jwks) => jwks,
        };
        let header = match decode_header(token) {
            Ok(header) => header,
            Err(error) => return ready(Err(refused(&error))).boxed(),
        };
        match jwks.at_once(header.kid.as_deref(), header.alg) {
            Ok(Choice::Unknown) => self.verify_later(jwks, header, token, known_as).boxed(),
            Ok(choice) => ready(self.verify(choice, token, known_as)).boxed(),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn authenticate_now(&self, token: &str) -> Option<Result<Authenticated, AuthError>> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        self.remembered(token).1.map(Ok)
    }

    fn ready(&self) -> Result<(), String> {
        match &self.source {
            Source::Secret(_) => Ok(()),
            Source::Jwks(jwks) => jwks.ready(),
        }
    }
}

impl fmt::Debug for JwtAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAuthenticator").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// Why the crate refused a token, in words that hold nothing of it: its own errors quote what they could not read.
fn refused(error: &jsonwebtoken::errors::Error) -> AuthError {
    AuthError::invalid(match error.kind() {
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::InvalidAlgorithm => "its algorithm is not that of the key",
        ErrorKind::Base64(_) => "a part of it is not base64url",
        ErrorKind::Json(_) => "its header or its claims cannot be read",
        ErrorKind::InvalidToken => "it has not three parts",
        _ => "it cannot be read",
    })
}

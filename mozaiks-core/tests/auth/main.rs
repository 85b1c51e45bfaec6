//! Tokens as a client, an attacker and an identity provider send them.

mod algorithms;
mod cache;
mod claims;
mod clock;
mod endpoint;
mod malformed;
mod provider;
mod rotation;
mod secrecy;
#[cfg(unix)]
mod secret_file;
mod tokens;

use std::sync::Arc;

use clock::TestClock;
use mozaiks_core::auth::{AuthError, Authenticated, Authenticator, JwtAuthenticator, JwtOptions, JwtSecret};

const SECRET: &str = "a secret that only these tests know";

/// An authenticator over the tests' secret, changed as wanted, and its clock.
fn local_with(change: impl FnOnce(JwtOptions) -> JwtOptions) -> (JwtAuthenticator, TestClock) {
    let clock = TestClock::default();
    let options = change(JwtOptions::new("shop").clock(Arc::new(clock.clone())));
    (options.with_secret(&JwtSecret::new(SECRET).unwrap()).unwrap(), clock)
}

fn local() -> (JwtAuthenticator, TestClock) {
    local_with(|options| options)
}

/// What an authenticator says that need not wait for anything.
#[track_caller]
fn ask(users: &JwtAuthenticator, token: &str) -> Result<Authenticated, AuthError> {
    futures_util::FutureExt::now_or_never(users.authenticate(token)).expect("it waits")
}

#[track_caller]
fn assert_user(outcome: &Result<Authenticated, AuthError>, user_id: &str) {
    assert_eq!(outcome.as_ref().map(|user| user.identity.user_id()), Ok(user_id));
}

/// Refused for good, with a reason that has this in it.
#[track_caller]
fn assert_invalid(outcome: &Result<Authenticated, AuthError>, reason: &str) {
    match outcome {
        Err(AuthError::Invalid(text)) => assert!(text.contains(reason), "{text}, not {reason}"),
        other => panic!("{other:?}, not invalid because {reason}"),
    }
}

//! Who sends a request: a token is verified once, and then known by itself until it expires.

use std::hash::BuildHasherDefault;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use mozaiks_core::{Clock, SystemClock};
use quick_cache::sync::{Cache, DefaultLifecycle};
use rustc_hash::FxHasher;
use serde::Deserialize;

/// How many tokens are known at once.
const KNOWN: usize = 10_000;

/// A user who was verified.
pub struct User {
    pub id: Box<str>,
    expires_at: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: Box<str>,
    exp: i64,
}

/// All users that sent a good token lately.
pub struct Users {
    key: DecodingKey,
    validation: Validation,
    known: Cache<Box<str>, Arc<User>, quick_cache::UnitWeighter, BuildHasherDefault<FxHasher>>,
}

impl Users {
    pub fn new() -> Self {
        // Signing a token sets up the cryptography that the crate leaves to its users.
        drop(yardstick::token("nobody"));
        let (hasher, lifecycle) = (BuildHasherDefault::default(), DefaultLifecycle::default());
        Self {
            key: DecodingKey::from_secret(yardstick::SECRET.as_bytes()),
            validation: Validation::new(Algorithm::HS256),
            known: Cache::with(KNOWN, KNOWN as u64, quick_cache::UnitWeighter, hasher, lifecycle),
        }
    }

    pub fn of(&self, headers: &HeaderMap) -> Option<Arc<User>> {
        let token = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let now = SystemClock.now().timestamp_millis() / 1000;
        if let Some(user) = self.known.get(token).filter(|user| now < user.expires_at) {
            return Some(user);
        }
        let claims = decode::<Claims>(token, &self.key, &self.validation).ok()?.claims;
        let user = Arc::new(User { id: claims.sub, expires_at: claims.exp });
        self.known.insert(token.into(), Arc::clone(&user));
        Some(user)
    }
}

//! What a token says: checked against the time and the host's wishes, and made into an identity.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::names::ClaimNames;
use crate::auth::{AuthError, Authenticated};
use crate::datetime::DateTime;
use crate::identity::Identity;

/// What a host wants of the claims.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) app_id: Arc<str>,
    pub(super) issuer: Option<String>,
    /// Empty if any will do.
    pub(super) audiences: HashSet<String>,
    pub(super) leeway: Duration,
    pub(super) names: ClaimNames,
}

/// The claims of a token, none of them twice.
pub(super) struct Claims(Map<String, Value>);

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Claims;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Claims, A::Error> {
                let mut claims = Map::new();
                while let Some((name, value)) = entries.next_entry::<String, Value>()? {
                    if claims.insert(name, value).is_some() {
                        return Err(A::Error::custom("a claim stands twice"));
                    }
                }
                Ok(Claims(claims))
            }
        }
        deserializer.deserialize_map(Once)
    }
}

impl Rules {
    /// The user that these claims of a genuine token name at this time.
    pub(super) fn accept(&self, claims: &Claims, now: DateTime) -> Result<Authenticated, AuthError> {
        let claims = &claims.0;
        let expires = moment(claims, "exp")?.ok_or_else(|| AuthError::invalid("`exp` is missing"))?;
        let issued = moment(claims, "iat")?.ok_or_else(|| AuthError::invalid("`iat` is missing"))?;
        let expires_at = expires + self.leeway;
        let latest = now + self.leeway;
        if now >= expires_at {
            return Err(AuthError::invalid("it has expired"));
        }
        if issued > latest {
            return Err(AuthError::invalid("it was issued in the future"));
        }
        if moment(claims, "nbf")?.is_some_and(|start| start > latest) {
            return Err(AuthError::invalid("it is not valid yet"));
        }
        self.meant_for_us(claims)?;
        let Some(Value::String(subject)) = claims.get("sub") else {
            return Err(AuthError::invalid("`sub` is missing or no text"));
        };
        let identity = Identity::new(Arc::clone(&self.app_id), subject.as_str())
            .map_err(|_| AuthError::invalid("`sub` is no user id"))?;
        Ok(Authenticated::new(self.names.describe(identity, claims)).expires_at(expires_at))
    }

    fn meant_for_us(&self, claims: &Map<String, Value>) -> Result<(), AuthError> {
        if let Some(issuer) = &self.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(AuthError::invalid("it is from another issuer"));
        }
        let ours =
            |audience: &Value| audience.as_str().is_some_and(|audience| self.audiences.contains(audience));
        let meant = match claims.get("aud") {
            _ if self.audiences.is_empty() => true,
            Some(Value::Array(several)) => several.iter().any(ours),
            Some(one) => ours(one),
            None => false,
        };
        if meant { Ok(()) } else { Err(AuthError::invalid("it is meant for another audience")) }
    }
}

/// The moment that a claim tells in seconds since 1970, whole or not, if it is there.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<DateTime>, AuthError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let Value::Number(seconds) = value else {
        return Err(AuthError::invalid(format_args!("`{name}` is no number")));
    };
    let millis = match (seconds.as_i64(), seconds.as_f64()) {
        (Some(seconds), _) => seconds.saturating_mul(1000),
        // Beyond what a moment can be, it is the last one.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast from a float ends at the first and last moment"
        )]
        (None, Some(seconds)) => (seconds * 1000.0) as i64,
        (None, None) => return Err(AuthError::invalid(format_args!("`{name}` is no number"))),
    };
    Ok(Some(DateTime::from_millis(millis)))
}

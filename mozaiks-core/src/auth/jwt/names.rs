//! Where a token keeps a user's name, roles and rights.

use serde_json::{Map, Value};

use crate::identity::Identity;

/// The names of the claims that describe a user, beside `sub`.
///
/// A name is that of a claim or a path to it, such as `realm_access.roles`. A claim that has the dots in its own name
/// wins (`https://shop.example/roles`).
///
/// A claim of the wrong type says nothing: roles that are no array are no roles, those in the array that are no texts
/// are left out, and only the JSON value `true` makes a superadmin.
///
/// ```
/// use mozaiks_core::auth::ClaimNames;
///
/// let keycloak = ClaimNames::default().roles("realm_access.roles").superadmin("urn:shop:root");
/// assert_ne!(keycloak, ClaimNames::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    username: Option<String>,
    roles: String,
    superadmin: String,
}

/// `username` (or else `preferred_username`), `roles`, `is_superadmin`.
impl Default for ClaimNames {
    fn default() -> Self {
        Self { username: None, roles: "roles".into(), superadmin: "is_superadmin".into() }
    }
}

impl ClaimNames {
    /// Where the user's name is, and nowhere else.
    #[must_use]
    pub fn username(mut self, path: impl Into<String>) -> Self {
        self.username = Some(path.into());
        self
    }

    /// Where the user's roles are: an array of texts.
    #[must_use]
    pub fn roles(mut self, path: impl Into<String>) -> Self {
        self.roles = path.into();
        self
    }

    /// Where it says whether the user may do everything: `true`.
    #[must_use]
    pub fn superadmin(mut self, path: impl Into<String>) -> Self {
        self.superadmin = path.into();
        self
    }

    /// The user, with what the claims say of them.
    pub(super) fn describe(&self, mut identity: Identity, claims: &Map<String, Value>) -> Identity {
        let text = |path: &str| find(claims, path).and_then(Value::as_str);
        let username = match &self.username {
            Some(path) => text(path),
            None => text("username").or_else(|| text("preferred_username")),
        };
        if let Some(username) = username {
            identity = identity.with_username(username);
        }
        if let Some(Value::Array(roles)) = find(claims, &self.roles) {
            identity = identity.with_roles(roles.iter().filter_map(Value::as_str));
        }
        identity.with_superadmin(find(claims, &self.superadmin) == Some(&Value::Bool(true)))
    }

    /// The claims that say this of a user. Those with a path have it for their name, which is found first.
    pub(super) fn write(
        &self,
        claims: &mut Map<String, Value>,
        username: Option<&str>,
        roles: &[String],
        superadmin: bool,
    ) {
        if let Some(username) = username {
            let name = self.username.as_deref().unwrap_or("username");
            claims.insert(name.to_owned(), username.into());
        }
        if !roles.is_empty() {
            claims.insert(self.roles.clone(), roles.into());
        }
        if superadmin {
            claims.insert(self.superadmin.clone(), true.into());
        }
    }
}

/// The claim of that name or else at that path, any part of which may have dots in its name too.
fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let (outer, inner) = (path.get(..dot)?, path.get(dot + 1..)?);
        find(claims.get(outer)?.as_object()?, inner)
    })
}

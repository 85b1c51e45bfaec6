//! Who is calling: what the host has authenticated, and what no client can choose.

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize};

/// The longest user id or app id, in bytes.
pub const MAX_ID_LENGTH: usize = 256;

/// Who is calling: an app, a user, and what the host knows of that user.
///
/// Everything that a plugin reaches is confined to it. Cloning is cheap.
///
/// ```
/// use mozaiks_core::Identity;
///
/// let alice = Identity::new("shop", "alice").unwrap().with_username("Alice").with_roles(["editor"]);
/// assert_eq!(alice.user_id(), "alice");
/// assert!(alice.has_role("editor"));
/// assert!(Identity::new("shop", "line\nbreak").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    // One pointer: an identity is handed on with every call.
    inner: Arc<Inner>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Inner {
    user: UserKey,
    username: Option<String>,
    roles: Vec<String>,
    is_superadmin: bool,
}

/// One user of one app: the address of notifications and pushes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserKey {
    app_id: Arc<str>,
    user_id: Arc<str>,
}

/// An id that cannot name an app or a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {problem}")]
pub struct InvalidId {
    what: &'static str,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("is empty")]
    Empty,
    #[error("is longer than {MAX_ID_LENGTH} bytes")]
    TooLong,
    #[error("has a control character")]
    Control,
}

/// It is a text that somebody sent: `?` in an action answers `VALIDATION_ERROR`.
impl From<InvalidId> for crate::Error {
    fn from(error: InvalidId) -> Self {
        Self::invalid(error.to_string())
    }
}

impl Identity {
    /// An authenticated user of an app, without a name, roles or rights.
    ///
    /// # Errors
    /// [`InvalidId`] if one of the ids is empty, longer than [`MAX_ID_LENGTH`] or has a control character.
    pub fn new(app_id: impl Into<Arc<str>>, user_id: impl Into<Arc<str>>) -> Result<Self, InvalidId> {
        Ok(Self::of(UserKey::new(app_id, user_id)?))
    }

    /// The app itself, for what no user caused: an event of the host's without a user.
    ///
    /// Its user id is empty, which no user's can be, so that what a plugin stores under it is its own and nobody's.
    ///
    /// # Errors
    /// [`InvalidId`] if the app id is empty, longer than [`MAX_ID_LENGTH`] or has a control character.
    pub fn system(app_id: impl Into<Arc<str>>) -> Result<Self, InvalidId> {
        let app_id = checked("the app id", app_id.into())?;
        Ok(Self::of(UserKey { app_id, user_id: Arc::from("") }))
    }

    fn of(user: UserKey) -> Self {
        Self { inner: Arc::new(Inner { user, username: None, roles: Vec::new(), is_superadmin: false }) }
    }

    /// The user's name.
    #[must_use]
    pub fn with_username(mut self, username: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.inner).username = Some(username.into());
        self
    }

    /// The user's roles, in place of those so far.
    #[must_use]
    pub fn with_roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        Arc::make_mut(&mut self.inner).roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the user may do everything.
    #[must_use]
    pub fn with_superadmin(mut self, is_superadmin: bool) -> Self {
        Arc::make_mut(&mut self.inner).is_superadmin = is_superadmin;
        self
    }

    /// The app.
    pub fn app_id(&self) -> &str {
        &self.inner.user.app_id
    }

    /// The user, or an empty text for the [system](Self::system).
    pub fn user_id(&self) -> &str {
        &self.inner.user.user_id
    }

    /// The app and the user together.
    pub fn user(&self) -> &UserKey {
        &self.inner.user
    }

    /// The user's name, if the host knows it.
    pub fn username(&self) -> Option<&str> {
        self.inner.username.as_deref()
    }

    /// The user's roles.
    pub fn roles(&self) -> &[String] {
        &self.inner.roles
    }

    /// True if the user has that role.
    pub fn has_role(&self, role: &str) -> bool {
        self.inner.roles.iter().any(|known| known == role)
    }

    /// True if the user may do everything.
    pub fn is_superadmin(&self) -> bool {
        self.inner.is_superadmin
    }

    /// True if no user is behind the call.
    pub fn is_system(&self) -> bool {
        self.inner.user.user_id.is_empty()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("app_id", &self.app_id())
            .field("user_id", &self.user_id())
            .field("roles", &self.roles())
            .field("is_superadmin", &self.is_superadmin())
            .finish_non_exhaustive()
    }
}

/// What a handler over raw data finds under `_context`.
impl Serialize for Identity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Context<'a> {
            app_id: &'a str,
            user_id: &'a str,
            username: Option<&'a str>,
            roles: &'a [String],
            is_superadmin: bool,
        }
        let context = Context {
            app_id: self.app_id(),
            user_id: self.user_id(),
            username: self.username(),
            roles: self.roles(),
            is_superadmin: self.is_superadmin(),
        };
        context.serialize(serializer)
    }
}

impl UserKey {
    /// One user of one app.
    ///
    /// # Errors
    /// [`InvalidId`] if one of the ids is empty, longer than [`MAX_ID_LENGTH`] or has a control character.
    pub fn new(app_id: impl Into<Arc<str>>, user_id: impl Into<Arc<str>>) -> Result<Self, InvalidId> {
        Ok(Self {
            app_id: checked("the app id", app_id.into())?,
            user_id: checked("the user id", user_id.into())?,
        })
    }

    /// The app.
    pub fn app_id(&self) -> &Arc<str> {
        &self.app_id
    }

    /// The user.
    pub fn user_id(&self) -> &Arc<str> {
        &self.user_id
    }

    /// Another user of the same app.
    pub(crate) fn sibling(&self, user_id: &str) -> Result<Self, InvalidId> {
        Ok(Self { app_id: Arc::clone(&self.app_id), user_id: checked("the user id", user_id.into())? })
    }
}

impl Serialize for UserKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut key = serializer.serialize_struct("UserKey", 2)?;
        key.serialize_field("app_id", &*self.app_id)?;
        key.serialize_field("user_id", &*self.user_id)?;
        key.end()
    }
}

impl<'de> Deserialize<'de> for UserKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            app_id: String,
            user_id: String,
        }
        let fields = Fields::deserialize(deserializer)?;
        Self::new(fields.app_id, fields.user_id).map_err(serde::de::Error::custom)
    }
}

fn checked(what: &'static str, id: Arc<str>) -> Result<Arc<str>, InvalidId> {
    let problem = if id.is_empty() {
        Problem::Empty
    } else if id.len() > MAX_ID_LENGTH {
        Problem::TooLong
    } else if id.chars().any(char::is_control) {
        Problem::Control
    } else {
        return Ok(id);
    };
    Err(InvalidId { what, problem })
}

//! What a plugin must be granted before it may: `{area}:{verb}`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::name::is_snake_case;

/// A permission, `{area}:{verb}`: one of the [known ones](Permission::KNOWN), or one that a host defines.
///
/// ```
/// use mozaiks_core::plugin::Permission;
///
/// let known: Permission = "tasks:read".parse().unwrap();
/// assert!(known.is_known());
/// let own: Permission = "crm:import".parse().unwrap();
/// assert!(!own.is_known());
/// assert!("tasks".parse::<Permission>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Cow<'static, str>);

/// A text that is no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no permission: expected `area:verb` in snake_case, such as `tasks:read`")]
pub struct InvalidPermission(String);

/// It is a text that somebody sent: `?` in an action answers `VALIDATION_ERROR`.
impl From<InvalidPermission> for crate::Error {
    fn from(error: InvalidPermission) -> Self {
        Self::invalid(error.to_string())
    }
}

impl Permission {
    /// The permissions that every Mozaiks host knows.
    pub const KNOWN: &'static [&'static str] = &[
        "tasks:read",
        "tasks:write",
        "habits:read",
        "habits:write",
        "goals:read",
        "goals:write",
        "ai:chat",
        "ai:analyze",
        "voice:commands",
        "voice:synthesis",
        "calendar:read",
        "calendar:write",
        "notifications:send",
        "storage:unlimited",
        "storage:shared",
        "users:reach",
    ];

    /// To send notifications.
    pub const NOTIFICATIONS_SEND: &'static str = "notifications:send";
    /// To use collections that the app's users share.
    pub const STORAGE_SHARED: &'static str = "storage:shared";
    /// To notify and push to other users.
    pub const USERS_REACH: &'static str = "users:reach";

    /// One that is checked later, with the rest of the manifest.
    pub(crate) fn unchecked(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self(Cow::Owned(text.to_owned())))
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for one that every host knows.
    pub fn is_known(&self) -> bool {
        Self::KNOWN.contains(&&*self.0)
    }
}

impl FromStr for Permission {
    type Err = InvalidPermission;

    fn from_str(text: &str) -> Result<Self, InvalidPermission> {
        if let Some(known) = Self::KNOWN.iter().find(|known| **known == text) {
            return Ok(Self(Cow::Borrowed(known)));
        }
        match text.split_once(':') {
            Some((area, verb)) if is_snake_case(area) && is_snake_case(verb) => {
                Ok(Self(Cow::Owned(text.to_owned())))
            }
            _ => Err(InvalidPermission(text.to_owned())),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a plugin may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Its manifest does not ask for the permission: the author's to mend.
    NotAskedFor,
    /// The user has not granted it.
    NotGranted,
}

impl Denial {
    /// What to say of it, with what to do.
    pub fn error(self, plugin: &str, permission: &str) -> Error {
        let message = match self {
            Self::NotAskedFor => format!("The plugin {plugin} does not ask for the permission {permission}"),
            Self::NotGranted => format!("The permission {permission} was not granted to the plugin {plugin}"),
        };
        let error = Error::forbidden(message);
        let error = error.with_detail("reason", "permission").with_detail("permission", permission);
        match self {
            // What the author can do about it is no client's business.
            Self::NotAskedFor => {
                error.with_source(format!("add it to `permissions = [\"{permission}\"]` of #[plugin]"))
            }
            Self::NotGranted => error,
        }
    }
}

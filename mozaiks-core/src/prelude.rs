//! What a plugin's file needs: `use mozaiks_core::prelude::*;`.

pub use bson::doc;
pub use serde_json::json;

pub use crate::capability::Capability;
pub use crate::context::{Context, OtherUser, PluginContext, QueryContext};
pub use crate::datetime::DateTime;
pub use crate::error::{Error, ErrorCode, FieldErrors, Result};
pub use crate::events::Event;
pub use crate::identity::Identity;
pub use crate::kv::{Kv, ReadKv};
pub use crate::notifications::Notification;
pub use crate::plugin::{Created, Input, Item, Plugin};
pub use crate::settings::Settings;
pub use crate::storage::{Collection, DocumentId, Page, ReadCollection, Stored, Updated};

#[cfg(feature = "macros")]
pub use mozaiks_macros::{Settings, plugin};

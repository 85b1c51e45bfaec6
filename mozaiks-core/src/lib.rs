//! Mozaiks: write a plugin once, and every user has their own.

// Input must not be able to panic the host: what looks as if it could, says why it cannot.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

// So that what the macros write (`::mozaiks_core::...`) also compiles in here.
extern crate self as mozaiks_core;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod auth;
pub mod capability;
pub mod clock;
pub mod context;
pub mod datetime;
mod detached;
mod elements;
pub mod entitlements;
pub mod error;
pub mod events;
mod format;
mod gate;
mod guard;
mod hex;
#[cfg(feature = "axum")]
pub mod http;
#[cfg(any(feature = "jwt", feature = "otel"))]
mod https;
pub mod identity;
pub mod installations;
mod json;
pub mod kv;
mod log;
mod name;
pub mod notifications;
mod permission;
pub mod plugin;
pub mod prelude;
pub mod realtime;
mod room;
pub mod runtime;
pub mod settings;
pub mod storage;
#[cfg(feature = "otel")]
pub mod telemetry;
mod trace;
mod wait;

pub use capability::Capability;
pub use clock::{Clock, SystemClock};
pub use context::{Context, OtherUser, PluginContext, QueryContext};
pub use datetime::DateTime;
pub use error::{Error, ErrorCode, FieldErrors, Result};
pub use events::Event;
pub use identity::{Identity, UserKey};
pub use notifications::Notification;
pub use plugin::{Input, Plugin};
pub use runtime::Runtime;
pub use settings::Settings;
pub use storage::{Collection, DocumentId, Stored};

#[cfg(feature = "macros")]
#[doc = include_str!("settings/derive.md")]
pub use mozaiks_macros::Settings;
#[cfg(feature = "macros")]
#[doc = include_str!("plugin/attribute.md")]
pub use mozaiks_macros::plugin;

/// The version of the platform, which a manifest's `minPlatformVersion` is held against.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

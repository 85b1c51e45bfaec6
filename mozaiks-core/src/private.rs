//! What the macros write refers to this module and to nothing else. It is no part of the interface.

#[path = "private/plugin.rs"]
mod plugin;
#[path = "private/traits.rs"]
mod traits;

pub use plugin::*;
pub use traits::*;

pub use core;
pub use core::clone::Clone;
pub use core::convert::Into;
pub use core::fmt::Debug;
pub use core::option::Option;
pub use core::result::Result;
pub use std::string::String;
pub use std::sync::LazyLock;
pub use std::time::Duration;
pub use std::vec::Vec;

pub use serde::Serialize;
pub use serde_json::{Map, Value, json};

pub use crate::error::Error;
pub use crate::plugin::{
    Category, ClientCall, Manifest, MenuItem, NamedArguments, NotificationCategory, NotificationType, Plugin,
    Route, Router, Step, Widget,
};
pub use crate::settings::{
    FieldType, Form, FromLiteral, Numeric, Reader, Rules, Scalar, Secret, Setting, SettingOption,
    SettingValue, Settings, Textual,
};
pub use crate::storage::Index;

/// The error text of a choice.
pub fn expected_one_of<T>(choices: &[&str]) -> Result<T, String> {
    Err(crate::settings::expected_one_of(choices))
}

/// A type that has all that [`Settings`] asks for, so that it can stand in a `where`.
pub trait MaySettings:
    Serialize + serde::de::DeserializeOwned + schemars::JsonSchema + Send + Sync + 'static
{
}

impl<T: Serialize + serde::de::DeserializeOwned + schemars::JsonSchema + Send + Sync + 'static> MaySettings
    for T
{
}

/// [`SettingValue`] as a table, so that a type that does not have it is told of once, where the table is made.
pub struct ValueOf<T> {
    pub fallback: fn() -> T,
    pub describe: fn(&T, &Setting, &mut Form),
    pub read: fn(T, &Value, &Setting, &mut Reader) -> T,
}

/// The table of `T`.
pub const fn value_of<T: SettingValue>() -> ValueOf<T> {
    ValueOf { fallback: T::fallback, describe: T::describe, read: T::read }
}

//! What a plugin is: a manifest, and a router from names to methods.

mod action;
mod argument;
mod client;
mod fields;
mod manifest;
mod plain;
mod replies;
mod reply;
mod request;
mod router;
mod scan;

pub use crate::name::{RESERVED_FIELDS, is_snake_case};
pub use crate::permission::{InvalidPermission, Permission};
pub use crate::storage::{Page, Updated};
pub use action::{ActionKind, ActionSpec};
pub use argument::{Argument, Input};
#[doc(hidden)]
pub use client::NamedArguments;
pub use client::{Caller, ClientCall};
pub use manifest::{
    Author, Category, InvalidManifest, Manifest, MenuItem, NotificationCategory, NotificationType, Route,
    Widget,
};
pub use replies::{Created, Item};
pub use reply::{ActionResult, Failure, IntoReply};
pub use request::{ACTION_FIELD, MAX_BODY_DEPTH, Request};
pub use router::{Router, Step};

#[doc(hidden)]
pub use argument::{Field, ObjectSchema, Whole};
#[doc(hidden)]
pub use reply::Outcome;

/// A plugin: what `#[plugin]` writes above an `impl` block, and what a person can write by hand.
///
/// A runtime holds one value of it, which serves all users at once; what belongs to a user is in the context of
/// each call. See [`Router`] for one that is written by hand.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// What the plugin says of itself. Actions, settings and subscriptions are not in it: the router has them.
    fn manifest(&self) -> Manifest;

    /// Which name runs which method.
    fn router() -> Router<Self>;
}

//! What an action is given: who calls, and everything that the caller may reach.

mod action;
mod effects;
mod other_user;
mod permission;
mod plugin;
mod query;
mod services;

pub use action::Context;
pub use other_user::OtherUser;
pub use plugin::PluginContext;
pub use query::QueryContext;

pub(crate) use effects::{Effect, Ending, Outgoing};
pub(crate) use services::{Grants, PluginInfo, Services};

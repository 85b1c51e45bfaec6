//! Says what is wrong with what the author wrote, and gives on what is right.

mod about;
mod actions;
mod block;
mod context;
mod handlers;
mod indexes;
mod members;
mod names;
mod parts;
mod permissions;
mod settings;
mod signature;
pub(super) mod types;

pub(super) use about::about;
pub(super) use block::block;
pub(super) use members::members;

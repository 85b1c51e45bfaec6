//! What the runtime promises, put to the test by plugins that try to break it.

// A test fails by a panic, and plugins here panic on purpose.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]
// The plugins here have no state, and most of what they do waits for nothing.
#![allow(clippy::unused_async, clippy::unused_self)]

mod bodies;
mod cancelling;
mod capabilities;
mod client;
mod describe;
mod draining;
mod effects;
mod events;
mod guards;
mod hand_over;
mod indexes;
mod installations;
mod kv;
mod lifecycle;
mod limits;
mod logs;
mod permissions;
mod plans;
mod settings;
mod shared;
mod smuggling;
mod support;
mod tenancy;

//! The HTTP surface over real sockets, asked by clients that are not ours.

// A test fails by a panic, and plugins here panic on purpose.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]
// The plugins here have no state, and most of what they do waits for nothing.
#![allow(clippy::unused_async, clippy::unused_self)]
// What reads a connection to its end changes it, and a time that is over is all that can be wrong.
#![allow(clippy::wrong_self_convention, clippy::match_wild_err_arm)]

mod access;
mod app;
mod bodies;
mod execute;
mod lab;
mod limits;
mod metrics;
mod mounting;
mod notifications;
mod openapi;
mod paths;
mod plugin_api;
mod secrets;
mod service;
mod serving;
mod settings;
mod support;
mod websocket;

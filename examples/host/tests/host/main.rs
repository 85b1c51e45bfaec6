//! The host as its users have it: the binary itself, over real sockets, with clients that know nothing of Mozaiks.

// What a check cannot go on without, it panics over: that is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "chaos")]
mod chaos;
mod clients;
#[cfg(feature = "otel")]
mod collector;
mod identity;
mod starting;
mod stopping;
mod support;
mod surface;
#[cfg(feature = "otel")]
mod traces;

//! What `#[plugin]` accepts, and what it makes of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may

mod architecture;
mod cfg;
mod client;
mod generics;
mod life;
mod lifetimes;
mod lints;
mod manifest;
mod modules;
mod no_prelude;
mod others;
mod permissions;
mod raw_names;
mod sixty;

use mozaiks_core::Plugin;
use serde_json::Value;

/// The names of a plugin's actions, in order.
fn names<P: Plugin>() -> Vec<String> {
    P::router().actions().map(|action| action.name().to_owned()).collect()
}

/// The schema of what an action takes.
fn input<P: Plugin>(name: &str) -> Value {
    schemas::<P>(name).0
}

/// The schemas of what an action takes and replies.
fn schemas<P: Plugin>(name: &str) -> (Value, Value) {
    let router = P::router();
    let action = router.actions().find(|action| action.name() == name).unwrap();
    (action.input_schema(), action.output_schema())
}

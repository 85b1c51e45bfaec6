//! The MongoDB storage against a server: what is its own. What it shares with all storages is in `tests/storage`.

// What a test cannot go on without, it panics over: that is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ask;
mod existing;
mod failures;
mod ids;
mod indexes;
mod names;
mod pipelines;
mod server;
mod upserts;

//! Every storage against the suite of its trait, and against the others.

// A test says what is wrong by failing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stderr)]

mod backends;
mod break_out;
mod hundred_lines;
mod known;
mod memory;
mod mongodb;
mod properties;
mod questions;
mod sqlite;

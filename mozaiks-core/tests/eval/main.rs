//! What filters, sorts, updates and projections mean, through the public interface.

// Small numbers, and a line where a loop would be three.
#![allow(clippy::cast_precision_loss, clippy::needless_for_each)]

mod comparing;
mod filters;
mod limits;
mod projections;
mod refusals;
mod regexes;
mod sorts;
mod support;
mod updates;
mod updates_of_arrays;
mod upserts;

//! What filters, sorts, updates and projections mean, through the public interface.

// Small numbers, and a line where a loop would be three.
#![allow(clippy::cast_precision_loss, clippy::needless_for_each)]

mod comparing;
mod filters;
mod groups;
mod index_keys;
mod index_laws;
mod index_plans;
mod limits;
mod pipelines;
mod project_stages;
mod projections;
mod refusals;
mod regexes;
mod sorts;
mod support;
mod updates;
mod updates_of_arrays;
mod upserts;

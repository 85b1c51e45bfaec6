//! What a [`Storage`](mozaiks_core::storage::Storage) must do: the cases of
//! [`conformance::storage`](super::storage()), by subject.
//!
//! MongoDB's manual decides what a filter, a sort, an update or a pipeline means. Where the order of an answer is the
//! storage's own, cases do not look at it.

pub mod arithmetic;
pub mod arrays;
mod ask;
pub mod comparing;
pub mod concurrent;
pub mod distinct;
pub mod expiry;
pub mod find_and_update;
pub mod groups;
pub mod ids;
pub mod indexed;
pub mod indexes;
pub mod inserting;
pub mod limits;
pub mod logic;
pub mod nulls;
pub mod numbers;
pub mod odd_scopes;
pub mod operators;
pub mod paths;
pub mod pipelines;
pub mod projecting;
pub mod reading;
pub mod refused_filters;
pub mod refused_updates;
pub mod regexes;
pub mod scopes;
pub mod setting;
pub mod sharing;
mod shelf;
pub mod sorting;
mod subject;
pub mod unique;
pub mod unique_scopes;
pub mod unique_values;
pub mod unwinding;
pub mod updating;
pub mod upserts;

use super::suite::Case;

pub use subject::Subject;

/// The cases of all subjects.
pub(super) fn cases() -> impl Iterator<Item = &'static Case<Subject>> {
    // In the order of what one needs first.
    [
        inserting::CASES,
        ids::CASES,
        comparing::CASES,
        numbers::CASES,
        nulls::CASES,
        paths::CASES,
        operators::CASES,
        logic::CASES,
        regexes::CASES,
        refused_filters::CASES,
        sorting::CASES,
        projecting::CASES,
        reading::CASES,
        distinct::CASES,
        updating::CASES,
        setting::CASES,
        arithmetic::CASES,
        arrays::CASES,
        refused_updates::CASES,
        upserts::CASES,
        find_and_update::CASES,
        limits::CASES,
        pipelines::CASES,
        unwinding::CASES,
        groups::CASES,
        scopes::CASES,
        odd_scopes::CASES,
        sharing::CASES,
        concurrent::CASES,
        unique::CASES,
        unique_values::CASES,
        unique_scopes::CASES,
        indexes::CASES,
        indexed::CASES,
        expiry::CASES,
    ]
    .into_iter()
    .flatten()
}

//! Projections.

use bson::{Document, bson, doc};
use mozaiks_core::storage::Query;

use super::Subject;
use super::ask::{ALICE, Refusal, all, found_ids, refused};
use super::shelf::{shelf, shows};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("projecting.rs");
    an_inclusion_shows_what_it_names,
    an_exclusion_shows_everything_else,
    an_empty_projection_shows_everything,
    bools_and_numbers_say_which,
    the_id_stands_beside_whatever_is_shown,
    an_inclusion_goes_along_paths,
    an_exclusion_goes_along_paths,
    an_inclusion_goes_through_arrays,
    an_exclusion_goes_through_arrays,
    an_inclusion_drops_elements_without_fields,
    a_projection_goes_into_arrays_in_arrays,
    a_number_in_a_projection_is_a_name,
    a_nested_projection_is_a_path,
    fields_are_shown_in_the_order_of_the_document,
    a_field_that_is_not_there_is_not_shown,
    an_inclusion_behind_a_scalar_shows_nothing,
    a_projection_does_not_change_what_is_found,
    a_mixed_projection_is_refused,
    a_projection_with_an_operator_is_refused,
    a_projection_of_a_path_and_its_parent_is_refused,
    a_projection_that_is_neither_is_refused,
];

/// `{a: 1}` shows `a` and nothing else.
pub async fn an_inclusion_shows_what_it_names(storage: &Subject) {
    let document = doc! { "a": 1, "b": [1, { "c": 2 }], "d": null };
    shows(storage, doc! { "a": 1 }, document.clone(), doc! { "a": 1 }).await;
    shows(storage, doc! { "b": 1, "d": 1 }, document, doc! { "b": [1, { "c": 2 }], "d": null }).await;
}

/// `{a: 0}` shows all but `a`.
pub async fn an_exclusion_shows_everything_else(storage: &Subject) {
    shows(storage, doc! { "a": 0, "c": 0 }, doc! { "a": 1, "b": 2, "c": 3, "d": 4 }, doc! { "b": 2, "d": 4 })
        .await;
}

/// A projection without fields leaves out nothing.
pub async fn an_empty_projection_shows_everything(storage: &Subject) {
    shows(storage, doc! {}, doc! { "a": 1, "b": { "c": 2 } }, doc! { "a": 1, "b": { "c": 2 } }).await;
}

/// true and every number but 0 include, false and 0 exclude.
pub async fn bools_and_numbers_say_which(storage: &Subject) {
    for yes in [bson!(true), bson!(1.0), bson!(5_i64), bson!(-1)] {
        shows(storage, doc! { "a": yes }, doc! { "a": 1, "b": 2 }, doc! { "a": 1 }).await;
    }
    for no in [bson!(false), bson!(0.0), bson!(0_i64)] {
        shows(storage, doc! { "a": no }, doc! { "a": 1, "b": 2 }, doc! { "b": 2 }).await;
    }
}

/// The id stands beside a document whatever is shown, also with `_id: 0`.
pub async fn the_id_stands_beside_whatever_is_shown(storage: &Subject) {
    let document = doc! { "a": 1, "b": 2 };
    shows(storage, doc! { "_id": 0 }, document.clone(), document.clone()).await;
    shows(storage, doc! { "_id": 0, "a": 1 }, document.clone(), doc! { "a": 1 }).await;
    shows(storage, doc! { "_id": 1, "a": 1 }, document.clone(), doc! { "a": 1 }).await;
    shows(storage, doc! { "_id": 1 }, document.clone(), doc! {}).await;
    shows(storage, doc! { "_id": 0, "a": 0 }, document, doc! { "b": 2 }).await;
}

/// `{"a.b": 1}` shows `b` inside `a`, and the documents on the way to it.
pub async fn an_inclusion_goes_along_paths(storage: &Subject) {
    let document = doc! { "a": { "b": { "x": 1 }, "c": 2 }, "d": 3 };
    shows(storage, doc! { "a.b": 1 }, document.clone(), doc! { "a": { "b": { "x": 1 } } }).await;
    shows(storage, doc! { "a.b.x": 1, "d": 1 }, document.clone(), doc! { "a": { "b": { "x": 1 } }, "d": 3 })
        .await;
    shows(storage, doc! { "a.z": 1 }, document, doc! { "a": {} }).await;
}

/// `{"a.b": 0}` leaves out `b` inside `a`.
pub async fn an_exclusion_goes_along_paths(storage: &Subject) {
    let document = doc! { "a": { "b": { "x": 1 }, "c": 2 }, "d": 3 };
    shows(storage, doc! { "a.b": 0 }, document.clone(), doc! { "a": { "c": 2 }, "d": 3 }).await;
    shows(storage, doc! { "a.b.x": 0 }, document, doc! { "a": { "b": {}, "c": 2 }, "d": 3 }).await;
}

/// Behind an array, an inclusion shows the field of each document.
pub async fn an_inclusion_goes_through_arrays(storage: &Subject) {
    let document = doc! { "a": [{ "b": 1, "c": 2 }, { "c": 3 }, { "b": [4] }] };
    shows(storage, doc! { "a.b": 1 }, document, doc! { "a": [{ "b": 1 }, {}, { "b": [4] }] }).await;
}

/// Behind an array, an exclusion leaves out the field of each document, and keeps the other elements.
pub async fn an_exclusion_goes_through_arrays(storage: &Subject) {
    let document = doc! { "a": [{ "b": 1, "c": 2 }, 5, null, { "c": 3 }] };
    shows(storage, doc! { "a.b": 0 }, document, doc! { "a": [{ "c": 2 }, 5, null, { "c": 3 }] }).await;
}

/// An inclusion behind an array drops the elements that have no fields.
pub async fn an_inclusion_drops_elements_without_fields(storage: &Subject) {
    let document = doc! { "a": [1, { "b": 2 }, "text", null] };
    shows(storage, doc! { "a.b": 1 }, document, doc! { "a": [{ "b": 2 }] }).await;
}

/// Unlike a filter, a projection goes into arrays inside arrays.
pub async fn a_projection_goes_into_arrays_in_arrays(storage: &Subject) {
    let document = doc! { "a": [[{ "b": 1, "c": 2 }], { "b": 3, "c": 4 }] };
    shows(storage, doc! { "a.b": 1 }, document.clone(), doc! { "a": [[{ "b": 1 }], { "b": 3 }] }).await;
    shows(storage, doc! { "a.b": 0 }, document, doc! { "a": [[{ "c": 2 }], { "c": 4 }] }).await;
}

/// In a projection a number is the name of a field, never an index.
pub async fn a_number_in_a_projection_is_a_name(storage: &Subject) {
    shows(storage, doc! { "a.0": 1 }, doc! { "a": [1, { "0": 2 }] }, doc! { "a": [{ "0": 2 }] }).await;
    shows(storage, doc! { "a.0": 1 }, doc! { "a": { "0": 1, "1": 2 } }, doc! { "a": { "0": 1 } }).await;
}

/// `{a: {b: 1}}` is `{"a.b": 1}`.
pub async fn a_nested_projection_is_a_path(storage: &Subject) {
    let document = doc! { "a": { "b": 1, "c": 2 }, "d": 3 };
    shows(storage, doc! { "a": { "b": 1 } }, document.clone(), doc! { "a": { "b": 1 } }).await;
    shows(storage, doc! { "a": { "b": 0 } }, document, doc! { "a": { "c": 2 }, "d": 3 }).await;
}

/// The order of fields is that of the document, not that of the projection.
pub async fn fields_are_shown_in_the_order_of_the_document(storage: &Subject) {
    shows(storage, doc! { "b": 1, "a": 1 }, doc! { "a": 1, "b": 2 }, doc! { "a": 1, "b": 2 }).await;
}

/// To name a field that is not there is no error.
pub async fn a_field_that_is_not_there_is_not_shown(storage: &Subject) {
    shows(storage, doc! { "z": 1 }, doc! { "a": 1 }, doc! {}).await;
    shows(storage, doc! { "z": 0 }, doc! { "a": 1 }, doc! { "a": 1 }).await;
}

/// An inclusion of `a.b` does not show an `a` that has no fields; an exclusion does.
pub async fn an_inclusion_behind_a_scalar_shows_nothing(storage: &Subject) {
    shows(storage, doc! { "a.b": 1 }, doc! { "a": 5, "c": 1 }, doc! {}).await;
    shows(storage, doc! { "a.b": 0 }, doc! { "a": 5, "c": 1 }, doc! { "a": 5, "c": 1 }).await;
}

/// A filter and a sort see the whole document, whatever is shown of it.
pub async fn a_projection_does_not_change_what_is_found(storage: &Subject) {
    shelf(storage, [doc! { "a": 1, "b": 2 }, doc! { "a": 1, "b": 1 }, doc! { "a": 2, "b": 0 }]).await;
    let mut query = Query::new(super::ask::by(doc! { "a": 1 }));
    (query.sort, query.projection) = (Some(doc! { "b": 1 }), Some(doc! { "a": 0, "b": 0 }));
    assert_eq!(found_ids(storage, ALICE, query).await, ["001", "000"]);
}

async fn refuses(storage: &Subject, projection: Document, refusal: Refusal<'_>) {
    let mut query = Query::new(all());
    query.projection = Some(projection.clone());
    refused(&format!("find with the projection {projection}"), storage.find(ALICE, query), refusal).await;
}

/// Fields are all shown or all left out; `_id` alone may differ.
pub async fn a_mixed_projection_is_refused(storage: &Subject) {
    refuses(storage, doc! { "a": 1, "b": 0 }, Refusal::Invalid).await;
    refuses(storage, doc! { "a": 0, "b.c": 1 }, Refusal::Invalid).await;
    refuses(storage, doc! { "a": { "b": 1, "c": 0 } }, Refusal::Invalid).await;
}

/// Operators of projections are outside the language.
pub async fn a_projection_with_an_operator_is_refused(storage: &Subject) {
    for operator in ["$slice", "$elemMatch", "$meta"] {
        refuses(storage, doc! { "a": { operator: 1 } }, Refusal::Unsupported(operator)).await;
    }
    refuses(storage, doc! { "a.$": 1 }, Refusal::Unsupported("$")).await;
}

/// A path and a part of it are named twice.
pub async fn a_projection_of_a_path_and_its_parent_is_refused(storage: &Subject) {
    refuses(storage, doc! { "a": 1, "a.b": 1 }, Refusal::Invalid).await;
    refuses(storage, doc! { "a.b": 0, "a": 0 }, Refusal::Invalid).await;
}

/// Beside a field stands 1 or 0, and a field has a name.
pub async fn a_projection_that_is_neither_is_refused(storage: &Subject) {
    for value in [bson!("$b"), bson!(null), bson!([]), bson!({})] {
        refuses(storage, doc! { "a": value }, Refusal::Invalid).await;
    }
    for path in ["", "a.", "a..b"] {
        refuses(storage, doc! { path: 1 }, Refusal::Invalid).await;
    }
}

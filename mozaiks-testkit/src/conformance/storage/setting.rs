//! `$set` and `$unset`.

use bson::{bson, doc};

use super::Subject;
use super::ask::{date, decimal};
use super::shelf::{changes, fails};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("setting.rs");
    set_writes_a_field,
    set_keeps_the_place_of_a_field,
    new_fields_are_added_in_the_order_of_their_names,
    set_makes_the_documents_on_the_way,
    set_writes_an_element_of_an_array,
    set_pads_an_array_with_nulls,
    set_makes_a_document_with_a_number_for_a_name,
    set_of_an_equal_number_of_another_type_changes_the_type,
    set_through_a_scalar_or_null_fails,
    set_into_an_array_by_a_name_fails,
    unset_removes_a_field,
    unset_of_an_element_leaves_null,
    unset_of_what_is_not_there_does_nothing,
];

/// `$set` writes a field, new or not, whatever the value.
pub async fn set_writes_a_field(storage: &Subject) {
    changes(storage, doc! { "a": 1 }, doc! { "$set": { "a": 2 } }, doc! { "a": 2 }).await;
    changes(storage, doc! { "a": 1 }, doc! { "$set": { "b": [1, {}] } }, doc! { "a": 1, "b": [1, {}] }).await;
    changes(storage, doc! { "a": 1 }, doc! { "$set": { "a": null } }, doc! { "a": null }).await;
    changes(
        storage,
        doc! { "a": { "b": 1 } },
        doc! { "$set": { "a": { "c": 2 } } },
        doc! { "a": { "c": 2 } },
    )
    .await;
}

/// A field that is written again stays where it is, and a new one comes last.
pub async fn set_keeps_the_place_of_a_field(storage: &Subject) {
    let before = doc! { "z": 1, "a": 2, "m": 3 };
    changes(storage, before.clone(), doc! { "$set": { "a": "x" } }, doc! { "z": 1, "a": "x", "m": 3 }).await;
    changes(storage, before, doc! { "$set": { "b": 4 } }, doc! { "z": 1, "a": 2, "m": 3, "b": 4 }).await;
}

/// New fields are added in the order of their names, numbers as numbers.
pub async fn new_fields_are_added_in_the_order_of_their_names(storage: &Subject) {
    let after = doc! { "z": 0, "a": 2, "b": 1, "c": 3 };
    changes(storage, doc! { "z": 0 }, doc! { "$set": { "b": 1, "a": 2 }, "$inc": { "c": 3 } }, after).await;
    let after = doc! { "z": 0, "n": { "2": 2, "10": 1 } };
    changes(storage, doc! { "z": 0 }, doc! { "$set": { "n.10": 1, "n.2": 2 } }, after).await;
}

/// A path makes the documents that lead to it.
pub async fn set_makes_the_documents_on_the_way(storage: &Subject) {
    changes(storage, doc! {}, doc! { "$set": { "a.b.c": 1 } }, doc! { "a": { "b": { "c": 1 } } }).await;
    changes(
        storage,
        doc! { "a": { "x": 1 } },
        doc! { "$set": { "a.b": 1 } },
        doc! { "a": { "x": 1, "b": 1 } },
    )
    .await;
}

/// `"a.1"` is the second element of an array.
pub async fn set_writes_an_element_of_an_array(storage: &Subject) {
    changes(storage, doc! { "a": [1, 2, 3] }, doc! { "$set": { "a.1": "x" } }, doc! { "a": [1, "x", 3] })
        .await;
    let before = doc! { "a": [{ "b": 1 }, { "b": 2 }] };
    changes(storage, before, doc! { "$set": { "a.1.b": 9 } }, doc! { "a": [{ "b": 1 }, { "b": 9 }] }).await;
}

/// A position beyond the end of an array fills the gap with nulls.
pub async fn set_pads_an_array_with_nulls(storage: &Subject) {
    changes(storage, doc! { "a": [1] }, doc! { "$set": { "a.3": 4 } }, doc! { "a": [1, null, null, 4] })
        .await;
    changes(storage, doc! { "a": [] }, doc! { "$set": { "a.1.b": 4 } }, doc! { "a": [null, { "b": 4 }] })
        .await;
    changes(storage, doc! { "a": [1] }, doc! { "$inc": { "a.1": 4 } }, doc! { "a": [1, 4] }).await;
}

/// Where no array is, a number in a path is the name of a field.
pub async fn set_makes_a_document_with_a_number_for_a_name(storage: &Subject) {
    changes(storage, doc! {}, doc! { "$set": { "a.3": 1 } }, doc! { "a": { "3": 1 } }).await;
}

/// A number that is equal and of another type is another value: the field has its type afterwards.
pub async fn set_of_an_equal_number_of_another_type_changes_the_type(storage: &Subject) {
    for value in [bson!(1_i64), bson!(1.0), decimal("1")] {
        changes(storage, doc! { "n": 1 }, doc! { "$set": { "n": value.clone() } }, doc! { "n": value }).await;
    }
    changes(storage, doc! { "n": 0.0 }, doc! { "$set": { "n": -0.0 } }, doc! { "n": -0.0 }).await;
}

/// A path through a scalar or through null is an error: null is not missing.
pub async fn set_through_a_scalar_or_null_fails(storage: &Subject) {
    for value in [bson!(1), bson!("text"), bson!(null), bson!(true), date(0)] {
        fails(storage, doc! { "a": value.clone() }, doc! { "$set": { "a.b": 1 } }).await;
        fails(storage, doc! { "a": [value] }, doc! { "$inc": { "a.0.b": 1 } }).await;
    }
}

/// An update does not go through an array by itself.
pub async fn set_into_an_array_by_a_name_fails(storage: &Subject) {
    fails(storage, doc! { "a": [{ "b": 1 }] }, doc! { "$set": { "a.b": 2 } }).await;
    fails(storage, doc! { "a": [] }, doc! { "$set": { "a.x": 2 } }).await;
}

/// `$unset` removes a field, whatever stands beside it.
pub async fn unset_removes_a_field(storage: &Subject) {
    changes(storage, doc! { "a": 1, "b": 2 }, doc! { "$unset": { "a": "" } }, doc! { "b": 2 }).await;
    changes(storage, doc! { "a": 1, "b": 2 }, doc! { "$unset": { "a": 0, "b": true } }, doc! {}).await;
    let before = doc! { "a": { "b": 1, "c": 2 } };
    changes(storage, before, doc! { "$unset": { "a.b": 1 } }, doc! { "a": { "c": 2 } }).await;
}

/// In an array null takes the place of what is removed, and the others stay where they are.
pub async fn unset_of_an_element_leaves_null(storage: &Subject) {
    changes(storage, doc! { "a": [1, 2, 3] }, doc! { "$unset": { "a.1": "" } }, doc! { "a": [1, null, 3] })
        .await;
    changes(storage, doc! { "a": [1] }, doc! { "$unset": { "a.5": "" } }, doc! { "a": [1] }).await;
}

/// A path that leads nowhere has nothing to remove.
pub async fn unset_of_what_is_not_there_does_nothing(storage: &Subject) {
    for before in [doc! {}, doc! { "a": 1 }, doc! { "a": null }, doc! { "a": {} }] {
        changes(storage, before.clone(), doc! { "$unset": { "a.b": "" } }, before).await;
    }
}

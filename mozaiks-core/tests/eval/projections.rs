//! Which fields a projection shows, and which values are distinct.

use bson::{Bson, doc};
use mozaiks_core::storage::{
    StorageError,
    eval::{Projection, distinct_values},
};

use crate::support::{assert_projects as shows, raw};

#[test]
fn an_empty_projection_shows_everything() {
    shows(doc! {}, doc! { "_id": 1, "a": 2 }, doc! { "_id": 1, "a": 2 });
}

#[test]
fn inclusion_shows_the_fields_and_the_id() {
    shows(doc! { "a": 1 }, doc! { "_id": 1, "a": 2, "b": 3 }, doc! { "_id": 1, "a": 2 });
    shows(doc! { "a": true, "_id": 0 }, doc! { "_id": 1, "a": 2, "b": 3 }, doc! { "a": 2 });
    shows(doc! { "_id": 1 }, doc! { "_id": 1, "a": 2 }, doc! { "_id": 1 });
    shows(doc! { "c": 1 }, doc! { "_id": 1, "a": 2 }, doc! { "_id": 1 });
}

#[test]
fn exclusion_leaves_the_fields_out() {
    shows(doc! { "a": 0 }, doc! { "_id": 1, "a": 2, "b": 3 }, doc! { "_id": 1, "b": 3 });
    shows(doc! { "_id": 0 }, doc! { "_id": 1, "a": 2 }, doc! { "a": 2 });
    shows(doc! { "a": false, "_id": 0 }, doc! { "_id": 1, "a": 2, "b": 3 }, doc! { "b": 3 });
    shows(doc! { "a": 0, "_id": 1 }, doc! { "_id": 1, "a": 2, "b": 3 }, doc! { "_id": 1, "b": 3 });
}

#[test]
fn the_order_is_that_of_the_document() {
    shows(doc! { "b": 1, "a": 1 }, doc! { "_id": 1, "a": 2, "b": 3 }, doc! { "_id": 1, "a": 2, "b": 3 });
}

#[test]
fn a_nested_projection_is_a_dotted_one() {
    let document = doc! { "_id": 1, "a": { "b": 1, "c": 2 }, "d": 3 };
    shows(doc! { "a.b": 1 }, document.clone(), doc! { "_id": 1, "a": { "b": 1 } });
    shows(doc! { "a": { "b": 1 } }, document.clone(), doc! { "_id": 1, "a": { "b": 1 } });
    shows(doc! { "a": { "b": 0 } }, document, doc! { "_id": 1, "a": { "c": 2 }, "d": 3 });
    shows(doc! { "_id.x": 1 }, doc! { "_id": { "x": 1, "y": 2 }, "a": 1 }, doc! { "_id": { "x": 1 } });
}

#[test]
fn a_dotted_projection_goes_through_arrays() {
    let document = doc! { "a": [{ "b": 1, "c": 2 }, 5, [{ "b": 3, "c": 4 }], {}] };
    shows(doc! { "a.b": 1 }, document.clone(), doc! { "a": [{ "b": 1 }, [{ "b": 3 }], {}] });
    shows(doc! { "a.b": 0 }, document, doc! { "a": [{ "c": 2 }, 5, [{ "c": 4 }], {}] });
    shows(doc! { "a.b": 1 }, doc! { "a": 5 }, doc! {});
    shows(doc! { "a.b": 0 }, doc! { "a": 5 }, doc! { "a": 5 });
    shows(doc! { "a.b": 1 }, doc! { "a": { "c": 1 } }, doc! { "a": {} });
    shows(doc! { "a.0": 1 }, doc! { "a": [1, { "0": 2 }] }, doc! { "a": [{ "0": 2 }] });
}

#[test]
fn mixes_and_collisions_are_refused() {
    for projection in [
        doc! { "a": 1, "b": 0 },
        doc! { "a": 1, "a.b": 1 },
        doc! { "a.b": 1, "a": 1 },
        doc! { "a": { "b": 1 }, "a.b": 1 },
        doc! { "_id": 1, "_id.x": 1 },
        doc! { "a": {} },
        doc! { "a": "yes" },
        doc! { "a": null },
        doc! { "a..b": 1 },
        doc! { "": 1 },
    ] {
        assert!(matches!(Projection::parse(&projection), Err(StorageError::Invalid(_))), "{projection}");
    }
}

#[test]
fn projection_operators_are_refused_by_name() {
    for projection in [
        doc! { "a": { "$slice": 1 } },
        doc! { "a": { "$elemMatch": { "x": 1 } } },
        doc! { "a": { "$meta": "textScore" } },
        doc! { "a.$": 1 },
    ] {
        assert!(matches!(Projection::parse(&projection), Err(StorageError::Unsupported(_))), "{projection}");
    }
}

#[track_caller]
fn distinct(document: bson::Document, path: &str, expected: Vec<Bson>) {
    assert_eq!(distinct_values(&raw(&document), path), expected, "{path} of {document}");
}

#[test]
fn distinct_unwinds_arrays_one_level() {
    distinct(doc! { "a": 1 }, "a", vec![1.into()]);
    distinct(doc! { "a": [1, 2] }, "a", vec![1.into(), 2.into()]);
    distinct(doc! { "a": [[1], 2] }, "a", vec![Bson::Array(vec![1.into()]), 2.into()]);
    distinct(doc! { "a": [] }, "a", vec![]);
    distinct(doc! {}, "a", vec![]);
    distinct(doc! { "a": null }, "a", vec![Bson::Null]);
    distinct(doc! { "a": [{ "b": 1 }, 5, { "b": [2, 3] }, {}] }, "a.b", vec![1.into(), 2.into(), 3.into()]);
    distinct(doc! { "a": [[{ "b": 1 }]] }, "a.b", vec![]);
    distinct(doc! { "a": [7, 8] }, "a.1", vec![8.into()]);
    distinct(doc! { "a": 1 }, "a..b", vec![]);
}

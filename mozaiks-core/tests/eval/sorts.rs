//! How documents are sorted.

use bson::{Bson, doc};
use mozaiks_core::storage::{StorageError, eval::Sort};

use crate::support::{assert_sorts, decimal, raw};

#[test]
fn fields_sort_by_significance_and_direction() {
    assert_sorts(doc! { "a": 1 }, &[doc! { "a": 1 }, doc! { "a": 2.5 }, doc! { "a": "x" }]);
    assert_sorts(doc! { "a": -1 }, &[doc! { "a": "x" }, doc! { "a": 2.5 }, doc! { "a": 1 }]);
    assert_sorts(
        doc! { "a": 1, "b": -1 },
        &[doc! { "a": 1, "b": 2 }, doc! { "a": 1, "b": 1 }, doc! { "a": 2, "b": 9 }],
    );
    assert_sorts(doc! { "a.b": 1 }, &[doc! { "a": { "b": 1 } }, doc! { "a": { "b": 2 } }]);
}

#[test]
fn an_array_sorts_by_its_least_element_up_and_its_greatest_down() {
    assert_sorts(doc! { "a": 1 }, &[doc! { "a": [9, 1] }, doc! { "a": 2 }, doc! { "a": [3, 4] }]);
    assert_sorts(doc! { "a": -1 }, &[doc! { "a": [9, 1] }, doc! { "a": [3, 4] }, doc! { "a": 2 }]);
    assert_sorts(
        doc! { "a.b": 1 },
        &[doc! { "a": [{ "b": 7 }, { "b": 1 }] }, doc! { "a": [{ "b": 2 }] }, doc! { "a": { "b": [8, 3] } }],
    );
}

#[test]
fn an_empty_array_is_below_null_and_missing_which_are_equal() {
    assert_sorts(doc! { "a": 1 }, &[doc! { "a": [] }, doc! { "a": null }, doc! { "a": 0 }]);
    assert_sorts(doc! { "a": 1 }, &[doc! { "a": Bson::MinKey }, doc! { "a": [] }, doc! {}]);
    assert_sorts(doc! { "a": -1 }, &[doc! { "a": 0 }, doc! {}, doc! { "a": [] }]);
    let sort = Sort::parse(&doc! { "a": 1 }).unwrap();
    assert!(sort.compare(&raw(&doc! {}), &raw(&doc! { "a": null })).is_eq());
    let nested = Sort::parse(&doc! { "a.b": 1 }).unwrap();
    assert!(nested.compare(&raw(&doc! { "a": [] }), &raw(&doc! { "a": 5 })).is_eq());
}

#[test]
fn a_nested_array_ranks_as_an_array() {
    assert_sorts(doc! { "a": 1 }, &[doc! { "a": { "x": 1 } }, doc! { "a": [[1]] }, doc! { "a": true }]);
    assert_sorts(doc! { "a": 1 }, &[doc! { "a": [[1], 5] }, doc! { "a": [[0]] }]);
}

#[test]
fn fields_of_one_array_sort_by_one_element() {
    assert_sorts(
        doc! { "a.b": 1, "a.c": 1 },
        &[doc! { "a": { "b": 1, "c": 5 } }, doc! { "a": [{ "b": 1, "c": 9 }, { "b": 2, "c": 0 }] }],
    );
}

#[test]
fn a_number_in_a_path_is_a_position() {
    assert_sorts(doc! { "a.1": 1 }, &[doc! { "a": [9] }, doc! { "a": [9, 1] }, doc! { "a": [0, 2] }]);
}

#[test]
fn the_direction_is_one_or_minus_one_of_any_number_type() {
    for direction in [Bson::Int32(1), Bson::Int64(-1), Bson::Double(1.0), decimal("-1")] {
        assert!(Sort::parse(&doc! { "a": direction }).is_ok());
    }
    for direction in
        [2.into(), 0.into(), Bson::Double(1.5), "asc".into(), true.into(), Bson::Null, doc! {}.into()]
    {
        assert!(matches!(Sort::parse(&doc! { "a": direction }), Err(StorageError::Invalid(_))));
    }
    assert!(matches!(
        Sort::parse(&doc! { "a": { "$meta": "textScore" } }),
        Err(StorageError::Unsupported(name)) if name == "$meta"
    ));
    assert!(matches!(Sort::parse(&doc! { "$natural": 1 }), Err(StorageError::Unsupported(_))));
    assert!(matches!(Sort::parse(&doc! { "a..b": 1 }), Err(StorageError::Invalid(_))));
}

#[test]
fn sorting_by_nothing_keeps_the_order() {
    let sort = Sort::parse(&doc! {}).unwrap();
    assert!(sort.is_empty());
    assert!(sort.compare(&raw(&doc! { "a": 1 }), &raw(&doc! { "a": 2 })).is_eq());
}

#[test]
fn keys_taken_out_once_compare_the_same() {
    let sort = Sort::parse(&doc! { "a": -1, "b": 1 }).unwrap();
    let documents =
        [doc! { "a": [1, 5], "b": 1 }, doc! { "a": 5 }, doc! { "b": [] }, doc! {}].map(|d| raw(&d));
    for a in &documents {
        for b in &documents {
            assert_eq!(sort.compare(a, b), sort.compare_keys(&sort.key(a), &sort.key(b)));
        }
    }
}

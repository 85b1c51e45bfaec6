//! Updates of arrays.

use bson::{bson, doc};

use super::Subject;
use super::ask::{decimal, regex};
use super::shelf::{changes, fails};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("arrays.rs");
    push_appends,
    push_creates_a_missing_array,
    push_of_an_array_appends_one_element,
    push_each_appends_several,
    push_inserts_at_a_position,
    push_counts_a_negative_position_from_the_end,
    push_sorts_the_elements,
    push_sorts_documents_by_their_fields,
    push_cuts_from_the_front_or_the_end,
    push_sorts_after_inserting_and_cuts_after_sorting,
    push_onto_what_is_no_array_fails,
    add_to_set_adds_what_is_not_there,
    add_to_set_each_adds_every_value_once,
    add_to_set_knows_equal_numbers,
    add_to_set_compares_documents_in_field_order,
    add_to_set_of_an_array_adds_one_element,
    add_to_set_to_what_is_no_array_fails,
    pull_removes_equal_elements,
    pull_of_a_document_is_a_query_on_elements,
    pull_takes_operators,
    pull_takes_a_regex,
    pull_of_a_query_leaves_scalars_alone,
    pull_from_a_missing_field_does_nothing,
    pull_from_what_is_no_array_fails,
    pull_all_removes_whole_values,
    pop_removes_the_first_or_the_last,
    pop_of_what_is_no_array_fails,
    arrays_in_documents_and_arrays_are_reached_by_paths,
];

/// `$push` appends one element.
pub async fn push_appends(storage: &Subject) {
    changes(storage, doc! { "a": [1] }, doc! { "$push": { "a": 1 } }, doc! { "a": [1, 1] }).await;
    changes(storage, doc! { "a": [] }, doc! { "$push": { "a": { "b": 1 } } }, doc! { "a": [{ "b": 1 }] })
        .await;
    changes(storage, doc! { "a": [1] }, doc! { "$push": { "a": null } }, doc! { "a": [1, null] }).await;
}

/// On a missing field, `$push` makes an array.
pub async fn push_creates_a_missing_array(storage: &Subject) {
    changes(storage, doc! {}, doc! { "$push": { "a.b": 1 } }, doc! { "a": { "b": [1] } }).await;
    changes(storage, doc! {}, doc! { "$push": { "a": { "$each": [] } } }, doc! { "a": [] }).await;
}

/// An array that is pushed without `$each` is one element.
pub async fn push_of_an_array_appends_one_element(storage: &Subject) {
    changes(storage, doc! { "a": [1] }, doc! { "$push": { "a": [2, 3] } }, doc! { "a": [1, [2, 3]] }).await;
}

/// `$each` pushes several, in their order.
pub async fn push_each_appends_several(storage: &Subject) {
    changes(
        storage,
        doc! { "a": [1] },
        doc! { "$push": { "a": { "$each": [3, 2] } } },
        doc! { "a": [1, 3, 2] },
    )
    .await;
}

/// `$position` inserts there; beyond the end it appends.
pub async fn push_inserts_at_a_position(storage: &Subject) {
    for (position, after) in [(0, bson!([9, 8, 1, 2])), (1, bson!([1, 9, 8, 2])), (7, bson!([1, 2, 9, 8]))] {
        let change = doc! { "$push": { "a": { "$each": [9, 8], "$position": position } } };
        changes(storage, doc! { "a": [1, 2] }, change, doc! { "a": after }).await;
    }
}

/// A negative `$position` counts from the end.
pub async fn push_counts_a_negative_position_from_the_end(storage: &Subject) {
    for (position, after) in [(-1, bson!([1, 2, 9, 3])), (-3, bson!([9, 1, 2, 3])), (-7, bson!([9, 1, 2, 3]))]
    {
        let change = doc! { "$push": { "a": { "$each": [9], "$position": position } } };
        changes(storage, doc! { "a": [1, 2, 3] }, change, doc! { "a": after }).await;
    }
}

/// `$sort: 1` and `-1` order whole elements, of whatever types.
pub async fn push_sorts_the_elements(storage: &Subject) {
    let push = |direction| doc! { "$push": { "a": { "$each": [2, "a", null], "$sort": direction } } };
    changes(storage, doc! { "a": [3, 1.5] }, push(1), doc! { "a": [null, 1.5, 2, 3, "a"] }).await;
    changes(storage, doc! { "a": [3, 1.5] }, push(-1), doc! { "a": ["a", 3, 2, 1.5, null] }).await;
}

/// `$sort` by fields orders elements that are documents.
pub async fn push_sorts_documents_by_their_fields(storage: &Subject) {
    let before = doc! { "a": [{ "n": 2, "m": 1 }, { "n": 1, "m": 1 }] };
    let change = doc! { "$push": { "a": { "$each": [{ "n": 1, "m": 2 }], "$sort": { "n": 1, "m": -1 } } } };
    let after = doc! { "a": [{ "n": 1, "m": 2 }, { "n": 1, "m": 1 }, { "n": 2, "m": 1 }] };
    changes(storage, before, change, after).await;
}

/// A `$slice` keeps so many from the front, a negative one from the end, 0 none.
pub async fn push_cuts_from_the_front_or_the_end(storage: &Subject) {
    for (slice, after) in [(2, bson!([1, 2])), (-2, bson!([3, 4])), (0, bson!([])), (9, bson!([1, 2, 3, 4]))]
    {
        let change = doc! { "$push": { "a": { "$each": [3, 4], "$slice": slice } } };
        changes(storage, doc! { "a": [1, 2] }, change, doc! { "a": after }).await;
    }
}

/// First the elements are inserted, then sorted, then cut, in whatever order it is written.
pub async fn push_sorts_after_inserting_and_cuts_after_sorting(storage: &Subject) {
    let change = doc! { "$push": { "a": { "$slice": -2, "$sort": 1, "$each": [5, 1], "$position": 0 } } };
    changes(storage, doc! { "a": [9, 3] }, change, doc! { "a": [5, 9] }).await;
}

/// `$push` wants an array; null is none.
pub async fn push_onto_what_is_no_array_fails(storage: &Subject) {
    for value in [bson!(null), bson!(1), bson!("a"), bson!({ "0": 1 })] {
        fails(storage, doc! { "a": value }, doc! { "$push": { "a": 1 } }).await;
    }
}

/// `$addToSet` appends a value that is not there.
pub async fn add_to_set_adds_what_is_not_there(storage: &Subject) {
    changes(storage, doc! { "a": [1, 2] }, doc! { "$addToSet": { "a": 3 } }, doc! { "a": [1, 2, 3] }).await;
    changes(storage, doc! { "a": [1, 2] }, doc! { "$addToSet": { "a": 2 } }, doc! { "a": [1, 2] }).await;
    changes(storage, doc! {}, doc! { "$addToSet": { "a": 2 } }, doc! { "a": [2] }).await;
    // What was twice there stays so.
    changes(storage, doc! { "a": [1, 1] }, doc! { "$addToSet": { "a": 2 } }, doc! { "a": [1, 1, 2] }).await;
}

/// `$each` adds several, each once.
pub async fn add_to_set_each_adds_every_value_once(storage: &Subject) {
    let change = doc! { "$addToSet": { "a": { "$each": [2, 3, 3, 1, 4] } } };
    changes(storage, doc! { "a": [1, 2] }, change, doc! { "a": [1, 2, 3, 4] }).await;
}

/// A number that is equal is there already, whatever its type.
pub async fn add_to_set_knows_equal_numbers(storage: &Subject) {
    for value in [bson!(1_i64), bson!(1.0), decimal("1.0")] {
        changes(storage, doc! { "a": [1] }, doc! { "$addToSet": { "a": value } }, doc! { "a": [1] }).await;
    }
}

/// Documents are the same with the same fields in the same order.
pub async fn add_to_set_compares_documents_in_field_order(storage: &Subject) {
    let before = doc! { "a": [{ "x": 1, "y": 2 }] };
    changes(storage, before.clone(), doc! { "$addToSet": { "a": { "x": 1, "y": 2 } } }, before.clone()).await;
    let after = doc! { "a": [{ "x": 1, "y": 2 }, { "y": 2, "x": 1 }] };
    changes(storage, before, doc! { "$addToSet": { "a": { "y": 2, "x": 1 } } }, after).await;
}

/// An array without `$each` is one value.
pub async fn add_to_set_of_an_array_adds_one_element(storage: &Subject) {
    changes(storage, doc! { "a": [1] }, doc! { "$addToSet": { "a": [1] } }, doc! { "a": [1, [1]] }).await;
    changes(storage, doc! { "a": [[1]] }, doc! { "$addToSet": { "a": [1] } }, doc! { "a": [[1]] }).await;
}

/// `$addToSet` wants an array; null is none.
pub async fn add_to_set_to_what_is_no_array_fails(storage: &Subject) {
    for value in [bson!(null), bson!(1), bson!({})] {
        fails(storage, doc! { "a": value }, doc! { "$addToSet": { "a": 1 } }).await;
    }
}

/// `$pull` removes every element that equals a value.
pub async fn pull_removes_equal_elements(storage: &Subject) {
    changes(storage, doc! { "a": [1, 2, 1.0, "1"] }, doc! { "$pull": { "a": 1 } }, doc! { "a": [2, "1"] })
        .await;
    changes(
        storage,
        doc! { "a": [[1, 2], [2, 1]] },
        doc! { "$pull": { "a": [1, 2] } },
        doc! { "a": [[2, 1]] },
    )
    .await;
    changes(storage, doc! { "a": [null, 1] }, doc! { "$pull": { "a": null } }, doc! { "a": [1] }).await;
}

/// `$pull` of a document removes the elements that match it as a filter: more fields and any order are fine.
pub async fn pull_of_a_document_is_a_query_on_elements(storage: &Subject) {
    let before = doc! { "a": [{ "b": 1, "c": 2 }, { "c": 2, "b": 1 }, { "b": 2 }, { "b": [1, 5] }] };
    changes(storage, before, doc! { "$pull": { "a": { "b": 1 } } }, doc! { "a": [{ "b": 2 }] }).await;
    let before = doc! { "a": [{ "b": { "c": 1 } }, { "b": { "c": 5 } }] };
    changes(
        storage,
        before,
        doc! { "$pull": { "a": { "b.c": { "$gt": 2 } } } },
        doc! { "a": [{ "b": { "c": 1 } }] },
    )
    .await;
}

/// Operators in a `$pull` are met by the elements.
pub async fn pull_takes_operators(storage: &Subject) {
    changes(
        storage,
        doc! { "a": [1, 5, 9, "x"] },
        doc! { "$pull": { "a": { "$gte": 5 } } },
        doc! { "a": [1, "x"] },
    )
    .await;
    changes(
        storage,
        doc! { "a": [1, 5, 9] },
        doc! { "$pull": { "a": { "$in": [1, 9] } } },
        doc! { "a": [5] },
    )
    .await;
    changes(storage, doc! { "a": [1, 5, 9] }, doc! { "$pull": { "a": { "$ne": 5 } } }, doc! { "a": [5] })
        .await;
}

/// A regex in a `$pull` is met by texts.
pub async fn pull_takes_a_regex(storage: &Subject) {
    changes(
        storage,
        doc! { "a": ["ab", "b", 1] },
        doc! { "$pull": { "a": regex("^a", "") } },
        doc! { "a": ["b", 1] },
    )
    .await;
}

/// A `$pull` by fields removes documents only.
pub async fn pull_of_a_query_leaves_scalars_alone(storage: &Subject) {
    let before = doc! { "a": [1, null, { "c": 1 }, { "b": 1 }] };
    changes(storage, before, doc! { "$pull": { "a": { "b": null } } }, doc! { "a": [1, null, { "b": 1 }] })
        .await;
}

/// From a field that is not there nothing is removed, and none is made.
pub async fn pull_from_a_missing_field_does_nothing(storage: &Subject) {
    for change in
        [doc! { "$pull": { "a": 1 } }, doc! { "$pullAll": { "a": [1] } }, doc! { "$pop": { "a": 1 } }]
    {
        changes(storage, doc! { "b": 1 }, change, doc! { "b": 1 }).await;
    }
}

/// `$pull` and `$pullAll` want an array; null is none.
pub async fn pull_from_what_is_no_array_fails(storage: &Subject) {
    for value in [bson!(null), bson!(1), bson!({ "b": 1 })] {
        fails(storage, doc! { "a": value.clone() }, doc! { "$pull": { "a": 1 } }).await;
        fails(storage, doc! { "a": value }, doc! { "$pullAll": { "a": [1] } }).await;
    }
}

/// `$pullAll` removes elements that equal one of its values whole: documents in their field order, arrays as arrays.
pub async fn pull_all_removes_whole_values(storage: &Subject) {
    let before = doc! { "a": [1, 2, 1.0, { "b": 1 }, { "b": 1, "c": 1 }, [1]] };
    let change = doc! { "$pullAll": { "a": [1, { "b": 1 }, [1]] } };
    changes(storage, before, change, doc! { "a": [2, { "b": 1, "c": 1 }] }).await;
}

/// `$pop: 1` removes the last element, `$pop: -1` the first; of an empty array none.
pub async fn pop_removes_the_first_or_the_last(storage: &Subject) {
    changes(storage, doc! { "a": [1, 2, 3] }, doc! { "$pop": { "a": 1 } }, doc! { "a": [1, 2] }).await;
    changes(storage, doc! { "a": [1, 2, 3] }, doc! { "$pop": { "a": -1 } }, doc! { "a": [2, 3] }).await;
    changes(storage, doc! { "a": [] }, doc! { "$pop": { "a": 1 } }, doc! { "a": [] }).await;
}

/// `$pop` wants an array; null is none.
pub async fn pop_of_what_is_no_array_fails(storage: &Subject) {
    for value in [bson!(null), bson!(1), bson!({})] {
        fails(storage, doc! { "a": value }, doc! { "$pop": { "a": 1 } }).await;
    }
}

/// A path leads to an array inside documents and, by an index, inside arrays.
pub async fn arrays_in_documents_and_arrays_are_reached_by_paths(storage: &Subject) {
    changes(
        storage,
        doc! { "a": { "b": [1] } },
        doc! { "$push": { "a.b": 2 } },
        doc! { "a": { "b": [1, 2] } },
    )
    .await;
    changes(storage, doc! { "a": [[1], [2]] }, doc! { "$push": { "a.1": 3 } }, doc! { "a": [[1], [2, 3]] })
        .await;
    changes(
        storage,
        doc! { "a": [{ "b": [1, 2] }] },
        doc! { "$pull": { "a.0.b": 1 } },
        doc! { "a": [{ "b": [2] }] },
    )
    .await;
}

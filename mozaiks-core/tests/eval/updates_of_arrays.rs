//! How arrays change.

use bson::doc;

use crate::support::{assert_update_fails as fails, assert_updates as updates, decimal, regex};

#[test]
fn push_appends_one_value_or_each() {
    updates(doc! { "a": [1] }, doc! { "$push": { "a": 2 } }, doc! { "a": [1, 2] });
    updates(doc! { "a": [1] }, doc! { "$push": { "a": [2, 3] } }, doc! { "a": [1, [2, 3]] });
    updates(doc! { "a": [1] }, doc! { "$push": { "a": { "$each": [2, 3] } } }, doc! { "a": [1, 2, 3] });
    updates(doc! { "a": [] }, doc! { "$push": { "a": { "b": 1 } } }, doc! { "a": [{ "b": 1 }] });
    updates(doc! {}, doc! { "$push": { "a.b": 1 } }, doc! { "a": { "b": [1] } });
    fails(doc! { "a": 5 }, doc! { "$push": { "a": 1 } });
}

#[test]
fn push_inserts_at_a_position() {
    let at = |position: i32, after: bson::Document| {
        updates(
            doc! { "a": [1, 2, 3] },
            doc! { "$push": { "a": { "$each": [8, 9], "$position": position } } },
            after,
        );
    };
    at(0, doc! { "a": [8, 9, 1, 2, 3] });
    at(1, doc! { "a": [1, 8, 9, 2, 3] });
    at(10, doc! { "a": [1, 2, 3, 8, 9] });
    at(-1, doc! { "a": [1, 2, 8, 9, 3] });
    at(-10, doc! { "a": [8, 9, 1, 2, 3] });
}

#[test]
fn push_slices_from_either_end() {
    let slice = |count: i32, after: bson::Document| {
        updates(doc! { "a": [1, 2] }, doc! { "$push": { "a": { "$each": [3], "$slice": count } } }, after);
    };
    slice(2, doc! { "a": [1, 2] });
    slice(-2, doc! { "a": [2, 3] });
    slice(0, doc! { "a": [] });
    slice(9, doc! { "a": [1, 2, 3] });
    slice(-9, doc! { "a": [1, 2, 3] });
}

#[test]
fn push_sorts_values_and_documents() {
    updates(
        doc! { "a": [3, 1] },
        doc! { "$push": { "a": { "$each": [2], "$sort": 1 } } },
        doc! { "a": [1, 2, 3] },
    );
    updates(
        doc! { "a": [3, "x"] },
        doc! { "$push": { "a": { "$each": [null], "$sort": -1 } } },
        doc! { "a": ["x", 3, null] },
    );
    updates(
        doc! { "a": [{ "s": 2, "n": "b" }, { "s": 1, "n": "a" }] },
        doc! { "$push": { "a": { "$each": [{ "s": 2, "n": "a" }], "$sort": { "s": -1, "n": 1 } } } },
        doc! { "a": [{ "s": 2, "n": "a" }, { "s": 2, "n": "b" }, { "s": 1, "n": "a" }] },
    );
    updates(
        doc! { "a": [{ "s": { "t": 2 } }] },
        doc! { "$push": { "a": { "$each": [5, { "s": { "t": 1 } }], "$sort": { "s.t": 1 } } } },
        doc! { "a": [5, { "s": { "t": 1 } }, { "s": { "t": 2 } }] },
    );
}

#[test]
fn push_positions_then_sorts_then_slices() {
    updates(
        doc! { "a": [5, 3] },
        doc! { "$push": { "a": { "$slice": 2, "$sort": 1, "$position": 0, "$each": [4, 1] } } },
        doc! { "a": [1, 3] },
    );
}

#[test]
fn add_to_set_adds_what_is_not_there_once() {
    updates(doc! { "a": [1] }, doc! { "$addToSet": { "a": 2 } }, doc! { "a": [1, 2] });
    updates(doc! { "a": [1] }, doc! { "$addToSet": { "a": 1.0 } }, doc! { "a": [1] });
    updates(doc! { "a": [1] }, doc! { "$addToSet": { "a": { "$each": [2, 1, 2] } } }, doc! { "a": [1, 2] });
    updates(doc! { "a": [1] }, doc! { "$addToSet": { "a": [1] } }, doc! { "a": [1, [1]] });
    updates(doc! {}, doc! { "$addToSet": { "a": { "$each": [1, 1, decimal("1")] } } }, doc! { "a": [1] });
    updates(doc! { "a": [1, 1] }, doc! { "$addToSet": { "a": 2 } }, doc! { "a": [1, 1, 2] });
    fails(doc! { "a": 1 }, doc! { "$addToSet": { "a": 1 } });
}

#[test]
fn add_to_set_compares_documents_whole_in_field_order() {
    updates(
        doc! { "a": [{ "x": 1, "y": 2 }] },
        doc! { "$addToSet": { "a": { "y": 2, "x": 1 } } },
        doc! { "a": [{ "x": 1, "y": 2 }, { "y": 2, "x": 1 }] },
    );
    updates(
        doc! { "a": [{ "x": 1, "y": 2 }] },
        doc! { "$addToSet": { "a": { "x": 1, "y": 2 } } },
        doc! { "a": [{ "x": 1, "y": 2 }] },
    );
}

#[test]
fn pull_removes_equal_values() {
    updates(doc! { "a": [1, 2, 1] }, doc! { "$pull": { "a": 1 } }, doc! { "a": [2] });
    updates(doc! { "a": [[1], 1] }, doc! { "$pull": { "a": 1 } }, doc! { "a": [[1]] });
    updates(doc! { "a": [[1, 2], [2, 1], 1] }, doc! { "$pull": { "a": [1, 2] } }, doc! { "a": [[2, 1], 1] });
    updates(doc! { "a": [null, 1] }, doc! { "$pull": { "a": null } }, doc! { "a": [1] });
    fails(doc! { "a": 1 }, doc! { "$pull": { "a": 1 } });
}

#[test]
fn pull_takes_operators_and_patterns() {
    updates(doc! { "a": [1, 5, 9] }, doc! { "$pull": { "a": { "$gte": 5 } } }, doc! { "a": [1] });
    updates(doc! { "a": [1, 5, 9] }, doc! { "$pull": { "a": { "$in": [1, 9] } } }, doc! { "a": [5] });
    updates(doc! { "a": ["ax", "b"] }, doc! { "$pull": { "a": regex("^a", "") } }, doc! { "a": ["b"] });
    updates(doc! { "a": [[1], [9]] }, doc! { "$pull": { "a": { "$gt": 5 } } }, doc! { "a": [[1]] });
    updates(doc! { "a": [1, 2] }, doc! { "$pull": { "a": { "$not": { "$eq": 1 } } } }, doc! { "a": [1] });
}

#[test]
fn pull_of_a_document_is_a_query_on_the_elements() {
    updates(
        doc! { "a": [{ "b": 1, "c": 2 }, { "b": 2 }, 1, [{ "b": 1 }]] },
        doc! { "$pull": { "a": { "b": 1 } } },
        doc! { "a": [{ "b": 2 }, 1, [{ "b": 1 }]] },
    );
    updates(
        doc! { "a": [{ "b": 1, "c": 2 }, { "b": 9, "c": 2 }] },
        doc! { "$pull": { "a": { "b": { "$gt": 5 }, "c": 2 } } },
        doc! { "a": [{ "b": 1, "c": 2 }] },
    );
    updates(
        doc! { "a": [{ "b": 1 }, { "b": 2 }, { "b": 3 }] },
        doc! { "$pull": { "a": { "$or": [{ "b": 1 }, { "b": 3 }] } } },
        doc! { "a": [{ "b": 2 }] },
    );
    updates(
        doc! { "a": [{ "b": [{ "q": 1 }] }, { "b": [{ "q": 2 }] }] },
        doc! { "$pull": { "a": { "b": { "$elemMatch": { "q": 1 } } } } },
        doc! { "a": [{ "b": [{ "q": 2 }] }] },
    );
}

#[test]
fn pull_all_compares_whole_values() {
    updates(
        doc! { "a": [1, 2.0, { "b": 1, "c": 2 }, { "b": 1 }] },
        doc! { "$pullAll": { "a": [2, { "b": 1 }] } },
        doc! { "a": [1, { "b": 1, "c": 2 }] },
    );
    updates(
        doc! { "a": ["x", "y"] },
        doc! { "$pullAll": { "a": [regex("x", "")] } },
        doc! { "a": ["x", "y"] },
    );
}

#[test]
fn pop_removes_an_end() {
    updates(doc! { "a": [1, 2, 3] }, doc! { "$pop": { "a": 1 } }, doc! { "a": [1, 2] });
    updates(doc! { "a": [1, 2, 3] }, doc! { "$pop": { "a": -1 } }, doc! { "a": [2, 3] });
    updates(doc! { "a": [] }, doc! { "$pop": { "a": 1 } }, doc! { "a": [] });
    updates(doc! { "a": [] }, doc! { "$pop": { "a": -1.0 } }, doc! { "a": [] });
    fails(doc! { "a": 1 }, doc! { "$pop": { "a": 1 } });
}

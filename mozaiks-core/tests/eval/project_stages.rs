//! What `$project` shows and computes.

use bson::{Bson, DateTime, Document, doc};

use crate::support::{
    assert_gives as gives, assert_stage_invalid as invalid, assert_stage_unsupported as unsupported,
};

#[track_caller]
fn projects(projection: Document, document: Document, shown: Document) {
    gives(&[doc! { "$project": projection }], &[document], &[shown]);
}

fn document() -> Document {
    doc! { "_id": 1, "a": 2, "b": { "c": 3, "d": 4 }, "e": [{ "f": 5, "g": 6 }, 7] }
}

#[test]
fn fields_are_shown_or_left_out_as_in_a_search() {
    projects(doc! { "a": 1 }, document(), doc! { "_id": 1, "a": 2 });
    projects(doc! { "a": true, "_id": 0 }, document(), doc! { "a": 2 });
    projects(doc! { "b": 0, "e": 0 }, document(), doc! { "_id": 1, "a": 2 });
    projects(doc! { "_id": 0, "b": 0, "e": 0 }, document(), doc! { "a": 2 });
    projects(doc! { "b": { "c": 1 } }, document(), doc! { "_id": 1, "b": { "c": 3 } });
    projects(
        doc! { "b.c": 0, "e": { "f": 0 } },
        document(),
        doc! {
            "_id": 1, "a": 2, "b": { "d": 4 }, "e": [{ "g": 6 }, 7],
        },
    );
    projects(doc! { "e.f": 1 }, document(), doc! { "_id": 1, "e": [{ "f": 5 }] });
}

#[test]
fn computed_fields_follow_those_that_are_shown() {
    projects(doc! { "x": "$b.c", "a": 1 }, document(), doc! { "_id": 1, "a": 2, "x": 3 });
    projects(doc! { "x": "$a" }, document(), doc! { "_id": 1, "x": 2 });
    projects(doc! { "_id": 0, "x": "$a" }, document(), doc! { "x": 2 });
    projects(doc! { "a": "$b.d" }, document(), doc! { "_id": 1, "a": 4 });
    projects(doc! { "_id": "$a" }, document(), doc! { "_id": 2 });
    projects(doc! { "x": "$e.f" }, document(), doc! { "_id": 1, "x": [5] });
    projects(doc! { "x": "$none" }, document(), doc! { "_id": 1 });
}

#[test]
fn what_is_no_number_bool_or_path_is_a_constant() {
    let now = DateTime::from_millis(5);
    projects(
        doc! { "t": "text", "n": null, "d": now, "l": { "$literal": 1 } },
        document(),
        doc! {
            "_id": 1, "t": "text", "n": null, "d": now, "l": 1,
        },
    );
    projects(doc! { "l": { "$literal": "$a" } }, document(), doc! { "_id": 1, "l": "$a" });
    projects(
        doc! { "x": ["$a", "$none", 1, { "y": "$b.c" }] },
        document(),
        doc! {
            "_id": 1, "x": [2, null, 1, { "y": 3 }],
        },
    );
}

#[test]
fn computed_fields_are_nested_or_dotted() {
    projects(doc! { "b": { "c": 1, "x": "$a" } }, document(), doc! { "_id": 1, "b": { "c": 3, "x": 2 } });
    projects(doc! { "b.c": 1, "b.x": "$a" }, document(), doc! { "_id": 1, "b": { "c": 3, "x": 2 } });
    projects(doc! { "b.x": "$a" }, document(), doc! { "_id": 1, "b": { "x": 2 } });
    projects(
        doc! { "new": { "x": { "y": "$a" } } },
        document(),
        doc! { "_id": 1, "new": { "x": { "y": 2 } } },
    );
    projects(doc! { "new": { "x": "$none" } }, document(), doc! { "_id": 1, "new": {} });
    projects(doc! { "a.x": "$b.c" }, document(), doc! { "_id": 1, "a": { "x": 3 } });
}

#[test]
fn computed_fields_go_into_each_element_of_an_array() {
    projects(doc! { "e": { "x": "$a" } }, document(), doc! { "_id": 1, "e": [{ "x": 2 }, { "x": 2 }] });
    projects(
        doc! { "e.f": 1, "e.x": "$a" },
        document(),
        doc! {
            "_id": 1, "e": [{ "f": 5, "x": 2 }, { "x": 2 }],
        },
    );
    projects(
        doc! { "e.x": "$a" },
        doc! { "a": 1, "e": [[{ "f": 1 }], []] },
        doc! { "e": [[{ "x": 1 }], []] },
    );
}

#[test]
fn what_means_nothing_is_refused() {
    for projection in [
        doc! {},
        doc! { "a": 1, "b": 0 },
        doc! { "a": 0, "b": "$x" },
        doc! { "a": "$x", "b": 0 },
        doc! { "a": 1, "a.b": "$x" },
        doc! { "a.b": "$x", "a": "$y" },
        doc! { "a": {} },
        doc! { "a..b": 1 },
        doc! { "": 1 },
        doc! { "a": "$" },
        doc! { "a": "$b..c" },
        doc! { "_id": "$a", "_id.x": 1 },
        doc! { "a": { "$literal": 1, "b": 1 } },
    ] {
        invalid(doc! { "$project": projection });
    }
    invalid(doc! { "$project": Bson::Null });
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (projection, name) in [
        (doc! { "a": { "$add": ["$x", 1] } }, "$add"),
        (doc! { "a": { "b": { "$concat": ["$x"] } } }, "$concat"),
        (doc! { "a": [{ "$toString": "$x" }] }, "$toString"),
        (doc! { "a": { "$function": { "body": "" } } }, "$function"),
        (doc! { "a": { "$slice": ["$x", 1] } }, "$slice"),
        (doc! { "a": "$$ROOT" }, "$$ROOT"),
        (doc! { "a": "$$REMOVE" }, "$$REMOVE"),
        (doc! { "a": { "b": "$$CURRENT.x" } }, "$$CURRENT"),
    ] {
        unsupported(doc! { "$project": projection }, name);
    }
}

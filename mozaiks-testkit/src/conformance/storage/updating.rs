//! Updates of fields: setting, removing, computing, renaming.

use bson::{Bson, Timestamp, bson, doc};
use mozaiks_core::storage::{Change, UpdateOutcome};

use super::Subject;
use super::ask::{
    ALICE, Refusal, all, by, by_id, count, decimal, holds, insert, many, now, options, refused, replacement,
    update,
};
use super::shelf::{changes, fails};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("updating.rs");
    an_update_of_nothing_matches_nothing,
    an_update_by_id_changes_that_document,
    an_update_changes_one_document_or_all,
    an_update_that_changes_nothing_is_matched_and_not_modified,
    many_counts_matched_and_modified_apart,
    what_failed_leaves_the_document_as_it_was,
    a_replacement_takes_the_place_of_the_whole_document,
    a_replacement_by_the_same_is_not_modified,
    a_replacement_of_many_is_refused,
    rename_moves_a_value,
    rename_replaces_what_is_there,
    rename_of_what_is_not_there_does_nothing,
    rename_moves_between_documents,
    rename_does_not_go_through_arrays,
    set_on_insert_does_nothing_in_an_update,
    min_and_max_keep_the_less_and_the_greater,
    min_and_max_set_what_is_not_there,
    min_and_max_follow_the_order_of_all_types,
    current_date_writes_the_time_of_the_call,
    bit_computes_with_integers,
    bit_of_what_is_no_integer_fails,
    several_operators_work_together,
];

/// An update that names no document is no error.
pub async fn an_update_of_nothing_matches_nothing(storage: &Subject) {
    for selector in [by_id("a"), by(doc! { "n": 1 }), all()] {
        let outcome = update(storage, ALICE, selector.clone(), doc! { "$set": { "n": 2 } }, many()).await;
        assert_eq!(outcome, UpdateOutcome::new(0, 0), "an update of {selector:?} where nothing is");
    }
    assert_eq!(count(storage, ALICE, all()).await, 0);
}

/// An update by id changes the document of that id and no other.
pub async fn an_update_by_id_changes_that_document(storage: &Subject) {
    for id in ["a", "b", "65301c2f9d1e8b3a4c5d6e7f"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    for id in ["b", "65301c2f9d1e8b3a4c5d6e7f"] {
        let outcome = update(storage, ALICE, by_id(id), doc! { "$set": { "n": 2 } }, options()).await;
        assert_eq!(outcome, UpdateOutcome::new(1, 1));
        holds(storage, ALICE, id, Some(&doc! { "n": 2 })).await;
    }
    holds(storage, ALICE, "a", Some(&doc! { "n": 1 })).await;
}

/// Without `many` one of the documents is changed, with it all.
pub async fn an_update_changes_one_document_or_all(storage: &Subject) {
    for id in ["a", "b", "c"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    let change = || doc! { "$set": { "n": 2 } };
    let one = update(storage, ALICE, by(doc! { "n": 1 }), change(), options()).await;
    assert_eq!((one.matched, one.modified), (1, 1), "an update of one of three");
    assert_eq!(count(storage, ALICE, by(doc! { "n": 2 })).await, 1);
    let rest = update(storage, ALICE, by(doc! { "n": 1 }), change(), many()).await;
    assert_eq!((rest.matched, rest.modified), (2, 2), "an update of the other two");
    assert_eq!(count(storage, ALICE, by(doc! { "n": 2 })).await, 3);
}

/// `modified` does not count a document that already was as asked for.
pub async fn an_update_that_changes_nothing_is_matched_and_not_modified(storage: &Subject) {
    let before = doc! { "n": 1, "list": [1, 2], "at": 5 };
    for change in [
        doc! { "$set": { "n": 1 } },
        doc! { "$inc": { "n": 0 } },
        doc! { "$mul": { "n": 1 } },
        doc! { "$min": { "n": 1 } },
        doc! { "$max": { "n": 0 } },
        doc! { "$unset": { "other": "" } },
        doc! { "$rename": { "other": "more" } },
        doc! { "$addToSet": { "list": 2 } },
        doc! { "$pull": { "list": 9 } },
        doc! { "$pullAll": { "list": [9, 8] } },
        doc! { "$push": { "list": { "$each": [] } } },
        doc! { "$setOnInsert": { "n": 9 } },
    ] {
        changes(storage, before.clone(), change, before.clone()).await;
    }
}

/// With `many`, `matched` counts those that were named, `modified` those that changed.
pub async fn many_counts_matched_and_modified_apart(storage: &Subject) {
    for (id, n) in [("a", 1), ("b", 2), ("c", 3)] {
        insert(storage, ALICE, id, doc! { "n": n }).await;
    }
    let outcome = update(storage, ALICE, all(), doc! { "$max": { "n": 2 } }, many()).await;
    assert_eq!(outcome, UpdateOutcome::new(3, 1));
}

/// A document is changed as a whole or not at all: an error in the last operator undoes the first.
pub async fn what_failed_leaves_the_document_as_it_was(storage: &Subject) {
    let before = doc! { "a": 1, "z": "text" };
    fails(storage, before.clone(), doc! { "$set": { "a": 2, "b": 3 }, "$inc": { "z": 1 } }).await;
    fails(storage, before, doc! { "$unset": { "a": "" }, "$push": { "z": 1 } }).await;
}

/// A replacement leaves nothing of what was there but the id.
pub async fn a_replacement_takes_the_place_of_the_whole_document(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "old": 1, "both": 1 }).await;
    let new = doc! { "both": 2, "new": { "$": 1 } };
    let call = storage.update(ALICE, by(doc! { "old": 1 }), replacement(&new), options());
    assert_eq!(answer("update by a replacement", call).await, UpdateOutcome::new(1, 1));
    holds(storage, ALICE, "a", Some(&new)).await;
    let call = storage.update(ALICE, by_id("a"), replacement(&doc! {}), options());
    assert_eq!(answer("update by an empty replacement", call).await, UpdateOutcome::new(1, 1));
    holds(storage, ALICE, "a", Some(&doc! {})).await;
}

/// A replacement that is what is there already is matched and not modified; the order of fields counts.
pub async fn a_replacement_by_the_same_is_not_modified(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "a": 1, "b": 2 }).await;
    for (document, modified) in
        [(doc! { "a": 1, "b": 2 }, 0), (doc! { "b": 2, "a": 1 }, 1), (doc! { "b": 2, "a": 1.0 }, 1)]
    {
        let call = storage.update(ALICE, by_id("a"), replacement(&document), options());
        assert_eq!(answer("update", call).await, UpdateOutcome::new(1, modified), "replaced by {document}");
        holds(storage, ALICE, "a", Some(&document)).await;
    }
}

/// A replacement takes the place of one document, not of many.
pub async fn a_replacement_of_many_is_refused(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    let call = storage.update(ALICE, all(), replacement(&doc! { "n": 2 }), many());
    refused("update of many by a replacement", call, Refusal::Invalid).await;
    holds(storage, ALICE, "a", Some(&doc! { "n": 1 })).await;
}

/// `$rename` gives a value another name, at the end of the document.
pub async fn rename_moves_a_value(storage: &Subject) {
    let before = doc! { "a": [1, 2], "b": 2 };
    changes(storage, before, doc! { "$rename": { "a": "c" } }, doc! { "b": 2, "c": [1, 2] }).await;
}

/// A field of the new name is replaced.
pub async fn rename_replaces_what_is_there(storage: &Subject) {
    changes(
        storage,
        doc! { "a": 1, "b": 2, "c": 3 },
        doc! { "$rename": { "a": "c" } },
        doc! { "b": 2, "c": 1 },
    )
    .await;
}

/// A field that is not there leaves nothing to rename, and what has the new name stays.
pub async fn rename_of_what_is_not_there_does_nothing(storage: &Subject) {
    changes(storage, doc! { "b": 2 }, doc! { "$rename": { "a": "b" } }, doc! { "b": 2 }).await;
    changes(storage, doc! { "b": 2 }, doc! { "$rename": { "a.x": "c" } }, doc! { "b": 2 }).await;
}

/// `$rename` moves a value between documents and makes those on the way.
pub async fn rename_moves_between_documents(storage: &Subject) {
    let before = doc! { "a": { "b": 1, "c": 2 } };
    changes(storage, before, doc! { "$rename": { "a.b": "x.y" } }, doc! { "a": { "c": 2 }, "x": { "y": 1 } })
        .await;
}

/// `$rename` does not go through arrays, by a name or an index.
pub async fn rename_does_not_go_through_arrays(storage: &Subject) {
    fails(storage, doc! { "a": [{ "b": 1 }] }, doc! { "$rename": { "a.0.b": "c" } }).await;
    fails(storage, doc! { "a": [1], "b": 1 }, doc! { "$rename": { "b": "a.0" } }).await;
}

/// `$setOnInsert` is for upserts that insert.
pub async fn set_on_insert_does_nothing_in_an_update(storage: &Subject) {
    let change = doc! { "$setOnInsert": { "a": 9, "b": 9 }, "$set": { "c": 1 } };
    changes(storage, doc! { "a": 1 }, change, doc! { "a": 1, "c": 1 }).await;
}

/// `$min` writes what is less than what is there, `$max` what is greater.
pub async fn min_and_max_keep_the_less_and_the_greater(storage: &Subject) {
    changes(storage, doc! { "n": 5 }, doc! { "$min": { "n": 3 } }, doc! { "n": 3 }).await;
    changes(storage, doc! { "n": 5 }, doc! { "$min": { "n": 7 } }, doc! { "n": 5 }).await;
    changes(storage, doc! { "n": 5 }, doc! { "$max": { "n": 7.5 } }, doc! { "n": 7.5 }).await;
    changes(storage, doc! { "n": 5 }, doc! { "$max": { "n": 5.0 } }, doc! { "n": 5 }).await;
}

/// On a field that is not there, `$min` and `$max` set it.
pub async fn min_and_max_set_what_is_not_there(storage: &Subject) {
    changes(storage, doc! {}, doc! { "$min": { "a.b": 3 } }, doc! { "a": { "b": 3 } }).await;
    changes(storage, doc! {}, doc! { "$max": { "n": 3 } }, doc! { "n": 3 }).await;
}

/// `$min` and `$max` follow the order of all types, in which null is below numbers and texts above them.
pub async fn min_and_max_follow_the_order_of_all_types(storage: &Subject) {
    changes(storage, doc! { "n": null }, doc! { "$min": { "n": 3 } }, doc! { "n": null }).await;
    changes(storage, doc! { "n": null }, doc! { "$max": { "n": 3 } }, doc! { "n": 3 }).await;
    changes(storage, doc! { "n": "a" }, doc! { "$min": { "n": 3 } }, doc! { "n": 3 }).await;
    changes(storage, doc! { "n": [1] }, doc! { "$max": { "n": { "a": 1 } } }, doc! { "n": [1] }).await;
}

/// `$currentDate` writes the time that the call was given: true and `date` a date, `timestamp` a timestamp.
pub async fn current_date_writes_the_time_of_the_call(storage: &Subject) {
    let change = doc! { "$currentDate": { "a": true, "b": { "$type": "date" } } };
    changes(storage, doc! { "a": 1 }, change, doc! { "a": now(), "b": now() }).await;
    insert(storage, ALICE, "t", doc! {}).await;
    let change = doc! { "$currentDate": { "t": { "$type": "timestamp" } } };
    update(storage, ALICE, by_id("t"), change, options()).await;
    let found = super::ask::get(storage, ALICE, "t").await.and_then(|found| found.get("t").cloned());
    let time = match found {
        Some(Bson::Timestamp(Timestamp { time, .. })) => i64::from(time),
        other => crate::conformance::wait::fail(&format!("$currentDate wrote {other:?} for a timestamp")),
    };
    assert_eq!(time, now().timestamp_millis() / 1000, "the seconds of the timestamp");
}

/// `$bit` computes and, or, xor of ints and longs; a long makes a long; on a missing field it starts from 0.
pub async fn bit_computes_with_integers(storage: &Subject) {
    changes(storage, doc! { "n": 13 }, doc! { "$bit": { "n": { "and": 10 } } }, doc! { "n": 8 }).await;
    changes(storage, doc! { "n": 3 }, doc! { "$bit": { "n": { "or": 5 } } }, doc! { "n": 7 }).await;
    changes(storage, doc! { "n": 1 }, doc! { "$bit": { "n": { "xor": 5 } } }, doc! { "n": 4 }).await;
    changes(storage, doc! { "n": 1 }, doc! { "$bit": { "n": { "or": 2_i64 } } }, doc! { "n": 3_i64 }).await;
    changes(storage, doc! {}, doc! { "$bit": { "n": { "or": 5 } } }, doc! { "n": 5 }).await;
}

/// `$bit` knows ints and longs only.
pub async fn bit_of_what_is_no_integer_fails(storage: &Subject) {
    for value in [bson!(1.0), bson!("1"), bson!(null), decimal("1")] {
        fails(storage, doc! { "n": value }, doc! { "$bit": { "n": { "or": 1 } } }).await;
    }
}

/// Operators of different paths work together in one update.
pub async fn several_operators_work_together(storage: &Subject) {
    let before = doc! { "a": 1, "b": [1], "c": 3, "d": 4 };
    let change = doc! {
        "$inc": { "a": 1 }, "$push": { "b": 2 }, "$unset": { "c": "" }, "$rename": { "d": "e" },
    };
    changes(storage, before.clone(), change, doc! { "a": 2, "b": [1, 2], "e": 4 }).await;
    insert(storage, ALICE, "x", before).await;
    let change = Change::Operators(doc! { "$set": { "a": 1 }, "$mul": { "c": 2 } });
    answer("update", storage.update(ALICE, by_id("x"), change, options())).await;
    holds(storage, ALICE, "x", Some(&doc! { "a": 1, "b": [1], "c": 6, "d": 4 })).await;
}

//! Upserts: what is inserted where nothing was found.

use bson::{Document, bson, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{Change, Selector, UpdateOptions, UpdateOutcome};

use super::Subject;
use super::ask::{
    ALICE, Refusal, by, by_id, count, holds, ids, insert, many, now, options, refused, regex, replacement,
    text, update, upserting,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("upserts.rs");
    an_upsert_inserts_where_nothing_matches,
    an_upsert_updates_where_something_matches,
    an_upsert_of_many_inserts_one,
    an_upsert_takes_the_id_that_it_was_given,
    an_upsert_takes_the_id_that_is_selected,
    an_upsert_takes_the_id_that_the_filter_demands,
    an_upsert_takes_the_id_that_the_update_sets,
    an_upsert_starts_from_the_equalities_of_the_filter,
    an_upsert_starts_in_the_order_of_names,
    an_upsert_starts_from_paths_too,
    an_upsert_does_not_start_from_anything_but_equality,
    an_upsert_does_not_start_from_a_regex,
    an_upsert_does_not_start_from_or,
    set_on_insert_counts_in_an_upsert,
    operators_work_on_what_an_upsert_starts_from,
    an_upsert_by_a_replacement_inserts_it,
    an_upsert_whose_filter_says_two_things_is_refused,
    an_upsert_that_cannot_be_applied_inserts_nothing,
    an_upsert_of_an_id_that_does_not_match_is_a_conflict,
    an_upsert_writes_the_time_of_the_call,
];

/// Upserts into an empty collection and checks what is there.
async fn inserts(storage: &Subject, filter: Document, change: Document, expected: Document) {
    let outcome = update(storage, ALICE, by(filter.clone()), change.clone(), upserting("made")).await;
    let made = format!("the upsert of {} by {}", text(&filter), text(&change));
    assert_eq!(outcome, UpdateOutcome::upserted("made".into()), "the outcome of {made}");
    holds(storage, ALICE, "made", Some(&expected)).await;
    assert_eq!(
        answer("delete", storage.delete(ALICE, by_id("made"), false)).await,
        1,
        "deleted after {made}"
    );
}

/// Where nothing matches, one document is inserted, and none counts as matched.
pub async fn an_upsert_inserts_where_nothing_matches(storage: &Subject) {
    inserts(storage, doc! {}, doc! { "$set": { "n": 1 } }, doc! { "n": 1 }).await;
    inserts(storage, doc! { "a": 1 }, doc! { "$set": { "n": 1 } }, doc! { "a": 1, "n": 1 }).await;
}

/// Where something matches, nothing is inserted.
pub async fn an_upsert_updates_where_something_matches(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    for selector in [by_id("a"), by(doc! { "n": 1 })] {
        let change = doc! { "$set": { "m": 1 }, "$setOnInsert": { "x": 1 } };
        let outcome = update(storage, ALICE, selector, change, upserting("made")).await;
        assert_eq!((outcome.matched, outcome.upserted), (1, None));
    }
    assert_eq!(ids(storage, ALICE).await, ["a"]);
    holds(storage, ALICE, "a", Some(&doc! { "n": 1, "m": 1 })).await;
}

/// An upsert of many inserts one document if there is none, and changes all if there are.
pub async fn an_upsert_of_many_inserts_one(storage: &Subject) {
    let both = |id: &str| {
        let mut options: UpdateOptions = many();
        options.upsert = Some(id.into());
        options
    };
    let outcome = update(storage, ALICE, by(doc! { "g": 1 }), doc! { "$inc": { "n": 1 } }, both("a")).await;
    assert_eq!(outcome, UpdateOutcome::upserted("a".into()));
    insert(storage, ALICE, "b", doc! { "g": 1, "n": 1 }).await;
    let outcome = update(storage, ALICE, by(doc! { "g": 1 }), doc! { "$inc": { "n": 1 } }, both("c")).await;
    assert_eq!(outcome, UpdateOutcome::new(2, 2));
    assert_eq!(count(storage, ALICE, by(doc! { "g": 1, "n": 2 })).await, 2);
}

/// The document that is inserted has the id of the options, where nobody demands another.
pub async fn an_upsert_takes_the_id_that_it_was_given(storage: &Subject) {
    for id in ["made", "65301c2f9d1e8b3a4c5d6e7f"] {
        let id = DocumentId::from(id);
        let outcome =
            update(storage, ALICE, by(doc! { "x": 1 }), doc! { "$set": { "x": 0 } }, upserting(&id)).await;
        assert_eq!(outcome, UpdateOutcome::upserted(id.clone()));
        holds(storage, ALICE, id, Some(&doc! { "x": 0 })).await;
    }
}

/// An id that is selected goes before that of the options.
pub async fn an_upsert_takes_the_id_that_is_selected(storage: &Subject) {
    for id in ["home", "65301c2f9d1e8b3a4c5d6e7f"] {
        let id = DocumentId::from(id);
        let selector = Selector::Id(id.clone());
        let outcome = update(storage, ALICE, selector, doc! { "$set": { "n": 1 } }, upserting("other")).await;
        assert_eq!(outcome, UpdateOutcome::upserted(id.clone()));
        holds(storage, ALICE, id, Some(&doc! { "n": 1 })).await;
    }
    assert_eq!(ids(storage, ALICE).await.len(), 2);
}

/// An equality of the filter on `_id` goes before the id of the options, wherever it stands.
pub async fn an_upsert_takes_the_id_that_the_filter_demands(storage: &Subject) {
    let filters = [
        ("a", doc! { "_id": "a" }),
        ("b", doc! { "_id": { "$eq": "b" } }),
        ("c", doc! { "$and": [{ "_id": "c" }, { "n": { "$ne": 5 } }] }),
        ("d", doc! { "$and": [{ "$and": [{ "_id": "d" }] }] }),
    ];
    for (id, filter) in filters {
        let outcome =
            update(storage, ALICE, by(filter), doc! { "$set": { "n": 1 } }, upserting("other")).await;
        assert_eq!(outcome, UpdateOutcome::upserted(id.into()));
        holds(storage, ALICE, id, Some(&doc! { "n": 1 })).await;
    }
    assert_eq!(ids(storage, ALICE).await, ["a", "b", "c", "d"]);
}

/// An update may give the new document its id.
pub async fn an_upsert_takes_the_id_that_the_update_sets(storage: &Subject) {
    let change = doc! { "$setOnInsert": { "_id": "said", "n": 1 } };
    let outcome = update(storage, ALICE, by(doc! { "x": 1 }), change, upserting("other")).await;
    assert_eq!(outcome, UpdateOutcome::upserted("said".into()));
    holds(storage, ALICE, "said", Some(&doc! { "x": 1, "n": 1 })).await;
}

/// The new document has what the filter says by equality: beside a field, by `$eq`, inside `$and`.
pub async fn an_upsert_starts_from_the_equalities_of_the_filter(storage: &Subject) {
    let set = || doc! { "$set": { "n": 1 } };
    inserts(storage, doc! { "a": 1 }, set(), doc! { "a": 1, "n": 1 }).await;
    inserts(storage, doc! { "a": { "$eq": 1 } }, set(), doc! { "a": 1, "n": 1 }).await;
    inserts(storage, doc! { "$and": [{ "a": 1 }] }, set(), doc! { "a": 1, "n": 1 }).await;
    inserts(storage, doc! { "a": { "$eq": 1, "$gt": 0 } }, set(), doc! { "a": 1, "n": 1 }).await;
    inserts(storage, doc! { "a": { "x": 1 } }, set(), doc! { "a": { "x": 1 }, "n": 1 }).await;
    inserts(storage, doc! { "a": [1, 2] }, set(), doc! { "a": [1, 2], "n": 1 }).await;
    inserts(storage, doc! { "a": null }, set(), doc! { "a": null, "n": 1 }).await;
}

/// What the filter says comes in the order of the names, before what the update adds.
pub async fn an_upsert_starts_in_the_order_of_names(storage: &Subject) {
    let filter = doc! { "$and": [{ "c": 1 }, { "b": 2 }] };
    inserts(storage, filter, doc! { "$set": { "a": 3 } }, doc! { "b": 2, "c": 1, "a": 3 }).await;
}

/// A path in the filter makes the documents on the way.
pub async fn an_upsert_starts_from_paths_too(storage: &Subject) {
    inserts(storage, doc! { "a.b": 1 }, doc! { "$set": { "n": 1 } }, doc! { "a": { "b": 1 }, "n": 1 }).await;
    inserts(storage, doc! { "a.b": 1 }, doc! { "$set": { "a.c": 2 } }, doc! { "a": { "b": 1, "c": 2 } })
        .await;
}

/// Ranges, lists and negations say nothing of the new document.
pub async fn an_upsert_does_not_start_from_anything_but_equality(storage: &Subject) {
    for condition in [
        bson!({ "$gt": 1 }),
        bson!({ "$gte": 1, "$lte": 1 }),
        bson!({ "$in": [1, 2] }),
        bson!({ "$ne": 1 }),
        bson!({ "$exists": false }),
        bson!({ "$not": { "$eq": 1 } }),
        bson!({ "$elemMatch": { "$eq": 1 } }),
        bson!({ "$size": 2 }),
    ] {
        inserts(storage, doc! { "a": condition }, doc! { "$set": { "n": 1 } }, doc! { "n": 1 }).await;
    }
}

/// A regex is no equality.
pub async fn an_upsert_does_not_start_from_a_regex(storage: &Subject) {
    inserts(storage, doc! { "a": regex("^x", "") }, doc! { "$set": { "n": 1 } }, doc! { "n": 1 }).await;
    inserts(storage, doc! { "a": { "$regex": "^x" } }, doc! { "$set": { "n": 1 } }, doc! { "n": 1 }).await;
}

/// What stands in an `$or` of several or a `$nor` is not known to hold.
pub async fn an_upsert_does_not_start_from_or(storage: &Subject) {
    let filter = doc! { "$or": [{ "a": 1 }, { "b": 1 }] };
    inserts(storage, filter, doc! { "$set": { "n": 1 } }, doc! { "n": 1 }).await;
    inserts(storage, doc! { "$nor": [{ "n": 1 }] }, doc! { "$set": { "n": 1 } }, doc! { "n": 1 }).await;
}

/// `$setOnInsert` writes into the document that is inserted.
pub async fn set_on_insert_counts_in_an_upsert(storage: &Subject) {
    let change = doc! { "$setOnInsert": { "made": true }, "$inc": { "n": 1 } };
    update(storage, ALICE, by_id("a"), change.clone(), upserting("x")).await;
    holds(storage, ALICE, "a", Some(&doc! { "made": true, "n": 1 })).await;
    update(storage, ALICE, by_id("a"), doc! { "$set": { "made": false } }, options()).await;
    update(storage, ALICE, by_id("a"), change, upserting("x")).await;
    holds(storage, ALICE, "a", Some(&doc! { "made": false, "n": 2 })).await;
}

/// Operators find what the filter has put there.
pub async fn operators_work_on_what_an_upsert_starts_from(storage: &Subject) {
    inserts(storage, doc! { "n": 5 }, doc! { "$inc": { "n": 2 } }, doc! { "n": 7 }).await;
    inserts(storage, doc! { "a": [1] }, doc! { "$push": { "a": 2 } }, doc! { "a": [1, 2] }).await;
    inserts(storage, doc! { "a": 1, "b": 2 }, doc! { "$unset": { "a": "" } }, doc! { "b": 2 }).await;
}

/// An upsert by a replacement inserts just that: the filter's equalities are not put in.
pub async fn an_upsert_by_a_replacement_inserts_it(storage: &Subject) {
    let document = doc! { "n": 1 };
    let call = storage.update(ALICE, by(doc! { "a": 1 }), replacement(&document), upserting("made"));
    assert_eq!(answer("upsert by a replacement", call).await, UpdateOutcome::upserted("made".into()));
    holds(storage, ALICE, "made", Some(&document)).await;
    let call =
        storage.update(ALICE, by(doc! { "_id": "said", "a": 1 }), replacement(&document), upserting("x"));
    assert_eq!(answer("upsert by a replacement", call).await, UpdateOutcome::upserted("said".into()));
    holds(storage, ALICE, "said", Some(&document)).await;
}

/// A filter that says by equality two things of one field says nothing.
pub async fn an_upsert_whose_filter_says_two_things_is_refused(storage: &Subject) {
    for filter in [
        doc! { "$and": [{ "a": 1 }, { "a": 2 }] },
        doc! { "a": { "b": 1 }, "a.b": 1 },
        doc! { "a": 1, "$and": [{ "a": { "$eq": 1 } }] },
    ] {
        let change = Change::Operators(doc! { "$set": { "n": 1 } });
        let call = storage.update(ALICE, by(filter.clone()), change, upserting("made"));
        refused(&format!("the upsert of {filter}"), call, Refusal::Invalid).await;
    }
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// An upsert whose operators do not fit what it starts from inserts nothing.
pub async fn an_upsert_that_cannot_be_applied_inserts_nothing(storage: &Subject) {
    for (filter, change) in [
        (doc! { "n": "text" }, doc! { "$inc": { "n": 1 } }),
        (doc! { "a": 1 }, doc! { "$push": { "a": 1 } }),
        (doc! { "a": 1 }, doc! { "$set": { "a.b": 1 } }),
        (doc! { "_id": "a" }, doc! { "$set": { "_id": "b" } }),
    ] {
        let call =
            storage.update(ALICE, by(filter.clone()), Change::Operators(change.clone()), upserting("made"));
        refused(&format!("the upsert of {filter} by {change}"), call, Refusal::Invalid).await;
    }
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// Where a document has the id and does not match the rest, the upsert is a conflict.
pub async fn an_upsert_of_an_id_that_does_not_match_is_a_conflict(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    let change = || Change::Operators(doc! { "$set": { "m": 1 } });
    let call = storage.update(ALICE, by(doc! { "_id": "a", "n": 2 }), change(), upserting("x"));
    refused("the upsert of an id that is there and does not match", call, Refusal::Conflict("_id")).await;
    let call = storage.update(ALICE, by(doc! { "n": 2 }), change(), upserting("a"));
    refused("the upsert under an id that is taken", call, Refusal::Conflict("_id")).await;
    holds(storage, ALICE, "a", Some(&doc! { "n": 1 })).await;
    assert_eq!(ids(storage, ALICE).await, ["a"]);
}

/// `$currentDate` writes the time that the call was given, also into a new document.
pub async fn an_upsert_writes_the_time_of_the_call(storage: &Subject) {
    inserts(storage, doc! {}, doc! { "$currentDate": { "at": true } }, doc! { "at": now() }).await;
}

//! Scopes: nobody sees, counts, changes or learns of what is somebody else's.

use bson::oid::ObjectId;
use bson::{Document, bson, doc};
use mozaiks_core::storage::{NewDocument, Query, Sharing, StorageScope, UpdateOutcome};

use super::Subject;
use super::ask::{
    ALICE, BOB, all, by, by_id, count, delete, find, find_options, holds, ids, insert, many, options, place,
    raw, replacement, update, upserting,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("scopes.rs");
    one_user_does_not_see_another,
    one_app_does_not_see_another,
    one_plugin_does_not_see_another,
    one_collection_does_not_see_another,
    the_same_id_in_another_scope_is_another_document,
    the_same_object_id_in_another_scope_is_another_document,
    an_insert_does_not_tell_of_other_scopes,
    no_call_reaches_another_scope,
    no_filter_reaches_another_scope,
    an_upsert_of_an_id_of_another_scope_inserts,
    a_pipeline_sees_its_own_scope,
    what_comes_out_has_no_field_that_was_not_put_in,
    a_delete_of_all_leaves_other_scopes_alone,
    many_scopes_hold_each_their_own,
];

const OTHER_APP: StorageScope<'static> = StorageScope { app_id: "bank", ..ALICE };
const OTHER_PLUGIN: StorageScope<'static> = StorageScope { plugin: "tasks", ..ALICE };
const OTHER_COLLECTION: StorageScope<'static> = StorageScope { collection: "lists", ..ALICE };

/// Every scope but one's own, each different in one thing.
const OTHERS: [StorageScope<'static>; 5] =
    [BOB, OTHER_APP, OTHER_PLUGIN, OTHER_COLLECTION, StorageScope { sharing: Sharing::Shared, ..ALICE }];

/// Checks that neither of two scopes sees what is in the other.
pub(super) async fn apart(storage: &Subject, one: StorageScope<'_>, other: StorageScope<'_>) {
    let same = ObjectId::from_bytes([7; 12]);
    for (scope, n) in [(one, 1), (other, 2)] {
        insert(storage, scope, "same", doc! { "n": n }).await;
        insert(storage, scope, same, doc! { "n": n }).await;
        insert(storage, scope, format!("only{n}"), doc! { "n": n }).await;
    }
    for (scope, n) in [(one, 1), (other, 2)] {
        let found = find(storage, scope, Query::new(all())).await;
        assert_eq!(found.len(), 3, "documents in {}", place(scope));
        assert_eq!(count(storage, scope, all()).await, 3, "the count in {}", place(scope));
        assert_eq!(count(storage, scope, by(doc! { "n": n })).await, 3, "own documents in {}", place(scope));
        let values = answer("distinct", storage.distinct(scope, "n", all())).await;
        assert_eq!(values, [bson!(n)], "values in {}", place(scope));
        holds(storage, scope, "same", Some(&doc! { "n": n })).await;
        holds(storage, scope, same, Some(&doc! { "n": n })).await;
    }
}

/// The documents of another user are not there.
pub async fn one_user_does_not_see_another(storage: &Subject) {
    apart(storage, ALICE, BOB).await;
}

/// The same user of another app is somebody else.
pub async fn one_app_does_not_see_another(storage: &Subject) {
    apart(storage, ALICE, OTHER_APP).await;
}

/// Each plugin has documents of its own.
pub async fn one_plugin_does_not_see_another(storage: &Subject) {
    apart(storage, ALICE, OTHER_PLUGIN).await;
}

/// Each collection has documents of its own.
pub async fn one_collection_does_not_see_another(storage: &Subject) {
    apart(storage, ALICE, OTHER_COLLECTION).await;
}

/// A text that somebody chose for an id is free in every other scope.
pub async fn the_same_id_in_another_scope_is_another_document(storage: &Subject) {
    insert(storage, ALICE, "home", doc! { "n": 0 }).await;
    for (number, scope) in (1..).zip(OTHERS) {
        insert(storage, scope, "home", doc! { "n": number }).await;
    }
    holds(storage, ALICE, "home", Some(&doc! { "n": 0 })).await;
    for (number, scope) in (1..).zip(OTHERS) {
        holds(storage, scope, "home", Some(&doc! { "n": number })).await;
    }
}

/// An `ObjectId` that somebody chose is free in every other scope, also where it was generated there.
pub async fn the_same_object_id_in_another_scope_is_another_document(storage: &Subject) {
    let id = ObjectId::from_bytes([9; 12]);
    let generated = NewDocument::generated(id, raw(&doc! { "n": 0 }));
    answer("insert under a generated id", storage.insert(ALICE, vec![generated])).await;
    for (number, scope) in (1..).zip(OTHERS) {
        insert(storage, scope, id, doc! { "n": number }).await;
    }
    holds(storage, ALICE, id, Some(&doc! { "n": 0 })).await;
    for (number, scope) in (1..).zip(OTHERS) {
        holds(storage, scope, id, Some(&doc! { "n": number })).await;
        assert_eq!(count(storage, scope, by(doc! { "_id": id })).await, 1, "by `_id` in {}", place(scope));
    }
}

/// Whether somebody else has a document of an id cannot be learned by inserting one.
pub async fn an_insert_does_not_tell_of_other_scopes(storage: &Subject) {
    for scope in OTHERS {
        insert(storage, scope, "taken", doc! { "secret": true }).await;
    }
    insert(storage, ALICE, "taken", doc! { "mine": true }).await;
    let change = doc! { "$set": { "mine": 2 } };
    let outcome = update(storage, ALICE, by_id("taken"), change, upserting("x")).await;
    assert_eq!(outcome, UpdateOutcome::new(1, 1));
    for scope in OTHERS {
        holds(storage, scope, "taken", Some(&doc! { "secret": true })).await;
    }
}

/// Updates, replacements and deletes by the id of another's document find nothing.
pub async fn no_call_reaches_another_scope(storage: &Subject) {
    let secret = doc! { "n": 1 };
    let made = ObjectId::from_bytes([9; 12]);
    for scope in OTHERS {
        insert(storage, scope, "theirs", secret.clone()).await;
        insert(storage, scope, made, secret.clone()).await;
    }
    for selector in [by_id("theirs"), by_id(made), by(doc! { "_id": "theirs" }), by(doc! { "n": 1 }), all()] {
        let set = || doc! { "$set": { "n": 2 } };
        assert_eq!(find(storage, ALICE, Query::new(selector.clone())).await, []);
        assert_eq!(count(storage, ALICE, selector.clone()).await, 0);
        for options in [options(), many()] {
            let outcome = update(storage, ALICE, selector.clone(), set(), options).await;
            assert_eq!(outcome, UpdateOutcome::new(0, 0), "an update of {selector:?}");
        }
        let call = storage.update(ALICE, selector.clone(), replacement(&doc! {}), options());
        assert_eq!(answer("update by a replacement", call).await, UpdateOutcome::new(0, 0));
        let change = mozaiks_core::storage::Change::Operators(set());
        let call = storage.find_and_update(ALICE, selector.clone(), change, find_options());
        assert_eq!(answer("find_and_update", call).await, None);
        assert_eq!(delete(storage, ALICE, selector.clone(), true).await, 0);
    }
    for scope in OTHERS {
        holds(storage, scope, "theirs", Some(&secret)).await;
        holds(storage, scope, made, Some(&secret)).await;
    }
}

/// Filters that are always true, negations and alternatives see their own scope only.
pub async fn no_filter_reaches_another_scope(storage: &Subject) {
    for scope in OTHERS {
        insert(storage, scope, "theirs", doc! { "n": 1, "t": "secret" }).await;
    }
    insert(storage, ALICE, "mine", doc! { "n": 2, "t": "own" }).await;
    for filter in [
        doc! { "$or": [{ "n": 1 }, { "n": { "$ne": 1 } }] },
        doc! { "$or": [{}, { "n": 1 }] },
        doc! { "$nor": [{ "none": 1 }] },
        doc! { "$nor": [{ "$and": [{ "none": 1 }] }] },
        doc! { "n": { "$exists": true } },
        doc! { "none": { "$exists": false } },
        doc! { "none": null },
        doc! { "n": { "$nin": [] } },
        doc! { "n": { "$not": { "$eq": 9 } } },
        doc! { "t": { "$regex": "" } },
        doc! { "_id": { "$exists": true } },
        doc! { "_id": { "$in": ["theirs", "mine"] } },
        doc! { "_id": { "$regex": "" } },
        doc! { "_id": { "$gte": bson::Bson::MinKey } },
        doc! { "$and": [{}, { "$or": [{ "_id": "theirs" }, { "_id": "mine" }] }] },
    ] {
        let found: Vec<_> = find(storage, ALICE, Query::new(by(filter.clone()))).await;
        let found: Vec<_> = found.iter().map(|found| found.id.to_string()).collect();
        assert_eq!(found, ["mine"], "what {filter} finds");
        assert_eq!(count(storage, ALICE, by(filter.clone())).await, 1, "what {filter} counts");
        let change = doc! { "$inc": { "touched": 1 } };
        let outcome = update(storage, ALICE, by(filter.clone()), change, many()).await;
        assert_eq!((outcome.matched, outcome.modified), (1, 1), "what {filter} updates");
    }
    assert_eq!(delete(storage, ALICE, by(doc! { "$nor": [{ "none": 1 }] }), true).await, 1);
    for scope in OTHERS {
        holds(storage, scope, "theirs", Some(&doc! { "n": 1, "t": "secret" })).await;
    }
}

/// An upsert by an id that another has inserts a document of one's own.
pub async fn an_upsert_of_an_id_of_another_scope_inserts(storage: &Subject) {
    let made = ObjectId::from_bytes([9; 12]);
    for scope in OTHERS {
        insert(storage, scope, "same", doc! { "theirs": true }).await;
        insert(storage, scope, made, doc! { "theirs": true }).await;
    }
    let set = || doc! { "$set": { "mine": true } };
    let outcome = update(storage, ALICE, by_id("same"), set(), upserting("x")).await;
    assert_eq!(outcome, UpdateOutcome::upserted("same".into()));
    let outcome = update(storage, ALICE, by(doc! { "theirs": true }), set(), upserting(made)).await;
    assert_eq!(outcome, UpdateOutcome::upserted(made.into()));
    holds(storage, ALICE, "same", Some(&doc! { "mine": true })).await;
    holds(storage, ALICE, made, Some(&doc! { "theirs": true, "mine": true })).await;
    for scope in OTHERS {
        holds(storage, scope, "same", Some(&doc! { "theirs": true })).await;
        holds(storage, scope, made, Some(&doc! { "theirs": true })).await;
    }
}

/// Whatever the stages, a pipeline begins with the scope's own documents.
pub async fn a_pipeline_sees_its_own_scope(storage: &Subject) {
    for scope in OTHERS {
        insert(storage, scope, "theirs", doc! { "n": 100 }).await;
    }
    insert(storage, ALICE, "mine", doc! { "n": 1 }).await;
    let pipelines: [(Vec<Document>, Document); 4] = [
        (vec![], doc! { "_id": "mine", "n": 1 }),
        (vec![doc! { "$match": { "$nor": [{ "none": 1 }] } }], doc! { "_id": "mine", "n": 1 }),
        (vec![doc! { "$group": { "_id": null, "n": { "$sum": "$n" } } }], doc! { "_id": null, "n": 1 }),
        (vec![doc! { "$count": "n" }], doc! { "n": 1 }),
    ];
    for (pipeline, expected) in pipelines {
        let found = answer("aggregate", storage.aggregate(ALICE, pipeline.clone())).await;
        assert_eq!(found, [expected], "what {pipeline:?} gives");
    }
}

/// Whatever a storage keeps beside a document stays with it: no result has a field that nobody put in.
pub async fn what_comes_out_has_no_field_that_was_not_put_in(storage: &Subject) {
    let document = doc! { "n": 1 };
    for sharing in [Sharing::Private, Sharing::Shared, Sharing::SharedMine] {
        let scope = StorageScope { sharing, collection: "fields", ..ALICE };
        insert(storage, scope, format!("{sharing:?}"), document.clone()).await;
        let whole = doc! { "_id": format!("{sharing:?}"), "n": 1 };
        for projection in [None, Some(doc! {}), Some(doc! { "_id": 0 }), Some(doc! { "none": 0 })] {
            let mut query = Query::new(by_id(format!("{sharing:?}")));
            query.projection.clone_from(&projection);
            for found in find(storage, scope, query).await {
                assert_eq!(found.document, raw(&document), "with the projection {projection:?}");
            }
        }
        let only = doc! { "$match": { "_id": format!("{sharing:?}") } };
        for stages in [vec![], vec![doc! { "$project": { "none": 0 } }], vec![doc! { "$unwind": "$n" }]] {
            let stages: Vec<_> = [only.clone()].into_iter().chain(stages).collect();
            let found = answer("aggregate", storage.aggregate(scope, stages.clone())).await;
            assert_eq!(found, std::slice::from_ref(&whole), "what {stages:?} gives");
        }
        let change = doc! { "$set": { "n": 1 } };
        let outcome = update(storage, scope, by_id(format!("{sharing:?}")), change, options()).await;
        assert_eq!(outcome, UpdateOutcome::new(1, 0));
    }
}

/// To delete everything is to delete everything of one's own.
pub async fn a_delete_of_all_leaves_other_scopes_alone(storage: &Subject) {
    for scope in OTHERS {
        insert(storage, scope, "a", doc! {}).await;
    }
    insert(storage, ALICE, "a", doc! {}).await;
    assert_eq!(delete(storage, ALICE, all(), true).await, 1);
    for scope in OTHERS {
        assert_eq!(ids(storage, scope).await, ["a"], "what is left in {}", place(scope));
    }
}

/// Fifty users with documents of their own hold each their own, however they were mixed when they came.
pub async fn many_scopes_hold_each_their_own(storage: &Subject) {
    let users: Vec<_> = (0..50).map(|number| format!("user{number}")).collect();
    for round in 0..3 {
        for (number, user) in (0..).zip(&users) {
            let scope = StorageScope { user_id: user, ..ALICE };
            insert(storage, scope, format!("id{round}"), doc! { "owner": number }).await;
        }
    }
    for (number, user) in (0..).zip(&users) {
        let scope = StorageScope { user_id: user, ..ALICE };
        let owners = answer("distinct", storage.distinct(scope, "owner", all())).await;
        assert_eq!((count(storage, scope, all()).await, owners), (3, vec![bson!(number)]), "of {user}");
    }
}

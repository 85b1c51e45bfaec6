//! Changing a document and getting it, in one step.

use bson::{Document, doc};
use mozaiks_core::storage::{Change, FindAndUpdateOptions, FoundDocument, Selector};

use super::Subject;
use super::ask::{
    ALICE, Refusal, all, by, by_id, count, find_options, holds, ids, insert, raw, read, refused, replacement,
    text,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("find_and_update.rs");
    find_and_update_gives_it_as_it_was_before,
    find_and_update_gives_it_as_it_is_after,
    find_and_update_changes_one_of_many,
    find_and_update_takes_the_first_in_an_order,
    find_and_update_of_nothing_gives_nothing,
    find_and_update_by_id,
    find_and_update_that_changes_nothing_gives_the_document,
    find_and_update_by_a_replacement,
    find_and_update_upserts_and_gives_nothing_before,
    find_and_update_upserts_and_gives_it_after,
    find_and_update_with_an_upsert_updates_what_is_there,
    find_and_update_that_fails_changes_nothing,
    find_and_update_never_gives_an_id_in_the_document,
];

fn after() -> FindAndUpdateOptions {
    let mut options = find_options();
    options.return_new = true;
    options
}

fn set(value: i32) -> Change {
    Change::Operators(doc! { "$set": { "n": value } })
}

async fn ask(
    storage: &Subject,
    selector: Selector,
    change: Change,
    options: FindAndUpdateOptions,
) -> Option<FoundDocument> {
    let asked = format!("find_and_update {selector:?} by {change:?} ({options:?})");
    answer(&asked, storage.find_and_update(ALICE, selector, change, options)).await
}

/// Checks what was given: the id, and the document to the last bit.
#[track_caller]
fn gave(found: Option<FoundDocument>, expected: Option<(&str, Document)>) {
    let found = found.map(|found| (found.id.to_string(), found.document));
    let expected = expected.map(|(id, document)| (id.to_owned(), raw(&document)));
    let shown = |of: &Option<(String, bson::RawDocumentBuf)>| {
        of.as_ref().map(|(id, document)| format!("{id}: {}", text(&read(document))))
    };
    assert!(
        found == expected,
        "find_and_update must give {:?}, and gave {:?}",
        shown(&expected),
        shown(&found)
    );
}

/// If nothing is said, the document comes as it was before the change.
pub async fn find_and_update_gives_it_as_it_was_before(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    gave(ask(storage, by(doc! { "n": 1 }), set(2), find_options()).await, Some(("a", doc! { "n": 1 })));
    holds(storage, ALICE, "a", Some(&doc! { "n": 2 })).await;
}

/// With `return_new` it comes as it is after the change.
pub async fn find_and_update_gives_it_as_it_is_after(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    gave(ask(storage, by(doc! { "n": 1 }), set(2), after()).await, Some(("a", doc! { "n": 2 })));
    holds(storage, ALICE, "a", Some(&doc! { "n": 2 })).await;
}

/// One document is changed, of however many match.
pub async fn find_and_update_changes_one_of_many(storage: &Subject) {
    for id in ["a", "b", "c"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    assert!(ask(storage, all(), set(2), find_options()).await.is_some());
    assert_eq!(count(storage, ALICE, by(doc! { "n": 2 })).await, 1);
}

/// With a sort, the first in that order is changed.
pub async fn find_and_update_takes_the_first_in_an_order(storage: &Subject) {
    for (id, n) in [("a", 2), ("b", 3), ("c", 1)] {
        insert(storage, ALICE, id, doc! { "n": n }).await;
    }
    let sorted = |sort| {
        let mut options = find_options();
        options.sort = Some(sort);
        options
    };
    gave(ask(storage, all(), set(5), sorted(doc! { "n": 1 })).await, Some(("c", doc! { "n": 1 })));
    gave(ask(storage, all(), set(0), sorted(doc! { "n": -1 })).await, Some(("c", doc! { "n": 5 })));
    let some = by(doc! { "n": { "$gt": 0 } });
    gave(ask(storage, some, set(9), sorted(doc! { "_id": -1 })).await, Some(("b", doc! { "n": 3 })));
}

/// Where nothing matches and nothing is inserted, nothing is given.
pub async fn find_and_update_of_nothing_gives_nothing(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    for options in [find_options(), after()] {
        gave(ask(storage, by(doc! { "n": 9 }), set(2), options.clone()).await, None);
        gave(ask(storage, by_id("b"), set(2), options).await, None);
    }
    assert_eq!(ids(storage, ALICE).await, ["a"]);
}

/// An id selects the one document, also with a sort beside it.
pub async fn find_and_update_by_id(storage: &Subject) {
    for id in ["a", "b"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    let mut options = after();
    options.sort = Some(doc! { "_id": 1 });
    gave(ask(storage, by_id("b"), set(2), options).await, Some(("b", doc! { "n": 2 })));
    holds(storage, ALICE, "a", Some(&doc! { "n": 1 })).await;
}

/// A document that already is as asked for is given all the same.
pub async fn find_and_update_that_changes_nothing_gives_the_document(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    gave(ask(storage, by_id("a"), set(1), find_options()).await, Some(("a", doc! { "n": 1 })));
    gave(ask(storage, by_id("a"), set(1), after()).await, Some(("a", doc! { "n": 1 })));
}

/// A replacement leaves nothing but the id.
pub async fn find_and_update_by_a_replacement(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "old": 1 }).await;
    let new = doc! { "new": 1 };
    gave(ask(storage, by_id("a"), replacement(&new), find_options()).await, Some(("a", doc! { "old": 1 })));
    holds(storage, ALICE, "a", Some(&new)).await;
    gave(ask(storage, by(doc! { "new": 1 }), replacement(&doc! {}), after()).await, Some(("a", doc! {})));
}

/// An upsert that inserts gives nothing if the document is asked for as it was: there was none.
pub async fn find_and_update_upserts_and_gives_nothing_before(storage: &Subject) {
    let mut options = find_options();
    options.upsert = Some("made".into());
    gave(ask(storage, by(doc! { "a": 1 }), set(1), options).await, None);
    holds(storage, ALICE, "made", Some(&doc! { "a": 1, "n": 1 })).await;
}

/// An upsert that inserts gives the new document if it is asked for as it is.
pub async fn find_and_update_upserts_and_gives_it_after(storage: &Subject) {
    let mut options = after();
    options.upsert = Some("made".into());
    let found = ask(storage, by(doc! { "a": 1 }), set(1), options.clone()).await;
    gave(found, Some(("made", doc! { "a": 1, "n": 1 })));
    gave(ask(storage, by_id("other"), set(2), options).await, Some(("other", doc! { "n": 2 })));
}

/// Where something matches, nothing is inserted.
pub async fn find_and_update_with_an_upsert_updates_what_is_there(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    let mut options = after();
    options.upsert = Some("made".into());
    let change = Change::Operators(doc! { "$inc": { "n": 1 }, "$setOnInsert": { "x": 1 } });
    gave(ask(storage, by(doc! { "n": 1 }), change, options).await, Some(("a", doc! { "n": 2 })));
    assert_eq!(ids(storage, ALICE).await, ["a"]);
}

/// A change that does not fit is an error, and leaves the document as it was.
pub async fn find_and_update_that_fails_changes_nothing(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": "text" }).await;
    let change = Change::Operators(doc! { "$set": { "m": 1 }, "$inc": { "n": 1 } });
    let call = storage.find_and_update(ALICE, all(), change, after());
    refused("find_and_update with an $inc of a text", call, Refusal::Invalid).await;
    holds(storage, ALICE, "a", Some(&doc! { "n": "text" })).await;
}

/// `_id` stands beside the document, before and after.
pub async fn find_and_update_never_gives_an_id_in_the_document(storage: &Subject) {
    insert(storage, ALICE, "65301c2f9d1e8b3a4c5d6e7f", doc! { "n": 1 }).await;
    for options in [find_options(), after()] {
        let found = ask(storage, all(), Change::Operators(doc! { "$inc": { "n": 1 } }), options).await;
        let found = found.map(|found| (read(&found.document).contains_key("_id"), found.owner));
        assert_eq!(found, Some((false, None)), "whether `_id` is in the document, and its owner");
    }
}

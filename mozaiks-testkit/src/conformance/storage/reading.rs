//! Counting, pages, distinct values, deleting, and the end.

use bson::{Bson, doc};
use mozaiks_core::storage::{Query, StorageError};

use super::Subject;
use super::ask::{ALICE, all, by, by_id, count, delete, find, found_ids, holds, ids, insert};
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::{answer, fail, within};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("reading.rs");
    count_counts_what_a_selector_names,
    skip_passes_over_and_limit_ends,
    a_skip_beyond_the_end_gives_nothing,
    a_limit_of_zero_gives_nothing,
    the_greatest_skip_and_limit_are_no_error,
    a_total_counts_what_the_page_leaves_out,
    no_total_is_given_where_none_was_asked_for,
    a_total_beside_a_limit_of_zero,
    pages_put_together_are_the_whole,
    a_query_by_id_has_skip_limit_and_total_too,
    delete_by_id_removes_that_document,
    delete_removes_one_or_all,
    delete_of_nothing_is_no_error,
    what_was_deleted_is_gone_everywhere,
    ping_answers,
    close_can_be_called_and_called_again,
];

/// A count is of all that match.
pub async fn count_counts_what_a_selector_names(storage: &Subject) {
    values(storage, (0..10).map(Bson::from)).await;
    assert_eq!(count(storage, ALICE, all()).await, 10);
    assert_eq!(count(storage, ALICE, by(doc! { "v": { "$gte": 7 } })).await, 3);
    assert_eq!(count(storage, ALICE, by_id("003")).await, 1);
    assert_eq!(count(storage, ALICE, by_id("999")).await, 0);
}

fn page(skip: u64, limit: Option<u64>) -> Query {
    let mut query = Query::new(all());
    (query.sort, query.skip, query.limit) = (Some(doc! { "_id": 1 }), skip, limit);
    query
}

/// `skip` passes over so many, and `limit` gives at most so many.
pub async fn skip_passes_over_and_limit_ends(storage: &Subject) {
    values(storage, (0..5).map(Bson::from)).await;
    assert_eq!(found_ids(storage, ALICE, page(1, Some(2))).await, ["001", "002"]);
    assert_eq!(found_ids(storage, ALICE, page(3, None)).await, ["003", "004"]);
    assert_eq!(found_ids(storage, ALICE, page(0, Some(1))).await, ["000"]);
    assert_eq!(found_ids(storage, ALICE, page(4, Some(9))).await, ["004"]);
}

/// A skip beyond the end is no error.
pub async fn a_skip_beyond_the_end_gives_nothing(storage: &Subject) {
    values(storage, (0..3).map(Bson::from)).await;
    assert_eq!(find(storage, ALICE, page(3, None)).await, []);
    assert_eq!(find(storage, ALICE, page(1000, Some(5))).await, []);
}

/// `limit: Some(0)` gives none; it does not mean that there is no limit.
pub async fn a_limit_of_zero_gives_nothing(storage: &Subject) {
    values(storage, (0..3).map(Bson::from)).await;
    assert_eq!(find(storage, ALICE, page(0, Some(0))).await, []);
}

/// Skips and limits are u64: the greatest ones are far away, and no error.
pub async fn the_greatest_skip_and_limit_are_no_error(storage: &Subject) {
    values(storage, (0..3).map(Bson::from)).await;
    assert_eq!(find(storage, ALICE, page(0, Some(u64::MAX))).await.len(), 3);
    assert_eq!(find(storage, ALICE, page(2, Some(u64::MAX))).await.len(), 1);
    assert_eq!(find(storage, ALICE, page(u64::MAX, None)).await.len(), 0);
    assert_eq!(find(storage, ALICE, page(u64::MAX, Some(u64::MAX))).await.len(), 0);
}

/// With `count_all` the total counts all that the selector names, whatever `skip` and `limit` say.
pub async fn a_total_counts_what_the_page_leaves_out(storage: &Subject) {
    values(storage, (0..10).map(Bson::from)).await;
    for (skip, limit, expected) in [(0, None, 5), (1, Some(2), 2), (4, Some(9), 1), (9, Some(1), 0)] {
        for sort in [None, Some(doc! { "_id": -1 }), Some(doc! { "v": 1 })] {
            let mut query = page(skip, limit);
            (query.selector, query.sort, query.count_all) =
                (by(doc! { "v": { "$mod": [2, 0] } }), sort, true);
            let asked = format!("find {query:?}");
            let found = answer(&asked, storage.find(ALICE, query)).await;
            assert_eq!(
                (found.documents.len(), found.total),
                (expected, Some(5)),
                "found and total by {asked}"
            );
        }
    }
}

/// Without `count_all` there is no total.
pub async fn no_total_is_given_where_none_was_asked_for(storage: &Subject) {
    values(storage, (0..3).map(Bson::from)).await;
    let found = answer("find", storage.find(ALICE, page(0, Some(1)))).await;
    assert_eq!((found.documents.len(), found.total), (1, None));
}

/// `limit: Some(0)` with `count_all` gives the total alone.
pub async fn a_total_beside_a_limit_of_zero(storage: &Subject) {
    values(storage, (0..3).map(Bson::from)).await;
    let mut query = page(0, Some(0));
    query.count_all = true;
    let found = answer("find", storage.find(ALICE, query)).await;
    assert_eq!((found.documents.len(), found.total), (0, Some(3)));
}

/// Pages in an order that leaves no two documents equal have every document once.
pub async fn pages_put_together_are_the_whole(storage: &Subject) {
    shelf(storage, (0..53).map(|number| doc! { "g": number % 3 })).await;
    let mut together = Vec::new();
    for start in 0..6 {
        let mut query = page(start * 10, Some(10));
        query.sort = Some(doc! { "g": -1, "_id": 1 });
        together.extend(found_ids(storage, ALICE, query).await);
    }
    let groups =
        |group| (0..53).filter(move |number| number % 3 == group).map(|number| format!("{number:03}"));
    let expected: Vec<_> = groups(2).chain(groups(1)).chain(groups(0)).collect();
    assert_eq!(together, expected);
}

/// A query by id is a query.
pub async fn a_query_by_id_has_skip_limit_and_total_too(storage: &Subject) {
    values(storage, (0..3).map(Bson::from)).await;
    for (skip, limit, expected) in [(0, None, 1), (1, None, 0), (0, Some(0), 0), (0, Some(5), 1)] {
        let mut query = Query::new(by_id("001"));
        (query.skip, query.limit, query.count_all) = (skip, limit, true);
        let found = answer("find by id", storage.find(ALICE, query)).await;
        assert_eq!((found.documents.len(), found.total), (expected, Some(1)), "skip {skip}, limit {limit:?}");
    }
}

/// A delete by id removes the document of that id and no other.
pub async fn delete_by_id_removes_that_document(storage: &Subject) {
    for id in ["a", "b", "65301c2f9d1e8b3a4c5d6e7f"] {
        insert(storage, ALICE, id, doc! {}).await;
    }
    assert_eq!(delete(storage, ALICE, by_id("a"), false).await, 1);
    assert_eq!(delete(storage, ALICE, by_id("65301c2f9d1e8b3a4c5d6e7f"), true).await, 1);
    assert_eq!(ids(storage, ALICE).await, ["b"]);
}

/// Without `many` one of the documents is removed, with it all.
pub async fn delete_removes_one_or_all(storage: &Subject) {
    shelf(storage, [doc! { "n": 1 }, doc! { "n": 1 }, doc! { "n": 1 }, doc! { "n": 2 }]).await;
    assert_eq!(delete(storage, ALICE, by(doc! { "n": 1 }), false).await, 1);
    assert_eq!(count(storage, ALICE, by(doc! { "n": 1 })).await, 2);
    assert_eq!(delete(storage, ALICE, by(doc! { "n": 1 }), true).await, 2);
    assert_eq!(ids(storage, ALICE).await, ["003"]);
    assert_eq!(delete(storage, ALICE, all(), true).await, 1);
}

/// To delete what is not there is no error.
pub async fn delete_of_nothing_is_no_error(storage: &Subject) {
    for many in [false, true] {
        assert_eq!(delete(storage, ALICE, by_id("a"), many).await, 0);
        assert_eq!(delete(storage, ALICE, by(doc! { "n": 1 }), many).await, 0);
        assert_eq!(delete(storage, ALICE, all(), many).await, 0);
    }
}

/// What was deleted is neither found, counted, listed nor updated.
pub async fn what_was_deleted_is_gone_everywhere(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    assert_eq!(delete(storage, ALICE, by_id("a"), false).await, 1);
    holds(storage, ALICE, "a", None).await;
    assert_eq!(count(storage, ALICE, all()).await, 0);
    assert_eq!(answer("distinct", storage.distinct(ALICE, "n", all())).await, []);
    let change = doc! { "$set": { "n": 2 } };
    let outcome = super::ask::update(storage, ALICE, all(), change, super::ask::many()).await;
    assert_eq!((outcome.matched, outcome.modified), (0, 0));
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// A storage that serves says so.
pub async fn ping_answers(storage: &Subject) {
    answer("ping", storage.ping()).await;
    insert(storage, ALICE, "a", doc! {}).await;
    answer("ping", storage.ping()).await;
}

/// A storage can be closed, twice too. What is asked afterwards is unavailable; a storage that has nothing to let go of
/// may also go on as before.
pub async fn close_can_be_called_and_called_again(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    answer("close", storage.close()).await;
    answer("close, a second time", storage.close()).await;
    match within("`count` to answer after `close`", storage.count(ALICE, all())).await {
        Ok(1) | Err(StorageError::Unavailable { .. }) => {}
        other => {
            fail(&format!("after `close` a call must be Unavailable or served as before, not {other:?}"))
        }
    }
}

//! Calls at the same time.

use std::sync::Arc;
use std::time::Duration;

use bson::{Bson, doc};
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use mozaiks_core::storage::{Change, FoundDocument, NewDocument, Query, Storage, StorageError, StorageScope};

use super::Subject;
use super::ask::{
    ALICE, all, by, by_id, count, find_options, holds, ids, insert, new, options, raw, read, upserting,
};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::{answer, at_once, fail, within};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("concurrent.rs");
    increments_at_the_same_time_lose_nothing,
    pushes_at_the_same_time_lose_nothing,
    of_inserts_of_one_id_at_the_same_time_one_wins,
    of_upserts_of_one_id_at_the_same_time_one_inserts,
    find_and_update_gives_each_document_to_one_caller,
    a_write_is_seen_by_every_read_after_it,
    batches_at_the_same_time_are_kept_whole_or_not_at_all,
    a_reader_never_sees_half_an_update,
    inserts_in_many_scopes_at_once_do_not_meet,
    deletes_at_the_same_time_remove_each_document_once,
    a_write_that_is_dropped_is_done_or_not_done,
];

async fn in_tasks<F>(count: usize, work: impl Fn(usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    join_all((0..count).map(|number| at_once(work(number)))).await;
}

/// Parallel `$inc`s of one document add up.
pub async fn increments_at_the_same_time_lose_nothing(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 0 }).await;
    in_tasks(16, |_| {
        let storage = storage.shared();
        async move {
            for _ in 0..10 {
                let change = Change::Operators(doc! { "$inc": { "n": 1 } });
                answer("update", storage.update(ALICE, by_id("a"), change, options())).await;
            }
        }
    })
    .await;
    holds(storage, ALICE, "a", Some(&doc! { "n": 160 })).await;
}

/// Parallel `$push`es to one array are all there.
pub async fn pushes_at_the_same_time_lose_nothing(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "l": [] }).await;
    in_tasks(8, |number| {
        let storage = storage.shared();
        async move {
            for round in 0..5 {
                let change = Change::Operators(doc! { "$push": { "l": format!("{number}-{round}") } });
                answer("update", storage.update(ALICE, by(doc! {}), change, options())).await;
            }
        }
    })
    .await;
    let values = answer("distinct", storage.distinct(ALICE, "l", all())).await;
    assert_eq!(values.len(), 40, "values that were pushed");
}

/// Exactly one of parallel inserts of an id succeeds; the others are conflicts.
pub async fn of_inserts_of_one_id_at_the_same_time_one_wins(storage: &Subject) {
    for round in 0..5 {
        let id = format!("id{round}");
        let inserts = (0..8).map(|number| {
            let (storage, id) = (storage.shared(), id.clone());
            let (won, told) = tokio::sync::oneshot::channel();
            let insert = async move {
                let call = storage.insert(ALICE, vec![new(id, &doc! { "by": number })]);
                let outcome = match within("`insert` to answer", call).await {
                    Ok(()) => Some(number),
                    Err(StorageError::Conflict { index }) if index == "_id" => None,
                    Err(error) => fail(&format!("a parallel insert failed with {error:?}")),
                };
                let _ = won.send(outcome);
            };
            async move {
                at_once(insert).await;
                told.await.ok().flatten()
            }
        });
        let winners: Vec<i32> = join_all(inserts).await.into_iter().flatten().collect();
        let [winner] = winners.as_slice() else {
            fail(&format!("of 8 parallel inserts of one id exactly one wins, not {}", winners.len()))
        };
        holds(storage, ALICE, id, Some(&doc! { "by": winner })).await;
    }
}

/// Of parallel upserts of one id one inserts, and the others update or are conflicts: there is one document.
pub async fn of_upserts_of_one_id_at_the_same_time_one_inserts(storage: &Subject) {
    let done = Arc::new(std::sync::atomic::AtomicI32::new(0));
    in_tasks(8, |_| {
        let (storage, done) = (storage.shared(), Arc::clone(&done));
        async move {
            let change = Change::Operators(doc! { "$inc": { "n": 1 } });
            let call = storage.update(ALICE, by_id("a"), change, upserting("x"));
            match within("`update` to answer", call).await {
                Ok(_) => drop(done.fetch_add(1, std::sync::atomic::Ordering::SeqCst)),
                Err(StorageError::Conflict { .. }) => {}
                Err(error) => fail(&format!("a parallel upsert failed with {error:?}")),
            }
        }
    })
    .await;
    let done = done.load(std::sync::atomic::Ordering::SeqCst);
    holds(storage, ALICE, "a", Some(&doc! { "n": done })).await;
}

/// Callers that take jobs from a queue by `find_and_update` never get one job twice.
pub async fn find_and_update_gives_each_document_to_one_caller(storage: &Subject) {
    let jobs = (0..20).map(|number| new(format!("job{number:02}"), &doc! { "done": false })).collect();
    answer("insert", storage.insert(ALICE, jobs)).await;
    let taken = Arc::new(std::sync::Mutex::new(Vec::new()));
    in_tasks(8, |_| {
        let (storage, taken) = (storage.shared(), Arc::clone(&taken));
        async move {
            loop {
                let change = Change::Operators(doc! { "$set": { "done": true } });
                let mut options = find_options();
                options.sort = Some(doc! { "_id": 1 });
                let call = storage.find_and_update(ALICE, by(doc! { "done": false }), change, options);
                let Some(job) = answer("find_and_update", call).await else { break };
                assert_eq!(
                    read(&job.document),
                    doc! { "done": false },
                    "a job that was given as it was before"
                );
                if let Ok(mut taken) = taken.lock() {
                    taken.push(job.id);
                }
            }
        }
    })
    .await;
    let taken = taken.lock().map(|taken| taken.len()).unwrap_or_default();
    assert_eq!(taken, 20, "jobs that were given to a caller");
}

/// When a write has returned `Ok`, every later call from anywhere sees it.
pub async fn a_write_is_seen_by_every_read_after_it(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 0 }).await;
    for round in 1..20 {
        let change = Change::Operators(doc! { "$set": { "n": round } });
        answer("update", storage.update(ALICE, by_id("a"), change, options())).await;
        in_tasks(4, |_| {
            let storage = storage.shared();
            async move {
                let found = answer("find", storage.find(ALICE, Query::new(by_id("a")))).await;
                let n = found.documents.first().and_then(|found| found.document.get_i32("n").ok());
                assert_eq!(n, Some(round), "what a read after the write gives");
                let counted = answer("count", storage.count(ALICE, by(doc! { "n": round }))).await;
                assert_eq!(counted, 1, "what a count after the write gives");
            }
        })
        .await;
    }
}

/// Of parallel inserts of many with one id in common one succeeds, and of the others nothing stays.
pub async fn batches_at_the_same_time_are_kept_whole_or_not_at_all(storage: &Subject) {
    in_tasks(8, |number| {
        let storage = storage.shared();
        async move {
            let mut batch: Vec<_> =
                (0..6).map(|n| new(format!("{number}-{n}"), &doc! { "batch": true })).collect();
            batch.insert(3, new("same", &doc! { "batch": true }));
            match within("`insert` to answer", storage.insert(ALICE, batch)).await {
                Ok(()) | Err(StorageError::Conflict { .. }) => {}
                Err(error) => fail(&format!("a parallel insert of many failed with {error:?}")),
            }
        }
    })
    .await;
    let there = ids(storage, ALICE).await;
    assert_eq!(there.len(), 7, "one batch of 7 and nothing else must be there, not {there:?}");
}

/// Fields that are written by one update are never seen apart.
pub async fn a_reader_never_sees_half_an_update(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "x": 0, "y": 0 }).await;
    let writer = {
        let storage = storage.shared();
        at_once(async move {
            for n in 1..60 {
                let change = Change::Operators(doc! { "$set": { "x": n, "y": n } });
                answer("update", storage.update(ALICE, by_id("a"), change, options())).await;
            }
        })
    };
    let reader = {
        let storage = storage.shared();
        at_once(async move {
            for _ in 0..60 {
                let found = answer("find", storage.find(ALICE, Query::new(all()))).await;
                for found in found.documents {
                    let (x, y) = (found.document.get_i32("x").ok(), found.document.get_i32("y").ok());
                    assert_eq!(x, y, "two fields that are always written together");
                }
                tokio::task::yield_now().await;
            }
        })
    };
    join(writer, reader).await;
}

/// Parallel inserts of one id in many scopes all succeed, and each is kept.
pub async fn inserts_in_many_scopes_at_once_do_not_meet(storage: &Subject) {
    in_tasks(32, |number| {
        let storage = storage.shared();
        async move {
            let user = format!("user{number}");
            let scope = StorageScope { user_id: &user, ..ALICE };
            let document = doc! { "n": i64::try_from(number).unwrap_or_default() };
            answer("insert", storage.insert(scope, vec![new("same", &document)])).await;
            let found = answer("find", storage.find(scope, Query::new(all()))).await;
            let found: Vec<_> = found.documents.iter().map(|found| &found.document).collect();
            assert_eq!(found, [&raw(&document)], "documents of {user}");
        }
    })
    .await;
    assert_eq!(ids(storage, ALICE).await, Vec::<String>::new());
}

/// Parallel deletes count together as many as there were.
pub async fn deletes_at_the_same_time_remove_each_document_once(storage: &Subject) {
    let documents = (0..50).map(|number| new(format!("{number:02}"), &doc! {})).collect();
    answer("insert", storage.insert(ALICE, documents)).await;
    let removed = Arc::new(std::sync::atomic::AtomicU64::new(0));
    in_tasks(8, |_| {
        let (storage, removed) = (storage.shared(), Arc::clone(&removed));
        async move {
            for number in 0..50 {
                let selector = by_id(format!("{number:02}"));
                let one = answer("delete", storage.delete(ALICE, selector, false)).await;
                removed.fetch_add(one, std::sync::atomic::Ordering::SeqCst);
            }
        }
    })
    .await;
    assert_eq!(removed.load(std::sync::atomic::Ordering::SeqCst), 50, "documents that were removed");
    assert_eq!(count(storage, ALICE, all()).await, 0);
}

/// A write whose future is dropped has happened as a whole or not at all, and harms nobody after it.
pub async fn a_write_that_is_dropped_is_done_or_not_done(storage: &Subject) {
    let shared: Arc<dyn Storage> = storage.shared();
    for polls in 0..20 {
        let batch: Vec<NewDocument> =
            (0..5).map(|number| new(format!("{polls}-{number}"), &doc! { "batch": polls })).collect();
        let mut dropped = shared.insert(ALICE, batch);
        for _ in 0..polls {
            if let Some(outcome) = (&mut dropped).now_or_never() {
                answer("insert", std::future::ready(outcome)).await;
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(dropped);
    }
    insert(storage, ALICE, "after", doc! { "batch": "after" }).await;
    // What was dropped may still be under way.
    let whole = async {
        loop {
            let found = answer("find", storage.find(ALICE, Query::new(all()))).await.documents;
            let batch = |found: &FoundDocument| found.document.get_i32("batch").ok();
            let seen = |polls| found.iter().filter(|found| batch(found) == Some(polls)).count();
            if (0..20).all(|polls| matches!(seen(polls), 0 | 5)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within("each insert of many that was dropped to be there as a whole or not at all", whole).await;
    let after = answer("distinct", storage.distinct(ALICE, "batch", by_id("after"))).await;
    assert_eq!(after, [Bson::from("after")]);
}

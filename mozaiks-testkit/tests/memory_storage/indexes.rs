//! Indexes: what is unique stays so, and what is found by one is what a scan finds.

use bson::{Bson, Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Index, Query, Selector, Storage, StorageError, StorageScope, UpdateOptions,
};
use mozaiks_testkit::storage::MemoryStorage;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{
    ALICE, BOB, NOW, all, by_id, find, holding, insert, mine, new, operators, raw, shared, upserting,
};

fn slug() -> Index {
    Index::new("items", [("slug", 1)]).unique()
}

async fn declare(storage: &MemoryStorage, indexes: &[Index]) {
    storage.create_indexes("notes", indexes).await.unwrap();
}

/// A storage that has these indexes, and in which Alice has these documents.
async fn indexed(indexes: &[Index], documents: Vec<(&str, Document)>) -> MemoryStorage {
    let storage = holding(documents).await;
    declare(&storage, indexes).await;
    storage
}

#[track_caller]
fn assert_conflict<T: std::fmt::Debug>(outcome: Result<T, StorageError>, name: &str) {
    assert!(matches!(&outcome, Err(StorageError::Conflict { index }) if index == name), "{outcome:?}");
}

#[tokio::test]
async fn a_value_of_a_unique_index_is_there_once() {
    let storage = indexed(&[slug()], vec![("a", doc! { "slug": 1 })]).await;
    assert_conflict(insert(&storage, ALICE, "b", doc! { "slug": 1.0 }).await, "slug");
    insert(&storage, ALICE, "b", doc! { "slug": 2 }).await.unwrap();
    assert_conflict(insert(&storage, ALICE, "a", doc! { "slug": 1 }).await, "_id");
    storage.delete(ALICE, by_id("a"), false).await.unwrap();
    insert(&storage, ALICE, "c", doc! { "slug": 1 }).await.unwrap();
}

#[tokio::test]
async fn a_missing_field_is_null_and_there_once_but_not_in_a_sparse_index() {
    let storage = indexed(&[slug()], vec![("a", doc! {})]).await;
    assert_conflict(insert(&storage, ALICE, "b", doc! { "slug": null }).await, "slug");
    declare(&storage, &[slug().sparse()]).await;
    insert(&storage, ALICE, "b", doc! { "slug": null }).await.unwrap();
    insert(&storage, ALICE, "c", doc! {}).await.unwrap();
    assert_conflict(insert(&storage, ALICE, "d", doc! { "slug": null }).await, "slug");
}

#[tokio::test]
async fn each_element_of_an_array_is_there_once() {
    let storage = indexed(&[slug()], vec![("a", doc! { "slug": ["x", "y", "x"] })]).await;
    assert_conflict(insert(&storage, ALICE, "b", doc! { "slug": "y" }).await, "slug");
    assert_conflict(insert(&storage, ALICE, "b", doc! { "slug": ["z", "x"] }).await, "slug");
    insert(&storage, ALICE, "b", doc! { "slug": "z" }).await.unwrap();
}

#[tokio::test]
async fn a_compound_index_compares_all_its_fields() {
    let index = Index::new("items", [("a", 1), ("b", -1)]).unique();
    let storage = indexed(&[index], vec![("x", doc! { "a": 1, "b": 2 })]).await;
    insert(&storage, ALICE, "y", doc! { "a": 2, "b": 1 }).await.unwrap();
    insert(&storage, ALICE, "z", doc! { "a": 1 }).await.unwrap();
    assert_conflict(insert(&storage, ALICE, "w", doc! { "b": 2, "a": 1 }).await, "a_b");
    let parallel = insert(&storage, ALICE, "w", doc! { "a": [1], "b": [2] }).await;
    assert!(matches!(parallel, Err(StorageError::Invalid(_))), "{parallel:?}");
}

#[tokio::test]
async fn documents_that_come_together_come_all_or_not_at_all() {
    let storage = indexed(&[slug()], vec![("a", doc! { "slug": "x" })]).await;
    let before = storage.dump();
    let slugs = |slugs: [&str; 3]| {
        let new = |(place, slug): (usize, &str)| new(&format!("n{place}"), doc! { "slug": slug });
        slugs.into_iter().enumerate().map(new).collect::<Vec<_>>()
    };
    assert_conflict(storage.insert(ALICE, slugs(["p", "q", "x"])).await, "slug");
    assert_conflict(storage.insert(ALICE, slugs(["p", "q", "p"])).await, "slug");
    assert_eq!(storage.dump(), before);
    storage.insert(ALICE, slugs(["p", "q", "r"])).await.unwrap();
}

#[tokio::test]
async fn a_change_that_would_take_a_value_twice_changes_nothing() {
    let storage =
        indexed(&[slug()], vec![("a", doc! { "slug": "x", "n": 1 }), ("b", doc! { "slug": "y", "n": 1 })])
            .await;
    let before = storage.dump();
    let take_x = || operators(doc! { "$set": { "slug": "x", "n": 2 } });
    let options = || UpdateOptions::new(NOW);
    assert_conflict(storage.update(ALICE, by_id("b"), take_x(), options()).await, "slug");
    let replacement = Change::Replacement(raw(doc! { "slug": "x" }));
    assert_conflict(storage.update(ALICE, by_id("b"), replacement, options()).await, "slug");
    let find_and_update = FindAndUpdateOptions::new(NOW);
    assert_conflict(storage.find_and_update(ALICE, by_id("b"), take_x(), find_and_update).await, "slug");
    assert_conflict(storage.update(ALICE, by_id("c"), take_x(), upserting("c")).await, "slug");
    assert_eq!(storage.dump(), before);

    // Its own value is no other's.
    storage.update(ALICE, by_id("a"), take_x(), options()).await.unwrap();
    storage.update(ALICE, by_id("a"), operators(doc! { "$set": { "slug": "z" } }), options()).await.unwrap();
    storage.update(ALICE, by_id("b"), take_x(), options()).await.unwrap();
}

#[tokio::test]
async fn the_first_of_many_that_cannot_be_changed_ends_the_call() {
    let storage = indexed(&[slug()], vec![("a", doc! { "slug": 1 }), ("b", doc! { "slug": 2 })]).await;
    let mut options = UpdateOptions::new(NOW);
    options.many = true;
    let outcome = storage.update(ALICE, all(), operators(doc! { "$set": { "slug": 9 } }), options).await;
    assert_conflict(outcome, "slug");
    let found = find(&storage, ALICE, Selector::Filter(doc! { "slug": 2 })).await;
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_value_is_unique_for_one_user_and_where_it_is_shared_for_one_app() {
    let storage = MemoryStorage::new();
    declare(&storage, &[slug(), slug().shared()]).await;
    let same = || doc! { "slug": "x" };
    for scope in [ALICE, BOB, StorageScope { app_id: "globex", ..ALICE }, shared(ALICE)] {
        insert(&storage, scope, "a", same()).await.unwrap();
    }
    for scope in [StorageScope { plugin: "other", ..ALICE }, StorageScope { collection: "other", ..ALICE }] {
        insert(&storage, scope, "a", same()).await.unwrap();
        insert(&storage, scope, "b", same()).await.unwrap();
    }
    for scope in [ALICE, shared(ALICE), shared(BOB), mine(BOB)] {
        assert_conflict(insert(&storage, scope, "b", same()).await, "slug");
    }
}

#[tokio::test]
async fn an_index_over_documents_that_have_a_value_twice_is_refused_and_changes_nothing() {
    let other = Index::new("items", [("n", 1)]).unique();
    let storage = indexed(
        std::slice::from_ref(&other),
        vec![("a", doc! { "slug": "x", "n": 1 }), ("b", doc! { "slug": "x", "n": 2 })],
    )
    .await;
    assert_conflict(storage.create_indexes("notes", &[slug()]).await, "slug");
    assert_conflict(insert(&storage, ALICE, "c", doc! { "n": 1 }).await, "n");
    insert(&storage, BOB, "a", doc! { "n": 1 }).await.unwrap();
    assert_conflict(insert(&storage, BOB, "b", doc! { "n": 1 }).await, "n");

    let refused = storage.create_indexes("notes", &[Index::new("items", [("user_id", 1)])]).await;
    assert!(matches!(refused, Err(StorageError::ReservedField(_))), "{refused:?}");
}

#[tokio::test]
async fn indexes_are_declared_anew_and_dropped() {
    let storage = indexed(&[slug()], vec![("a", doc! { "slug": "x", "n": 1 })]).await;
    declare(&storage, &[slug()]).await;
    assert_conflict(insert(&storage, ALICE, "b", doc! { "slug": "x" }).await, "slug");
    // The same name, of another field.
    declare(&storage, &[Index::new("items", [("n", 1)]).unique().name("slug")]).await;
    insert(&storage, ALICE, "b", doc! { "slug": "x", "n": 2 }).await.unwrap();
    assert_conflict(insert(&storage, ALICE, "c", doc! { "n": 1 }).await, "slug");
    declare(&storage, &[]).await;
    insert(&storage, ALICE, "c", doc! { "n": 1 }).await.unwrap();
    storage.create_indexes("other", &[slug()]).await.unwrap();
    insert(&storage, ALICE, "d", doc! { "slug": "x" }).await.unwrap();
}

#[tokio::test]
async fn a_snapshot_that_comes_back_has_the_indexes_of_now() {
    let storage = holding(vec![("a", doc! { "slug": "x" }), ("b", doc! { "slug": "y" })]).await;
    let snapshot = storage.snapshot();
    storage.delete(ALICE, all(), true).await.unwrap();
    declare(&storage, &[slug()]).await;
    storage.restore(&snapshot);
    assert_conflict(insert(&storage, ALICE, "c", doc! { "slug": "x" }).await, "slug");
    insert(&storage, ALICE, "c", doc! { "slug": "z" }).await.unwrap();
}

fn value() -> impl Strategy<Value = Bson> {
    let scalar = prop_oneof![4 => (0_i32..4).prop_map(Bson::Int32), 1 => Just(Bson::Null)];
    let array = vec((0_i32..4).prop_map(Bson::Int32), 0..3).prop_map(Bson::Array);
    prop_oneof![4 => scalar, 1 => array]
}

fn document() -> impl Strategy<Value = Document> {
    vec((select(vec!["a", "b"]), value()), 0..3)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn filter() -> impl Strategy<Value = Document> {
    let operator = select(vec!["$eq", "$gt", "$gte", "$lt", "$lte", "$ne"]);
    let condition = (operator, value()).prop_map(|(operator, operand)| doc! { operator: operand });
    vec((select(vec!["a", "b"]), condition), 1..3)
        .prop_map(|fields| fields.into_iter().map(|(name, test)| (name.to_owned(), test.into())).collect())
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, Document),
    Set(u8, &'static str, Bson),
    DeleteAll(Document),
    Find(Document, bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..20, document()).prop_map(|(id, document)| Step::Insert(id, document)),
        2 => (0_u8..20, select(vec!["a", "b"]), value()).prop_map(|(id, name, value)| Step::Set(id, name, value)),
        1 => filter().prop_map(Step::DeleteAll),
        4 => (filter(), any::<bool>()).prop_map(|(filter, sorted)| Step::Find(filter, sorted)),
    ]
}

/// What a step gives, as far as a caller sees it.
async fn run(storage: &MemoryStorage, step: Step) -> Result<Vec<DocumentId>, String> {
    let text = |error: StorageError| error.to_string();
    match step {
        Step::Insert(id, document) => {
            insert(storage, ALICE, &format!("{id:02}"), document).await.map_err(text).map(|()| Vec::new())
        }
        Step::Set(id, name, value) => {
            let set = operators(doc! { "$set": { name: value } });
            let id = by_id(&format!("{id:02}"));
            let outcome = storage.update(ALICE, id, set, UpdateOptions::new(NOW)).await;
            outcome.map_err(text).map(|_| Vec::new())
        }
        Step::DeleteAll(filter) => {
            let count = storage.delete(ALICE, Selector::Filter(filter), true).await.map_err(text)?;
            Ok(vec![DocumentId::from(count.to_string())])
        }
        Step::Find(filter, sorted) => {
            let mut query = Query::new(Selector::Filter(filter));
            query.sort = sorted.then(|| doc! { "a": -1, "b": 1 });
            query.count_all = true;
            query.limit = Some(3);
            let found = storage.find(ALICE, query).await.map_err(text)?;
            let total = DocumentId::from(found.total.unwrap_or_default().to_string());
            Ok(found.documents.into_iter().map(|document| document.id).chain([total]).collect())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_storage_answers_the_same_with_and_without_indexes(
        steps in vec(step(), 1..40),
        descending in any::<bool>(),
    ) {
        let direction = if descending { -1 } else { 1 };
        // No compound one: it refuses what is taken without it.
        let indexes = [
            Index::new("items", [("a", direction)]),
            Index::new("items", [("b", 1)]).sparse(),
        ];
        futures_util::FutureExt::now_or_never(async {
            let (plain, with) = (MemoryStorage::new(), MemoryStorage::new());
            with.create_indexes("notes", &indexes).await.unwrap();
            for step in steps {
                prop_assert_eq!(run(&plain, step.clone()).await, run(&with, step.clone()).await, "{:?}", step);
                prop_assert_eq!(plain.dump(), with.dump(), "{:?}", step);
            }
            Ok(())
        }).unwrap()?;
    }

    #[test]
    fn no_two_documents_ever_have_the_same_values(steps in vec(step(), 1..40)) {
        futures_util::FutureExt::now_or_never(async {
            let storage = MemoryStorage::new();
            storage.create_indexes("notes", &[Index::new("items", [("a", 1)]).unique()]).await.unwrap();
            for step in steps {
                let before = storage.dump();
                let inserts_or_sets = matches!(step, Step::Insert(..) | Step::Set(..));
                if run(&storage, step).await.is_err() && inserts_or_sets {
                    prop_assert_eq!(storage.dump(), before);
                }
            }
            // What was allowed can be indexed from the beginning.
            let copy = MemoryStorage::new();
            copy.restore(&storage.snapshot());
            copy.create_indexes("notes", &[Index::new("items", [("a", 1)]).unique()]).await.unwrap();
            Ok(())
        }).unwrap()?;
    }
}

//! A storage that writes no more than it must counts, lists and aggregates like one that does it all by itself.

use bson::{Document, doc};
use futures_util::future::BoxFuture;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};
use mozaiks_testkit::storage::MemoryStorage;

use super::{ALICE, holding};

/// Hands on what has no body in the trait, and nothing else.
struct Least(MemoryStorage);

impl Storage for Least {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        self.0.insert(scope, documents)
    }

    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>> {
        self.0.find(scope, query)
    }

    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>> {
        self.0.update(scope, selector, change, options)
    }

    fn find_and_update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>, StorageError>> {
        self.0.find_and_update(scope, selector, change, options)
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        self.0.delete(scope, selector, many)
    }

    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        self.0.create_indexes(plugin, indexes)
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        self.0.ping()
    }
}

async fn both() -> [Box<dyn Storage>; 2] {
    let documents = vec![
        ("a", doc! { "n": 3, "tags": ["x", "y"] }),
        ("b", doc! { "n": 1.0, "tags": [] }),
        ("c", doc! { "n": 1, "tags": ["y"] }),
        ("d", doc! { "tags": null }),
    ];
    let memory = holding(documents).await;
    [Box::new(Least(memory.clone())), Box::new(memory)]
}

#[tokio::test]
async fn counts_and_distinct_values_are_the_same() {
    for storage in both().await {
        let some = || Selector::Filter(doc! { "n": 1 });
        assert_eq!(storage.count(ALICE, some()).await.unwrap(), 2);
        let values = storage.distinct(ALICE, "tags", Selector::Filter(doc! {})).await.unwrap();
        assert_eq!(values, [bson::Bson::Null, "x".into(), "y".into()]);
        assert_eq!(storage.distinct(ALICE, "_id", some()).await.unwrap(), ["b".into(), "c".into()]);
        let refused = storage.distinct(ALICE, "a..b", some()).await;
        assert!(matches!(refused, Err(StorageError::Invalid(_))));
    }
}

#[tokio::test]
async fn pipelines_give_the_same() {
    let pipelines: [(Vec<Document>, Vec<Document>); 5] = [
        (
            vec![doc! { "$match": { "_id": { "$gt": "b" } } }, doc! { "$sort": { "_id": -1 } }],
            vec![doc! { "_id": "d", "tags": null }, doc! { "_id": "c", "n": 1, "tags": ["y"] }],
        ),
        (
            vec![
                doc! { "$sort": { "n": -1 } },
                doc! { "$skip": 1 },
                doc! { "$limit": 1 },
                doc! { "$count": "n" },
            ],
            vec![doc! { "n": 1 }],
        ),
        (
            vec![
                doc! { "$unwind": "$tags" },
                doc! { "$group": { "_id": "$tags", "ids": { "$push": "$_id" } } },
            ],
            vec![doc! { "_id": "x", "ids": ["a"] }, doc! { "_id": "y", "ids": ["a", "c"] }],
        ),
        (vec![doc! { "$match": { "n": 9 } }, doc! { "$count": "n" }], vec![]),
        (
            vec![doc! { "$match": { "n": 3 } }, doc! { "$project": { "_id": 0, "n": 1 } }],
            vec![doc! { "n": 3 }],
        ),
    ];
    for storage in both().await {
        for (pipeline, expected) in &pipelines {
            let results = storage.aggregate(ALICE, pipeline.clone()).await.unwrap();
            assert_eq!(&results, expected, "{pipeline:?}");
        }
        let refused = storage.aggregate(ALICE, vec![doc! { "$out": "x" }]).await;
        assert!(matches!(refused, Err(StorageError::Unsupported(_))), "{refused:?}");
    }
}

//! A storage whose calls are timed.

use std::time::Instant;

use bson::{Bson, Document};
use futures_util::future::BoxFuture;
use prometheus::{Histogram, Registry};

use super::times;
use crate::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};

/// How long each operation took, found already.
#[derive(Clone)]
pub(super) struct StorageTimes {
    insert: Histogram,
    find: Histogram,
    count: Histogram,
    distinct: Histogram,
    aggregate: Histogram,
    update: Histogram,
    find_and_update: Histogram,
    delete: Histogram,
    create_indexes: Histogram,
    ping: Histogram,
}

impl StorageTimes {
    pub fn new(registry: &Registry) -> Self {
        let help = "How long calls of the storage took";
        let seconds = times(registry, "mozaiks_storage_seconds", help, &["operation"]);
        let of = |operation: &str| seconds.with_label_values(&[operation]);
        Self {
            insert: of("insert"),
            find: of("find"),
            count: of("count"),
            distinct: of("distinct"),
            aggregate: of("aggregate"),
            update: of("update"),
            find_and_update: of("find_and_update"),
            delete: of("delete"),
            create_indexes: of("create_indexes"),
            ping: of("ping"),
        }
    }
}

/// A storage whose calls are timed. [`Metrics::measure`](super::Metrics::measure) makes it.
pub struct Measured<S> {
    storage: S,
    times: StorageTimes,
}

impl<S> Measured<S> {
    pub(super) fn new(storage: S, times: StorageTimes) -> Self {
        Self { storage, times }
    }
}

fn timed<'a, R: Send + 'a>(call: BoxFuture<'a, R>, histogram: &'a Histogram) -> BoxFuture<'a, R> {
    Box::pin(async move {
        let begun = Instant::now();
        let outcome = call.await;
        histogram.observe(begun.elapsed().as_secs_f64());
        outcome
    })
}

// What a storage has better than the trait's own way must not be lost on the way through.
#[deny(clippy::missing_trait_methods)]
impl<S: Storage> Storage for Measured<S> {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        timed(self.storage.insert(scope, documents), &self.times.insert)
    }

    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>> {
        timed(self.storage.find(scope, query), &self.times.find)
    }

    fn count<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        timed(self.storage.count(scope, selector), &self.times.count)
    }

    fn distinct<'a>(
        &'a self,
        scope: StorageScope<'a>,
        field: &'a str,
        selector: Selector,
    ) -> BoxFuture<'a, Result<Vec<Bson>, StorageError>> {
        timed(self.storage.distinct(scope, field, selector), &self.times.distinct)
    }

    fn aggregate<'a>(
        &'a self,
        scope: StorageScope<'a>,
        pipeline: Vec<Document>,
    ) -> BoxFuture<'a, Result<Vec<Document>, StorageError>> {
        timed(self.storage.aggregate(scope, pipeline), &self.times.aggregate)
    }

    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>> {
        timed(self.storage.update(scope, selector, change, options), &self.times.update)
    }

    fn find_and_update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>, StorageError>> {
        timed(self.storage.find_and_update(scope, selector, change, options), &self.times.find_and_update)
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        timed(self.storage.delete(scope, selector, many), &self.times.delete)
    }

    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        timed(self.storage.create_indexes(plugin, indexes), &self.times.create_indexes)
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        timed(self.storage.ping(), &self.times.ping)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        self.storage.close()
    }
}

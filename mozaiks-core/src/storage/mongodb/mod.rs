//! Documents on a MongoDB server, by the official driver (feature `mongodb`).
//!
//! They are in plain collections named `{plugin}_{collection}`, with the fields `user_id` and `app_id`, as an existing
//! application may have written them; what the app's users share is in `{plugin}_{collection}.shared`. Every call adds
//! the scope to what it asks the server for, and is checked with [`eval`](crate::storage::eval) first.
//!
//! What is beyond the server alone:
//! - Several documents are inserted all or none as long as the process lives: there is no transaction, so that a
//!   server of its own, without a replica set, will do.
//! - An ObjectId that a client has chosen and that somebody else has already takes a round trip more, and sorts before
//!   ids that the server has as they are. So does a text, but that one does so in BSON anyway.
//! - Texts that an existing application uses for `_id` are found, but sort apart from those written through here.

mod aggregate;
mod documents;
mod error;
mod filter;
mod ids;
mod indexes;
mod insert;
mod names;
mod operators;
mod options;
mod read;
mod replace;
mod scope;
mod update;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use bson::{Bson, Document, doc};
use futures_util::future::BoxFuture;
use mongodb::{Client, Database};

use crate::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};
use error::storage_error;
use names::Names;
use operators::Operators;
pub use options::MongoStorageBuilder;
use replace::Replacement;
use scope::Scope;
use update::{Changed, Mode};

/// Documents on a MongoDB server.
///
/// The connection string says where it is, and how long to wait, how many connections to keep, what to read and when a
/// write counts: `mongodb://host/shop?w=majority&maxPoolSize=50&serverSelectionTimeoutMS=2000`. A server that goes away
/// and comes back is found again.
///
/// ```no_run
/// use mozaiks_core::storage::Storage;
/// use mozaiks_core::storage::mongodb::MongoStorage;
///
/// # async fn start() -> Result<(), mozaiks_core::storage::StorageError> {
/// let storage = MongoStorage::connect("mongodb://localhost:27017/shop").await?;
/// storage.ping().await?;
/// # Ok(()) }
/// ```
pub struct MongoStorage {
    client: Client,
    database: Database,
    app_of_unmarked: Option<String>,
    names: Names,
    closed: AtomicBool,
}

impl MongoStorage {
    /// Reads a connection string; [`builder`](Self::builder) has more to say.
    ///
    /// # Errors
    /// As for [`MongoStorageBuilder::connect`].
    pub async fn connect(uri: &str) -> Result<Self, StorageError> {
        Self::builder(uri).connect().await
    }

    /// A storage on the server of a connection string.
    pub fn builder(uri: &str) -> MongoStorageBuilder {
        MongoStorageBuilder::new(uri)
    }

    fn new(client: Client, database: Database, app_of_unmarked: Option<String>) -> Self {
        let (names, closed) = (Names::default(), AtomicBool::new(false));
        Self { client, database, app_of_unmarked, names, closed }
    }

    fn database(&self) -> Result<&Database, StorageError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StorageError::Unavailable { source: None });
        }
        Ok(&self.database)
    }

    async fn scope<'s>(&self, at: StorageScope<'s>) -> Result<Scope<'s>, StorageError> {
        let collection = self.names.collection(self.database()?, &at).await?;
        Ok(Scope::new(at, collection, self.app_of_unmarked.as_deref() == Some(at.app_id)))
    }

    /// Makes a change of either kind.
    async fn change(
        &self,
        at: StorageScope<'_>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
        mode: Mode,
    ) -> Result<Changed, StorageError> {
        change.check(options.many)?;
        let UpdateOptions { upsert, now, .. } = options;
        match change {
            Change::Operators(operators) => {
                let operators = Operators::new(operators, now)?;
                let change = update::Change { selector, operators, upsert, now, mode };
                change.make(&self.scope(at).await?).await
            }
            Change::Replacement(document) => {
                Replacement { selector, document, upsert, mode }.make(&self.scope(at).await?).await
            }
        }
    }
}

impl fmt::Debug for MongoStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoStorage").field("database", &self.database.name()).finish_non_exhaustive()
    }
}

impl Storage for MongoStorage {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move {
            let scope = self.scope(scope).await?;
            if let [] | [_] = *documents {
                return insert::insert(&scope, documents).await;
            }
            insert::to_its_end(&scope, documents).await
        })
    }

    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>> {
        Box::pin(async move { read::find(&self.scope(scope).await?, query).await })
    }

    fn count<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        Box::pin(async move {
            let scope = self.scope(scope).await?;
            read::count(&scope, scope.filter(selector)?).await
        })
    }

    fn distinct<'a>(
        &'a self,
        scope: StorageScope<'a>,
        field: &'a str,
        selector: Selector,
    ) -> BoxFuture<'a, Result<Vec<Bson>, StorageError>> {
        Box::pin(async move { read::distinct(&self.scope(scope).await?, field, selector).await })
    }

    fn aggregate<'a>(
        &'a self,
        scope: StorageScope<'a>,
        pipeline: Vec<Document>,
    ) -> BoxFuture<'a, Result<Vec<Document>, StorageError>> {
        Box::pin(async move { aggregate::aggregate(&self.scope(scope).await?, pipeline).await })
    }

    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>> {
        Box::pin(async move {
            let mode = if options.many { Mode::Many } else { Mode::One };
            Ok(self.change(scope, selector, change, options, mode).await?.outcome)
        })
    }

    fn find_and_update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>, StorageError>> {
        Box::pin(async move {
            let FindAndUpdateOptions { sort, return_new, upsert, now } = options;
            let sort = sort.as_ref().map(read::sort).transpose()?.filter(|sort| !sort.is_empty());
            let mode = Mode::Give { sort, after: return_new };
            let options = UpdateOptions { upsert, ..UpdateOptions::new(now) };
            Ok(self.change(scope, selector, change, options, mode).await?.document)
        })
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        Box::pin(async move {
            let scope = self.scope(scope).await?;
            let filter = scope.filter(selector)?;
            let done = match many {
                true => scope.collection.delete_many(filter).await,
                false => scope.collection.delete_one(filter).await,
            };
            Ok(done.map_err(storage_error)?.deleted_count)
        })
    }

    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move { indexes::declare(self.database()?, plugin, indexes).await })
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            self.database()?.run_command(doc! { "ping": 1 }).await.map(|_| ()).map_err(storage_error)
        })
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            if !self.closed.swap(true, Ordering::AcqRel) {
                self.client.clone().shutdown().immediate(true).await;
            }
            Ok(())
        })
    }
}

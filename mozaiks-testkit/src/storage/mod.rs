//! A storage in memory, with the whole of the contract: what tests and examples run on.

mod change;
mod declared;
mod documents;
mod dump;
mod find;
mod in_order;
mod indexes;
mod scope;
mod select;
mod shards;

use std::fmt;
use std::sync::Arc;

use bson::{Bson, Document};
use futures_util::future::BoxFuture;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome, eval,
};
use mozaiks_core::{Clock, SystemClock};
use serde_json::Value;

use crate::faults::Faults;
use change::SelectedEdit;
use documents::Entry;
use find::Search;
use select::{Order, Selection};
use shards::{Copied, Shards};

/// A storage in memory. Clones are handles to one storage, so a test keeps one to look into what it has handed over.
///
/// ```
/// use mozaiks_testkit::storage::MemoryStorage;
///
/// let storage = MemoryStorage::new();
/// storage.faults().fail_next(1); // The next call of a plugin finds the storage unavailable.
/// assert!(storage.is_empty());
/// ```
#[derive(Clone)]
pub struct MemoryStorage {
    shards: Arc<Shards>,
    faults: Faults,
}

/// All that a [`MemoryStorage`] held at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot(Copied);

impl MemoryStorage {
    /// An empty one. Delays and documents that expire take the machine's time.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty one, whose delays and documents that expire take this clock's time: a test moves it.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { shards: Arc::new(Shards::new(Arc::clone(&clock))), faults: Faults::new(clock) }
    }

    /// What it does wrong on demand.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// How many documents it holds, of everybody.
    pub fn len(&self) -> usize {
        self.shards.len()
    }

    /// Whether it holds no document at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All that it holds: `{"app/user/plugin/collection": [documents]}`.
    ///
    /// The documents are in the order of their ids, as relaxed extended JSON with their `_id`. A shared collection has
    /// `*` in the place of the user, and its documents a `user_id`: who made them. In the names, `/`, `*` and `%` are
    /// written `%2F`, `%2A` and `%25`.
    pub fn dump(&self) -> Value {
        dump::dump(&self.shards.copy())
    }

    /// All that it holds, to come back to.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.shards.copy())
    }

    /// Holds what it held then, and nothing else. A snapshot of another storage is as good. The indexes stay those that
    /// are declared; documents that have the same values of a unique one stay side by side.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.shards.restore(snapshot.0.clone());
    }

    async fn ready(&self, operation: &'static str) -> Result<(), StorageError> {
        self.faults.before(operation).await.map_err(StorageError::unavailable)
    }
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStorage").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl Storage for MemoryStorage {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move {
            self.ready("insert").await?;
            documents.iter().try_for_each(|new| eval::check_limits(&new.document))?;
            self.shards.write(&scope, |known| known.insert(documents, scope.owner()))
        })
    }

    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>> {
        // A query is large, so it is compiled before it would be copied into the future.
        let search = Search::new(&scope, query);
        Box::pin(async move {
            self.ready("find").await?;
            let search = search?;
            self.shards.read(&scope, |documents| search.run(documents))
        })
    }

    fn count<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        let selection = Selection::new(&scope, selector);
        Box::pin(async move {
            self.ready("count").await?;
            let selection = selection?;
            Ok(self.shards.read(&scope, |documents| selection.count(documents)))
        })
    }

    fn distinct<'a>(
        &'a self,
        scope: StorageScope<'a>,
        field: &'a str,
        selector: Selector,
    ) -> BoxFuture<'a, Result<Vec<Bson>, StorageError>> {
        Box::pin(async move {
            self.ready("distinct").await?;
            eval::check_path(field)?;
            let selection = Selection::new(&scope, selector)?;
            self.shards.read(&scope, |documents| {
                let selected = selection.all(documents);
                if !eval::is_id(field) {
                    return eval::distinct(selected.map(|entry| entry.body), field);
                }
                eval::distinct(selected.map(Entry::whole).collect::<Result<Vec<_>, _>>()?, field)
            })
        })
    }

    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>> {
        Box::pin(async move {
            self.ready("update").await?;
            let selection = Selection::new(&scope, selector)?;
            let edit = eval::Edit::new(change, options.now, options.many)?;
            let edit = SelectedEdit::new(&scope, selection, edit);
            self.shards.write(&scope, |documents| edit.update(documents, options))
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
            self.ready("find_and_update").await?;
            let selection = Selection::new(&scope, selector)?;
            let edit = SelectedEdit::new(&scope, selection, eval::Edit::new(change, options.now, false)?);
            let order = Order::new(options.sort.as_ref())?;
            self.shards.write(&scope, |documents| edit.find_and_update(documents, &order, options))
        })
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        Box::pin(async move {
            self.ready("delete").await?;
            let selection = Selection::new(&scope, selector)?;
            let limit = if many { usize::MAX } else { 1 };
            Ok(self.shards.write(&scope, |documents| {
                let selected = selection.all(documents).take(limit);
                let ids: Vec<_> = selected.map(|entry| entry.id.clone()).collect();
                ids.iter().filter(|id| documents.remove(id)).count() as u64
            }))
        })
    }

    fn aggregate<'a>(
        &'a self,
        scope: StorageScope<'a>,
        pipeline: Vec<Document>,
    ) -> BoxFuture<'a, Result<Vec<Document>, StorageError>> {
        Box::pin(async move {
            self.ready("aggregate").await?;
            let (head, rest) = eval::Pipeline::parse(&pipeline)?.split();
            let search = Search::new(&scope, head.into())?;
            // What the stages make of the documents, they make without the lock.
            let documents = self.shards.read(&scope, |documents| search.documents(documents))?;
            rest.run(documents)
        })
    }

    // It is the runtime that calls, not a plugin: the faults that a test plans are for plugins.
    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move { self.shards.create_indexes(plugin, indexes) })
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(self.ready("ping"))
    }
}

//! Documents in a file, with no server: SQLite, compiled in.
//!
//! One process has the file open. Many calls read at once, and none of them waits for a write; all writes go through
//! one thread, which does those that wait together in one transaction, so that they share one synchronisation with the
//! disk. When a write has returned `Ok`, it is in the file, whatever happens next.
//!
//! ```
//! use std::sync::Arc;
//! use mozaiks_core::storage::sqlite::SqliteStorage;
//! # use mozaiks_core::{Runtime, storage::Storage};
//!
//! # let folder = std::env::temp_dir().join(format!("mozaiks-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("app.db");
//! let storage = Arc::new(SqliteStorage::open(&path)?);
//! let builder = Runtime::builder().storage(storage.clone());
//! # drop(builder);
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async { storage.close().await })?;
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backup;
mod error;
mod find;
mod indexes;
mod key;
mod keys;
mod lock;
mod moment;
mod open;
mod options;
mod readers;
mod route;
mod scan;
mod schema;
mod scope;
mod selection;
mod shared;
mod sorted;
mod statements;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bson::{Bson, Document};
use futures_util::future::BoxFuture;
use rusqlite::Connection;

use super::eval::{Edit, IndexKeys, Pipeline, check_limits, check_path, with_id};
use super::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};
use find::Search;
use indexes::Catalog;
use lock::Lock;
use readers::{Budget, Readers, Step};
use route::Order;
use selection::Selection;
use shared::Shared;
use writer::{CreateIndexes, Delete, Expire, FindAndUpdate, Insert, Place, Update, Writer};

use crate::clock::Clock;

pub use error::OpenError;
pub use options::{SqliteOptions, Synchronous};
pub use shared::SqliteStatistics;

/// A storage in a file.
///
/// Beside the file there are others of its name: `-lock`, which stays, and while it is open `-wal` and `-shm`, which
/// belong to it: whoever copies a file that is in use without them has no copy. [`backup`](Self::backup) makes one.
///
/// [`close`](Storage::close) it when a program ends. If it is only dropped, that waits for the writes that are under
/// way, which blocks for so long.
pub struct SqliteStorage {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
    /// Before the writer, whose end finds nobody else in the file.
    readers: Arc<Readers>,
    writer: Writer,
}

impl SqliteStorage {
    /// Opens a file, or makes it, with everything as it usually is. It blocks: see [`SqliteOptions::open`].
    ///
    /// # Errors
    /// As there.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder(path).open()
    }

    /// How to open a file.
    ///
    /// ```
    /// use mozaiks_core::storage::sqlite::{SqliteStorage, Synchronous};
    ///
    /// # let path = std::env::temp_dir().join(format!("mozaiks-builder-{}.db", std::process::id()));
    /// let storage = SqliteStorage::builder(&path)
    ///     .synchronous(Synchronous::Normal)
    ///     .max_size(10 * 1024 * 1024 * 1024)
    ///     .open()?;
    /// # drop(storage);
    /// # std::fs::remove_file(&path).unwrap();
    /// # std::fs::remove_file(format!("{}-lock", path.display())).unwrap();
    /// # Ok::<(), mozaiks_core::storage::sqlite::OpenError>(())
    /// ```
    pub fn builder(path: impl AsRef<Path>) -> SqliteOptions {
        SqliteOptions::new(path)
    }

    fn with(mut options: SqliteOptions) -> Result<Self, OpenError> {
        if options.readers == 0 {
            return Err(OpenError::Option("a storage needs one reader at least".to_owned()));
        }
        options.path = open::resolve(&options.path)?;
        let failed = |source| OpenError::Sqlite { path: options.path.clone(), source };
        let lock = Lock::take(&options.path)?;
        let connection = open::open_writer(&options)?;
        let catalog = Catalog::load(&connection).map_err(|error| failed(error.into()))?;
        let shared = Arc::new(Shared::new(catalog));
        let readers = Readers::open(&options.path, options.readers).map_err(|error| failed(error.into()))?;
        let writer = Writer::start(connection, Arc::clone(&shared), Arc::clone(&options.clock), lock)
            .map_err(|error| failed(error.into()))?;
        Ok(Self { path: options.path, clock: options.clock, shared, readers: Arc::new(readers), writer })
    }

    /// Copies what is committed now to a new file, which opens as a storage. Reads and writes go on meanwhile; the
    /// `-wal` file grows by what is written until the copy is done.
    ///
    /// The copy appears under its name when it is whole. It goes on if this is no longer waited for.
    ///
    /// # Errors
    /// [`StorageError::Invalid`] if the file exists, [`StorageError::Unavailable`] if it cannot be written.
    pub async fn backup(&self, path: impl AsRef<Path>) -> Result<(), StorageError> {
        let (source, target) = (self.path.clone(), path.as_ref().to_owned());
        if self.readers.is_closed() {
            return Err(error::closed());
        }
        tokio::task::spawn_blocking(move || backup::backup(&source, &target))
            .await
            .map_err(|error| StorageError::Backend { source: error.into() })?
    }

    /// Removes the documents that have expired by now, and gives how many. It happens by itself every minute.
    ///
    /// # Errors
    /// As every write.
    pub async fn expire_now(&self) -> Result<u64, StorageError> {
        let mut removed = 0;
        loop {
            let now = self.clock.now();
            match self.writer.run(Expire { now }).await? {
                0 => return Ok(removed),
                some => removed += some,
            }
        }
    }

    /// What it has done since it was opened.
    pub fn statistics(&self) -> SqliteStatistics {
        self.shared.counters.read()
    }

    /// How a query finds its documents: by id, by the keys or by which index, and what SQLite says of its plan. For
    /// people to read, and for tests; the texts may change.
    ///
    /// # Errors
    /// As of [`find`](Storage::find).
    pub async fn explain(&self, scope: StorageScope<'_>, query: Query) -> Result<Vec<String>, StorageError> {
        let search = Search::new(&scope, query, &self.shared.catalog())?;
        self.read(scope, move |connection, scope, _| Ok(search.explain(connection, scope)?)).await
    }

    /// Reads in a scope; nothing was ever written in one that is not known.
    async fn read<T, F>(&self, scope: StorageScope<'_>, work: F) -> Result<T, StorageError>
    where
        T: Default + Send + 'static,
        F: Fn(&Connection, i64, &mut Budget) -> Step<T> + Send + 'static,
    {
        let reader = self.readers.lend().await?;
        let Some(scope) = self.shared.scopes.resolve(&reader, &scope)? else { return Ok(T::default()) };
        reader.run(move |connection, budget| work(connection, scope, budget)).await
    }
}

impl fmt::Debug for SqliteStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStorage").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Drop for SqliteStorage {
    fn drop(&mut self) {
        self.readers.close_idle();
    }
}

impl Storage for SqliteStorage {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move {
            documents.iter().try_for_each(|new| check_limits(&new.document))?;
            self.writer.run(Insert { place: Place::of(&scope), documents }).await
        })
    }

    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>> {
        Box::pin(async move {
            let count_all = query.count_all;
            let search = Search::new(&scope, query, &self.shared.catalog())?;
            let mut found = self
                .read(scope, move |connection, scope, budget| search.run(connection, scope, budget))
                .await?;
            if count_all {
                found.total.get_or_insert_default();
            }
            Ok(found)
        })
    }

    fn count<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        Box::pin(async move {
            let selection = Selection::new(&scope, selector, &self.shared.catalog())?;
            self.read(scope, move |connection, scope, budget| {
                find::count(connection, scope, &selection, budget)
            })
            .await
        })
    }

    fn distinct<'a>(
        &'a self,
        scope: StorageScope<'a>,
        field: &'a str,
        selector: Selector,
    ) -> BoxFuture<'a, Result<Vec<Bson>, StorageError>> {
        Box::pin(async move {
            check_path(field)?;
            let field = field.to_owned();
            let selection = Selection::new(&scope, selector, &self.shared.catalog())?;
            self.read(scope, move |connection, scope, budget| {
                find::distinct_values(connection, scope, &selection, &field, budget)
            })
            .await
        })
    }

    fn aggregate<'a>(
        &'a self,
        scope: StorageScope<'a>,
        pipeline: Vec<Document>,
    ) -> BoxFuture<'a, Result<Vec<Document>, StorageError>> {
        Box::pin(async move {
            let (head, rest) = Pipeline::parse(&pipeline)?.split();
            let search = Search::new(&scope, head.into(), &self.shared.catalog())?;
            // Where the documents are found, so that much of it is done where it may take its time.
            self.read(scope, move |connection, scope, budget| {
                let found = search.run(connection, scope, budget)?;
                let documents = found.documents.into_iter().map(|found| with_id(&found.id, &found.document));
                Ok(rest.run(documents.collect::<Result<Vec<_>, _>>()?)?)
            })
            .await
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
            let selection = Selection::new(&scope, selector, &self.shared.catalog())?;
            let edit = Edit::new(change, options.now, options.many)?;
            let UpdateOptions { many, upsert, .. } = options;
            self.writer.run(Update { place: Place::of(&scope), selection, edit, many, upsert }).await
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
            let selection = Selection::new(&scope, selector, &self.shared.catalog())?;
            let edit = Edit::new(change, options.now, false)?;
            let order = Order::new(options.sort.as_ref())?;
            let FindAndUpdateOptions { return_new, upsert, .. } = options;
            let place = Place::of(&scope);
            self.writer.run(FindAndUpdate { place, selection, order, edit, return_new, upsert }).await
        })
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        Box::pin(async move {
            let selection = Selection::new(&scope, selector, &self.shared.catalog())?;
            self.writer.run(Delete { place: Place::of(&scope), selection, many }).await
        })
    }

    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move {
            let indexes = IndexKeys::parse_all(indexes)?;
            self.writer.run(CreateIndexes { plugin: plugin.to_owned(), indexes }).await
        })
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            let reader = self.readers.lend().await?;
            reader.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |_| Ok(()))?;
            Ok(())
        })
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            self.readers.close().await;
            self.writer.close().await;
            Ok(())
        })
    }
}

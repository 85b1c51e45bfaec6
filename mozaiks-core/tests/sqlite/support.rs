//! Files that go when a test ends, and short names for what tests do all the time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bson::{Document, RawDocumentBuf, doc};
use futures_util::future::BoxFuture;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{
    Change, NewDocument, Query, Selector, Sharing, Storage, StorageError, StorageScope, UpdateOptions,
    UpdateOutcome,
};
use mozaiks_core::{Clock, DateTime, DocumentId, SystemClock};

/// A folder of its own for each test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("mozaiks-sqlite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("app.db")
    }

    pub fn open(&self) -> SqliteStorage {
        SqliteStorage::open(self.file()).unwrap()
    }

    /// The names of the files in it, in order.
    pub fn names(&self) -> Vec<String> {
        let names =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The caller's own.
pub fn of(user: &str) -> StorageScope<'_> {
    StorageScope {
        app_id: "shop",
        user_id: user,
        plugin: "notes",
        collection: "items",
        sharing: Sharing::Private,
    }
}

pub fn raw(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

pub fn new(id: impl Into<DocumentId>, document: &Document) -> NewDocument {
    NewDocument::new(id, raw(document))
}

pub fn some(filter: Document) -> Selector {
    Selector::Filter(filter)
}

pub async fn insert(
    storage: &SqliteStorage,
    scope: StorageScope<'_>,
    id: impl Into<DocumentId>,
    document: Document,
) -> Result<(), StorageError> {
    storage.insert(scope, vec![new(id, &document)]).await
}

pub async fn update(
    storage: &SqliteStorage,
    scope: StorageScope<'_>,
    filter: Document,
    operators: Document,
    many: bool,
) -> Result<UpdateOutcome, StorageError> {
    let mut options = UpdateOptions::new(SystemClock.now());
    options.many = many;
    storage.update(scope, some(filter), Change::Operators(operators), options).await
}

/// The ids that a query finds.
pub async fn ids(storage: &SqliteStorage, scope: StorageScope<'_>, query: Query) -> Vec<String> {
    let found = storage.find(scope, query).await.unwrap();
    found.documents.into_iter().map(|found| found.id.to_string()).collect()
}

/// The ids of all documents of a scope.
pub async fn all(storage: &SqliteStorage, scope: StorageScope<'_>) -> Vec<String> {
    ids(storage, scope, Query::new(some(doc! {}))).await
}

pub async fn count(storage: &SqliteStorage, scope: StorageScope<'_>) -> u64 {
    storage.count(scope, some(doc! {})).await.unwrap()
}

/// A document of about so many bytes.
pub fn large(bytes: usize) -> Document {
    doc! { "text": "x".repeat(bytes) }
}

/// A clock that a test sets.
#[derive(Debug, Default)]
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn set(&self, seconds: i64) {
        self.0.store(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime {
        DateTime::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst).unsigned_abs())
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn new_id(&self) -> bson::oid::ObjectId {
        SystemClock.new_id()
    }
}

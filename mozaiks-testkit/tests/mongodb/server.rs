//! The server that `MONGODB_URI` names, with a database for each test.

use std::env;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection};
use mozaiks_core::storage::mongodb::{MongoStorage, MongoStorageBuilder};

/// The address of the server; none, with the reason printed, where nobody has given one.
///
/// # Panics
/// In place of none where `CI` is set: nobody reads there what was skipped.
pub fn uri() -> Option<String> {
    if let Ok(uri) = env::var("MONGODB_URI") {
        return Some(uri);
    }
    skip(
        "MONGODB_URI is not set: `docker run -p 27017:27017 mongo` and MONGODB_URI=mongodb://127.0.0.1:27017",
    );
    None
}

/// Says that a test does not take place.
pub fn skip(why: &str) {
    assert!(env::var_os("CI").is_none(), "{why}");
    // The one way to say so.
    #[allow(clippy::print_stderr)]
    {
        eprintln!("skipped: {why}");
    }
}

/// Says that a test does not take place on this server, if that is so.
pub fn skip_if(is_so: bool, why: &str) -> bool {
    if is_so {
        // The server that CI has is the one that lacks something, so it is no failure there.
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: {why}");
        }
    }
    is_so
}

/// A database of a test's own.
pub struct Database {
    pub uri: String,
    pub name: String,
    client: Client,
}

impl Database {
    pub async fn new(uri: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mozaiks_test_{}_{now}_{count}", std::process::id());
        Self { uri: uri.to_owned(), name, client: Client::with_uri_str(uri).await.unwrap() }
    }

    pub fn builder(&self) -> MongoStorageBuilder {
        MongoStorage::builder(&self.uri).database(&self.name)
    }

    pub async fn storage(&self) -> MongoStorage {
        self.builder().connect().await.unwrap()
    }

    /// What the server has, as the driver alone sees it.
    pub fn collection(&self, name: &str) -> Collection<Document> {
        self.client.database(&self.name).collection(name)
    }

    pub async fn run(&self, command: Document) -> Document {
        self.client.database(&self.name).run_command(command).await.unwrap()
    }
}

/// Runs a test with a database that is dropped at the end, however it ends.
pub async fn with_database<T: Future<Output = ()>>(test: impl FnOnce(std::sync::Arc<Database>) -> T) {
    let Some(uri) = uri() else { return };
    let database = std::sync::Arc::new(Database::new(&uri).await);
    let ended = AssertUnwindSafe(test(database.clone())).catch_unwind().await;
    database.client.database(&database.name).drop().await.unwrap();
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

/// Whether it is the small server that `scripts/mongodb-server` starts, and not MongoDB.
pub async fn is_stand_in(uri: &str) -> bool {
    let client = Client::with_uri_str(uri).await.unwrap();
    client.database("admin").run_command(doc! { "explain": { "count": "nothing" } }).await.is_err()
}

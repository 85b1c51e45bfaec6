//! The storages that there are, fresh for each case.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mongodb::bson::doc;
use mozaiks_core::storage::Storage;
use mozaiks_core::storage::mongodb::MongoStorage;
use mozaiks_core::storage::sqlite::{SqliteStorage, Synchronous};
use mozaiks_testkit::storage::MemoryStorage;

/// A number that no other call gets.
pub fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A folder that goes with this value.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mozaiks-storage-{}", unique()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A new file in it.
    pub fn sqlite(&self) -> SqliteStorage {
        // What becomes of a power failure is tested elsewhere: here nobody waits for the disk.
        let path = self.0.join(format!("{}.db", unique()));
        SqliteStorage::builder(path).synchronous(Synchronous::Normal).open().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A MongoDB server that can be asked.
pub struct Server {
    uri: String,
    client: mongodb::Client,
    /// Whether it is the Java server that CI has, whose differences are known.
    pub is_java: bool,
    databases: String,
}

impl Server {
    /// The one that `MONGODB_URI` names. Where it names none, the test is skipped, but for CI.
    pub async fn find() -> Option<Self> {
        let Ok(uri) = std::env::var("MONGODB_URI") else {
            assert!(std::env::var_os("CI").is_none(), "MONGODB_URI must name a MongoDB server in CI");
            eprintln!("skipped: MONGODB_URI names no MongoDB server (docker run -p 27017:27017 mongo)");
            return None;
        };
        let mut options = mongodb::options::ClientOptions::parse(&uri).await.unwrap();
        options.server_selection_timeout = Some(Duration::from_secs(5));
        let client = mongodb::Client::with_options(options).unwrap();
        // A server of MongoDB itself says what it was built with.
        let info = client.database("admin").run_command(doc! { "buildInfo": 1 }).await;
        let info = info.unwrap_or_else(|error| panic!("the server of MONGODB_URI does not answer: {error}"));
        let is_java = !info.contains_key("modules") && !info.contains_key("openssl");
        Some(Self { uri, client, is_java, databases: format!("mozaiks_test_{}", unique()) })
    }

    /// A storage in a database of its own.
    pub async fn storage(&self) -> MongoStorage {
        let name = format!("{}_{}", self.databases, unique());
        MongoStorage::builder(&self.uri).database(&name).connect().await.unwrap()
    }

    /// Removes the databases that were made.
    pub async fn clean(&self) {
        for name in self.client.list_database_names().await.unwrap_or_default() {
            if name.starts_with(&self.databases) {
                let _ = self.client.database(&name).drop().await;
            }
        }
    }
}

/// All storages that can be had here, by name.
pub struct All {
    folder: Folder,
    pub server: Option<Server>,
}

impl All {
    pub async fn find() -> Self {
        Self { folder: Folder::new(), server: Server::find().await }
    }

    /// A fresh one of each, with the server or without.
    pub async fn fresh(&self, with_server: bool) -> Vec<(&'static str, Arc<dyn Storage>)> {
        let mut all: Vec<(&'static str, Arc<dyn Storage>)> =
            vec![("memory", Arc::new(MemoryStorage::new())), ("sqlite", Arc::new(self.folder.sqlite()))];
        if let Some(server) = self.server.as_ref().filter(|_| with_server) {
            all.push(("mongodb", Arc::new(server.storage().await)));
        }
        all
    }

    /// Removes what is left of them.
    pub async fn clean(&self) {
        if let Some(server) = &self.server {
            server.clean().await;
        }
    }
}

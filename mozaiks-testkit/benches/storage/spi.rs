//! Any storage, called as the handles call it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::doc;
use bson::oid::ObjectId;
use futures_util::StreamExt;
use mongodb::Database;
use mozaiks_core::DateTime;
use mozaiks_core::storage::mongodb::MongoStorage;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{
    Change, NewDocument, Query, Selector, Sharing, Storage, StorageScope, UpdateOptions,
};
use mozaiks_testkit::storage::MemoryStorage;

use crate::contender::{Contender, Most, New};
use crate::folder::Folder;

/// So many users' documents are loaded at once.
const AT_ONCE: usize = 256;
const NOW: DateTime = DateTime::from_millis(1_760_000_000_000);

/// What has to be done when it ends.
enum End {
    Nothing,
    File(Folder),
    Server(Database),
}

pub struct Spi {
    name: &'static str,
    storage: Arc<dyn Storage>,
    most: Most,
    end: End,
}

impl Spi {
    pub fn memory() -> Self {
        let most = Most { reads: usize::MAX, writes: usize::MAX };
        Self { name: "memory", storage: Arc::new(MemoryStorage::new()), most, end: End::Nothing }
    }

    /// Each write waits for the disk.
    pub fn sqlite() -> Self {
        let folder = Folder::new("mozaiks");
        let storage = SqliteStorage::open(folder.file()).expect("a file");
        let most = Most { reads: usize::MAX, writes: 320 };
        Self { name: "SQLite", storage: Arc::new(storage), most, end: End::File(folder) }
    }

    /// Each call waits for the server.
    pub async fn mongodb(database: Database, uri: &str) -> Self {
        let storage = MongoStorage::builder(uri).database(database.name()).connect().await.expect("a server");
        let most = Most { reads: 96, writes: 96 };
        Self { name: "MongoDB", storage: Arc::new(storage), most, end: End::Server(database) }
    }
}

fn scope(user_id: &str) -> StorageScope<'_> {
    StorageScope { app_id: "acme", user_id, plugin: "notes", collection: "items", sharing: Sharing::Private }
}

impl Contender for Spi {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn load(&self, documents: Vec<New>) {
        let mut of_users = BTreeMap::<Arc<str>, Vec<NewDocument>>::new();
        for New { user, id, document } in documents {
            of_users.entry(user).or_default().push(NewDocument::generated(id, document));
        }
        let insert = async |(user, documents): (Arc<str>, _)| {
            self.storage.insert(scope(&user), documents).await.expect("inserted");
        };
        futures_util::stream::iter(of_users).for_each_concurrent(AT_ONCE, insert).await;
    }

    async fn insert(&self, new: New) {
        let New { user, id, document } = new;
        let inserted = self.storage.insert(scope(&user), vec![NewDocument::generated(id, document)]).await;
        inserted.expect("inserted");
    }

    async fn get(&self, user: &str, id: ObjectId) -> usize {
        let mut query = Query::new(Selector::Id(id.into()));
        query.limit = Some(1);
        let found = self.storage.find(scope(user), query).await.expect("found");
        found.documents[0].document.as_bytes().len()
    }

    async fn page(&self, user: &str) -> usize {
        let mut query = Query::new(Selector::Filter(doc! {}));
        (query.sort, query.limit, query.count_all) = (Some(doc! { "_id": -1 }), Some(20), true);
        let found = self.storage.find(scope(user), query).await.expect("found");
        assert!(found.total.is_some_and(|total| total >= found.documents.len() as u64));
        found.documents.len()
    }

    async fn set(&self, user: &str, id: ObjectId, priority: i32) {
        let change = Change::Operators(doc! { "$set": { "priority": priority } });
        let options = UpdateOptions::new(NOW);
        let outcome = self.storage.update(scope(user), Selector::Id(id.into()), change, options).await;
        assert_eq!(outcome.expect("updated").matched, 1);
    }

    async fn count(&self, user: &str) -> u64 {
        self.storage.count(scope(user), Selector::Filter(doc! {})).await.expect("counted")
    }

    fn most(&self) -> Most {
        self.most
    }

    async fn finish(&self) -> Option<u64> {
        self.storage.close().await.expect("closed");
        match &self.end {
            End::Nothing => None,
            End::File(folder) => Some(folder.size()),
            End::Server(database) => {
                database.drop().await.expect("dropped");
                None
            }
        }
    }
}

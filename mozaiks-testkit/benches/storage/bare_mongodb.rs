//! The yardstick of MongoDB: the official driver, called as a person would.

use bson::oid::ObjectId;
use bson::{Document, RawDocumentBuf, doc};
use futures_util::StreamExt;
use futures_util::future::join;
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection, Database, IndexModel};

use crate::contender::{Contender, New};

pub struct BareMongodb {
    database: Database,
    documents: Collection<RawDocumentBuf>,
}

/// A database of this run's own.
pub async fn database(uri: &str, name: &str) -> Database {
    let options = ClientOptions::parse(uri).await.expect("a connection string");
    let client = Client::with_options(options).expect("a client");
    client.database(&format!("bench_{name}_{}", std::process::id()))
}

impl BareMongodb {
    pub async fn new(uri: &str) -> Self {
        let database = database(uri, "bare").await;
        let documents = database.collection("notes_items");
        let keys = doc! { "app_id": 1, "user_id": 1, "_id": 1 };
        documents.create_index(IndexModel::builder().keys(keys).build()).await.expect("an index");
        Self { database, documents }
    }
}

fn of(user: &str) -> Document {
    doc! { "app_id": "acme", "user_id": user }
}

fn one(user: &str, id: ObjectId) -> Document {
    doc! { "_id": id, "app_id": "acme", "user_id": user }
}

/// The document with the fields that say whose it is.
fn marked(new: &New) -> RawDocumentBuf {
    let mut document = RawDocumentBuf::try_from(&one(&new.user, new.id)).expect("a document");
    for element in &new.document {
        let (name, value) = element.expect("a field");
        document.append(name, value);
    }
    document
}

impl Contender for BareMongodb {
    fn name(&self) -> &'static str {
        "the bare driver"
    }

    async fn load(&self, documents: Vec<New>) {
        self.documents.insert_many(documents.iter().map(marked)).await.expect("inserted");
    }

    async fn insert(&self, new: New) {
        self.documents.insert_one(marked(&new)).await.expect("inserted");
    }

    async fn get(&self, user: &str, id: ObjectId) -> usize {
        let found = self.documents.find_one(one(user, id)).await.expect("an answer");
        found.expect("the document").as_bytes().len()
    }

    async fn page(&self, user: &str) -> usize {
        let newest = async {
            let found = self.documents.find(of(user)).sort(doc! { "_id": -1 }).limit(20);
            found.await.expect("an answer").map(|row| row.expect("a document")).collect::<Vec<_>>().await
        };
        let (newest, total) = join(newest, self.count(user)).await;
        assert!(total >= newest.len() as u64);
        newest.len()
    }

    async fn set(&self, user: &str, id: ObjectId, priority: i32) {
        let change = doc! { "$set": { "priority": priority } };
        let updated = self.documents.update_one(one(user, id), change).await.expect("an answer");
        assert_eq!(updated.matched_count, 1);
    }

    async fn count(&self, user: &str) -> u64 {
        self.documents.count_documents(of(user)).await.expect("a number")
    }

    async fn finish(&self) -> Option<u64> {
        self.database.drop().await.expect("dropped");
        None
    }
}

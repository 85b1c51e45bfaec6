//! The yardstick of memory: a map, as a person would write it.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::RwLock;

use bson::oid::ObjectId;
use bson::{Document, RawDocumentBuf};

use crate::contender::{Contender, New};

/// Documents as bytes by their ids, by the key of their collection.
#[derive(Default)]
pub struct Map(RwLock<HashMap<String, BTreeMap<ObjectId, Vec<u8>>>>);

/// The app, the user, the plugin and the collection in one text.
fn key(user: &str) -> String {
    let [app, plugin, collection] = black_box(["acme", "notes", "items"]);
    [app, "/", user, "/", plugin, "/", collection].concat()
}

impl Map {
    fn insert_now(&self, new: New) {
        let mut map = self.0.write().expect("the lock");
        map.entry(key(&new.user)).or_default().insert(new.id, new.document.into_bytes());
    }
}

impl Contender for Map {
    fn name(&self) -> &'static str {
        "a map by hand"
    }

    async fn load(&self, documents: Vec<New>) {
        for new in documents {
            self.insert_now(new);
        }
    }

    async fn insert(&self, new: New) {
        self.insert_now(new);
    }

    async fn get(&self, user: &str, id: ObjectId) -> usize {
        let map = self.0.read().expect("the lock");
        let found = map.get(&key(user)).and_then(|documents| documents.get(&id)).cloned();
        drop(map);
        found.expect("the document").len()
    }

    async fn page(&self, user: &str) -> usize {
        let map = self.0.read().expect("the lock");
        let documents = map.get(&key(user)).expect("the collection");
        let newest: Vec<_> =
            documents.iter().rev().take(20).map(|(id, bytes)| (*id, bytes.clone())).collect();
        let total = documents.len();
        drop(map);
        assert!(total >= newest.len());
        newest.len()
    }

    async fn set(&self, user: &str, id: ObjectId, priority: i32) {
        let mut map = self.0.write().expect("the lock");
        let bytes =
            map.get_mut(&key(user)).and_then(|documents| documents.get_mut(&id)).expect("the document");
        let mut document = Document::from_reader(bytes.as_slice()).expect("BSON");
        document.insert("priority", priority);
        *bytes = RawDocumentBuf::try_from(&document).expect("a document").into_bytes();
    }

    async fn count(&self, user: &str) -> u64 {
        self.0.read().expect("the lock").get(&key(user)).map_or(0, BTreeMap::len) as u64
    }
}

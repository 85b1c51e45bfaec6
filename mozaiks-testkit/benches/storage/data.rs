//! The documents.

use std::sync::Arc;

use bson::oid::ObjectId;
use bson::{DateTime, RawDocumentBuf, doc};

use crate::contender::New;

/// How many documents a user has.
const EACH: usize = 100;
/// This part of the documents is loaded before anything is measured; the others are what is inserted.
const LOADED: f64 = 0.8;

/// Documents in the order in which they are made: of each user one, then of each the next.
pub struct Data {
    pub users: Vec<Arc<str>>,
    documents: usize,
}

impl Data {
    pub fn new(documents: usize) -> Self {
        let users = (0..documents.div_ceil(EACH)).map(|user| format!("user-{user:06}").into());
        Self { users: users.collect(), documents }
    }

    /// How many are loaded first.
    pub fn loaded(&self) -> usize {
        (self.documents as f64 * LOADED) as usize
    }

    /// The document of that number.
    pub fn document(&self, number: usize) -> New {
        let document = RawDocumentBuf::try_from(&doc! {
            "title": format!("Buy milk, and bread if there is any {number}"),
            "body": "Two litres of milk. The bread from the bakery at the corner, not the other one; and butter.",
            "tags": ["home", "shopping"],
            "priority": (number % 5) as i32,
            "pinned": number.is_multiple_of(10),
            "created_at": DateTime::from_millis(1_700_000_000_000 + number as i64),
            "count": number as i64,
        });
        New { user: self.user(number), id: id(number), document: document.expect("a document") }
    }

    pub fn user(&self, number: usize) -> Arc<str> {
        Arc::clone(&self.users[number % self.users.len()])
    }

    /// Some of the documents that are loaded, without an order.
    pub fn some(&self, round: usize, calls: usize) -> impl Iterator<Item = usize> {
        let loaded = self.loaded();
        // A step that has no divisor with the number of documents in common goes through all of them.
        (0..calls).map(move |call| (round * calls + call).wrapping_mul(1_000_003) % loaded)
    }

    pub fn document_size(&self) -> usize {
        self.document(0).document.as_bytes().len()
    }
}

/// Ids in the order of time, as the runtime's clock makes them.
pub fn id(number: usize) -> ObjectId {
    let mut bytes = [7; 12];
    bytes[..4].copy_from_slice(&(1_700_000_000 + number as u32 / 1000).to_be_bytes());
    bytes[8..].copy_from_slice(&(number as u32).to_be_bytes());
    ObjectId::from_bytes(bytes)
}

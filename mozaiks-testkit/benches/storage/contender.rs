//! What a storage and its yardstick are asked to do.

use std::sync::Arc;

use bson::RawDocumentBuf;
use bson::oid::ObjectId;

/// A document of somebody's.
#[derive(Debug, Clone)]
pub struct New {
    pub user: Arc<str>,
    pub id: ObjectId,
    pub document: RawDocumentBuf,
}

/// How many calls a round has at most.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub reads: usize,
    pub writes: usize,
}

/// A storage, or what a person would write in its place.
pub trait Contender: Send + Sync + 'static {
    fn name(&self) -> &'static str;

    /// Adds many documents, not measured.
    fn load(&self, documents: Vec<New>) -> impl Future<Output = ()> + Send;

    fn insert(&self, new: New) -> impl Future<Output = ()> + Send;

    /// The document of that id; gives its bytes.
    fn get(&self, user: &str, id: ObjectId) -> impl Future<Output = usize> + Send;

    /// The newest 20, and how many there are; gives how many came.
    fn page(&self, user: &str) -> impl Future<Output = usize> + Send;

    /// Sets the field `priority`.
    fn set(&self, user: &str, id: ObjectId, priority: i32) -> impl Future<Output = ()> + Send;

    /// How many documents a user has.
    fn count(&self, user: &str) -> impl Future<Output = u64> + Send;

    /// How many reads and how many writes a round has at most: few where each waits for a disk or a server.
    fn most(&self) -> Most {
        Most { reads: usize::MAX, writes: usize::MAX }
    }

    /// Ends it; gives how many bytes all of it takes on disk, where it is on one.
    fn finish(&self) -> impl Future<Output = Option<u64>> + Send {
        async { None }
    }
}

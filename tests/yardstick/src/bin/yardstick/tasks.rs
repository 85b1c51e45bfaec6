//! Where tasks are kept: in memory or in a file.

use std::path::Path;

use bson::oid::ObjectId;

use crate::memory::Memory;
use crate::sqlite::Sqlite;
use crate::task::Task;

/// The tasks of all users.
pub enum Tasks {
    Memory(Memory),
    Sqlite(Sqlite),
}

impl Tasks {
    pub fn open(file: Option<&Path>) -> Self {
        match file {
            Some(file) => Self::Sqlite(Sqlite::open(file)),
            None => Self::Memory(Memory::default()),
        }
    }

    /// Keeps a task. It is safe when this returns.
    pub async fn insert(&self, user: &str, task: Task) -> ObjectId {
        let id = ObjectId::new();
        match self {
            Self::Memory(memory) => memory.insert(user, id, task),
            Self::Sqlite(sqlite) => sqlite.insert(user, id, task).await,
        }
        id
    }

    /// The reply with a task of a user.
    pub fn get(&self, user: &str, id: ObjectId) -> Option<Vec<u8>> {
        match self {
            Self::Memory(memory) => memory.get(user, id),
            Self::Sqlite(sqlite) => sqlite.get(user, id),
        }
    }

    /// The reply with a page of a user's tasks, the newest first.
    pub fn page(&self, user: &str, skip: usize, limit: usize) -> Vec<u8> {
        match self {
            Self::Memory(memory) => memory.page(user, skip, limit),
            Self::Sqlite(sqlite) => sqlite.page(user, skip, limit),
        }
    }
}

//! Tasks in memory: a map of users, sharded.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bson::oid::ObjectId;
use rustc_hash::{FxHashMap, FxHasher};
use serde::ser::{SerializeSeq, Serializer};

use crate::task::{Item, Page, Task};
use crate::write;

const SHARDS: usize = 64;

type OfUsers = FxHashMap<Box<str>, BTreeMap<ObjectId, Task>>;

pub struct Memory {
    shards: Box<[RwLock<OfUsers>]>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect() }
    }
}

impl Memory {
    fn shard(&self, user: &str) -> &RwLock<OfUsers> {
        let hash = BuildHasherDefault::<FxHasher>::default().hash_one(user);
        let number = usize::try_from(hash >> 32).unwrap_or_default() % SHARDS;
        self.shards.get(number).expect("a shard")
    }

    fn read(&self, user: &str) -> RwLockReadGuard<'_, OfUsers> {
        self.shard(user).read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn insert(&self, user: &str, id: ObjectId, task: Task) {
        let mut users = self.shard(user).write().unwrap_or_else(PoisonError::into_inner);
        match users.get_mut(user) {
            Some(tasks) => drop(tasks.insert(id, task)),
            None => drop(users.insert(user.into(), BTreeMap::from([(id, task)]))),
        }
    }

    pub fn get(&self, user: &str, id: ObjectId) -> Option<Vec<u8>> {
        let users = self.read(user);
        let task = users.get(user)?.get(&id)?;
        Some(write(&Item { item: task.shown(id) }))
    }

    pub fn page(&self, user: &str, skip: usize, limit: usize) -> Vec<u8> {
        let users = self.read(user);
        let none = BTreeMap::new();
        let tasks = users.get(user).unwrap_or(&none);
        let count = tasks.len().saturating_sub(skip).min(limit);
        write(&Page { items: Newest { tasks, skip, count }, count, total: tasks.len(), skip, limit })
    }
}

/// Some of a user's tasks, the newest first.
struct Newest<'a> {
    tasks: &'a BTreeMap<ObjectId, Task>,
    skip: usize,
    count: usize,
}

impl serde::Serialize for Newest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(Some(self.count))?;
        for (id, task) in self.tasks.iter().rev().skip(self.skip).take(self.count) {
            items.serialize_element(&task.shown(*id))?;
        }
        items.end()
    }
}

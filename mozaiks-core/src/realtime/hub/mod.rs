//! Live connections of this process: who is connected, and a bounded queue for each.
//!
//! It knows nothing of how messages travel: a transport takes a [`Listener`] for each connection, and sends what it
//! gives.

mod listener;
mod options;
mod queue;

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use tokio::sync::Notify;

use super::{Push, Realtime, RealtimeError};
use crate::identity::UserKey;
use crate::wait::wait_until;
use queue::{Offered, Queue};

pub use listener::{CloseReason, Delivery, Listener};
pub use options::HubOptions;

/// How many locks the users are spread over.
const SHARDS: usize = 64;

/// The live connections of this process. Cloning gives the same ones.
///
/// A message is written once and shared by all connections of its user. A connection whose queue is full is closed;
/// nobody waits for it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use mozaiks_core::realtime::hub::{Delivery, Hub, HubOptions};
/// use mozaiks_core::realtime::{Push, Realtime};
/// use mozaiks_core::{DateTime, UserKey};
///
/// let hub = Hub::new(HubOptions::default());
/// let alice = UserKey::new("shop", "alice").unwrap();
/// let mut connection = hub.connect(&alice).unwrap();
///
/// hub.push(&alice, Push::new("notes_update", serde_json::json!({}), DateTime::from_millis(0))).unwrap();
/// let Delivery::Message(text) = connection.next().await else { panic!() };
/// assert_eq!(text, r#"{"type":"notes_update","data":{},"timestamp":"1970-01-01T00:00:00Z"}"#);
/// # }
/// ```
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    options: HubOptions,
    shards: Vec<Mutex<Connections>>,
    /// How many connections there are, those included that are being made.
    open: AtomicUsize,
    closing: AtomicBool,
    /// Told when the last connection has ended.
    empty: Notify,
    delivered: AtomicU64,
    overflowed: AtomicU64,
}

type Connections = HashMap<UserKey, SmallVec<[Arc<Queue>; 1]>>;

/// Why a connection is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The user has as many as one user may have.
    #[error("Too many live connections of this user")]
    TooManyOfUser,
    /// There are as many as there may be in all.
    #[error("Too many live connections")]
    TooMany,
    /// The hub is closing.
    #[error("The host is shutting down")]
    Closing,
}

/// What a hub has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HubStatistics {
    /// The connections there are now.
    pub connections: usize,
    /// The messages that were queued, once for each connection.
    pub delivered: u64,
    /// The connections that were closed because they did not keep up.
    pub overflowed: u64,
}

impl Hub {
    /// A hub without connections.
    pub fn new(options: HubOptions) -> Self {
        let inner = Inner {
            options,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            open: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            empty: Notify::new(),
            delivered: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Adds a connection of a user. It gets what is pushed from now on, and ends when the listener is dropped.
    ///
    /// # Errors
    /// [`Refused`] if there are too many already, or the hub is closing.
    pub fn connect(&self, user: &UserKey) -> Result<Listener, Refused> {
        let inner = &self.inner;
        // It counts before it is let in, so that two cannot take the last place.
        let taken = inner.open.fetch_add(1, Ordering::SeqCst);
        let admitted = if taken >= inner.options.total { Err(Refused::TooMany) } else { inner.admit(user) };
        match admitted {
            Ok(queue) => Ok(Listener::new(Arc::clone(inner), user.clone(), queue)),
            Err(refused) => {
                inner.leave();
                Err(refused)
            }
        }
    }

    /// Closes all connections, each after what is queued for it, and lets nobody in any more.
    pub fn close(&self) {
        self.inner.closing.store(true, Ordering::Release);
        for shard in &self.inner.shards {
            let queues: Vec<Arc<Queue>> =
                locked(shard).values().flat_map(|queues| queues.iter().map(Arc::clone)).collect();
            for queue in queues {
                queue.close(CloseReason::ShuttingDown);
            }
        }
    }

    /// Waits until there is no connection any more.
    pub async fn emptied(&self) {
        wait_until(&self.inner.empty, || self.inner.open.load(Ordering::Acquire) == 0).await;
    }

    /// What it has done so far.
    pub fn statistics(&self) -> HubStatistics {
        HubStatistics {
            connections: self.inner.open.load(Ordering::Relaxed),
            delivered: self.inner.delivered.load(Ordering::Relaxed),
            overflowed: self.inner.overflowed.load(Ordering::Relaxed),
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(HubOptions::default())
    }
}

impl Inner {
    fn shard(&self, user: &UserKey) -> MutexGuard<'_, Connections> {
        // Users who choose their ids may meet at one lock; within its map they cannot.
        let hash = usize::try_from(FxBuildHasher.hash_one(user) % SHARDS as u64).unwrap_or_default();
        match self.shards.get(hash).or(self.shards.first()) {
            Some(shard) => locked(shard),
            None => unreachable!("there are {SHARDS} shards"),
        }
    }

    fn admit(&self, user: &UserKey) -> Result<Arc<Queue>, Refused> {
        let mut shard = self.shard(user);
        // Under the lock: whoever is let in is seen by `close`, which takes it later.
        if self.closing.load(Ordering::Acquire) {
            return Err(Refused::Closing);
        }
        let queues = shard.entry(user.clone()).or_default();
        if queues.len() >= self.options.per_user {
            if queues.is_empty() {
                shard.remove(user);
            }
            return Err(Refused::TooManyOfUser);
        }
        let queue = Arc::new(Queue::default());
        queues.push(Arc::clone(&queue));
        Ok(queue)
    }

    /// A connection has ended, or was not let in.
    fn leave(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.empty.notify_waiters();
        }
    }

    fn remove(&self, user: &UserKey, queue: &Arc<Queue>) {
        let mut shard = self.shard(user);
        if let Some(queues) = shard.get_mut(user) {
            queues.retain(|other| !Arc::ptr_eq(other, queue));
            if queues.is_empty() {
                shard.remove(user);
            }
        }
    }
}

impl Realtime for Hub {
    fn reaches(&self, to: &UserKey) -> bool {
        // A connection counts before it is let in: where there is none, nobody need look for the user's.
        self.inner.open.load(Ordering::SeqCst) > 0 && self.inner.shard(to).contains_key(to)
    }

    fn push(&self, to: &UserKey, message: Push) -> Result<(), RealtimeError> {
        // Most users are not connected: nothing is written for them.
        if !self.reaches(to) {
            return Ok(());
        }
        let text =
            serde_json::to_vec(&message).map_err(|error| RealtimeError { source: Some(error.into()) })?;
        let text = Bytes::from(text);
        let mut wakers = SmallVec::<[_; 4]>::new();
        let (mut queued, mut overflowed) = (0, 0);
        // Under one lock, so that all connections of the user see the messages in one order.
        for queue in self.inner.shard(to).get(to).into_iter().flatten() {
            match queue.offer(&text, &self.inner.options) {
                Offered::Queued(waker) => {
                    queued += 1;
                    wakers.extend(waker);
                }
                Offered::Overflowed(waker) => {
                    overflowed += 1;
                    wakers.extend(waker);
                }
                Offered::Closed => {}
            }
        }
        self.inner.delivered.fetch_add(queued, Ordering::Relaxed);
        self.inner.overflowed.fetch_add(overflowed, Ordering::Relaxed);
        wakers.into_iter().for_each(std::task::Waker::wake);
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

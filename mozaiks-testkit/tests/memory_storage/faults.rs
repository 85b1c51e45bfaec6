//! Failures and delays on demand.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bson::doc;
use bson::oid::ObjectId;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mozaiks_core::storage::{Storage, StorageError};
use mozaiks_core::{Clock, DateTime};
use mozaiks_testkit::faults::{Fault, Faults};
use mozaiks_testkit::storage::MemoryStorage;

use super::{ALICE, NOW, all, by_id, insert, update};

/// A clock whose sleeps are only recorded.
#[derive(Debug, Default)]
struct Recorder {
    slept: AtomicU64,
}

impl Clock for Recorder {
    fn now(&self) -> DateTime {
        NOW
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.slept.load(Ordering::Relaxed))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.slept.fetch_add(duration.as_millis() as u64, Ordering::Relaxed);
        Box::pin(tokio::task::yield_now())
    }

    fn new_id(&self) -> ObjectId {
        ObjectId::new()
    }
}

#[tokio::test]
async fn an_operation_that_fails_changes_nothing() {
    let storage = MemoryStorage::new();
    insert(&storage, ALICE, "a", doc! { "n": 1 }).await.unwrap();
    let before = storage.dump();
    storage.faults().fail_next(5);
    let inserted = insert(&storage, ALICE, "b", doc! {}).await.unwrap_err();
    assert!(matches!(inserted, StorageError::Unavailable { .. }));
    let source = inserted.source().unwrap();
    assert_eq!(source.to_string(), "injected fault");
    assert_eq!(source.downcast_ref::<Fault>().unwrap().operation(), "insert");
    assert!(update(&storage, ALICE, by_id("a"), doc! { "$set": { "n": 2 } }).await.is_err());
    assert!(storage.delete(ALICE, all(), true).await.is_err());
    assert!(storage.count(ALICE, all()).await.is_err());
    assert!(storage.ping().await.is_err());
    assert_eq!(storage.dump(), before);
    assert_eq!(storage.faults().injected(), 5);
    storage.ping().await.unwrap();
}

#[tokio::test]
async fn every_nth_operation_fails_until_the_plan_is_cleared() {
    let storage = MemoryStorage::new();
    storage.faults().fail_every(3);
    let mut outcomes = Vec::new();
    for _ in 0..7 {
        outcomes.push(storage.ping().await.is_ok());
    }
    assert_eq!(outcomes, [true, true, false, true, true, false, true]);
    storage.clone().faults().clear();
    for _ in 0..3 {
        storage.ping().await.unwrap();
    }
    storage.faults().fail_every(1);
    assert!(storage.ping().await.is_err());
    storage.faults().fail_every(0);
    storage.ping().await.unwrap();
}

#[tokio::test]
async fn a_delay_takes_the_time_of_the_clock_and_comes_before_the_failure() {
    let clock = Arc::new(Recorder::default());
    let storage = MemoryStorage::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    storage.ping().await.unwrap();
    assert!(clock.monotonic().is_zero());
    storage.faults().delay(Duration::from_secs(2));
    assert!(storage.ping().now_or_never().is_none());
    storage.faults().fail_next(1);
    assert!(storage.ping().await.is_err());
    assert_eq!(clock.monotonic(), Duration::from_secs(4));
    storage.faults().delay(Duration::ZERO);
    storage.ping().await.unwrap();
    assert_eq!(clock.monotonic(), Duration::from_secs(4));
}

#[test]
fn a_synchronous_service_fails_without_waiting() {
    let faults = Faults::default();
    faults.check("push").unwrap();
    faults.delay(Duration::from_secs(3600));
    faults.fail_next(2);
    let same = faults.clone();
    assert_eq!(same.check("push").unwrap_err().operation(), "push");
    assert_eq!(faults.check("push").unwrap_err().to_string(), "injected fault");
    faults.check("push").unwrap();
}

//! Where time and ids come from, so that a test can move both.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use bson::oid::ObjectId;
use futures_util::future::BoxFuture;

use crate::datetime::DateTime;

/// Where a runtime takes time and ids from.
///
/// A host uses [`SystemClock`]; the testkit brings one that a test moves by hand.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// The time of day.
    fn now(&self) -> DateTime;

    /// Time since some fixed moment, which never goes back: what durations and deadlines are measured with.
    fn monotonic(&self) -> Duration;

    /// Ends after `duration` of this clock's time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Ends after `duration`, while something else goes on that must not take longer.
    ///
    /// It is as [`sleep`](Self::sleep), but nobody waits for its end: a clock that a test moves can tell the two apart.
    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep(duration)
    }

    /// A new id, later in order than those before it (to the second across processes).
    fn new_id(&self) -> ObjectId;

    /// The time of day and a new id: what has both, such as an event, needs to look at the clock once.
    fn now_and_id(&self) -> (DateTime, ObjectId) {
        (self.now(), self.new_id())
    }
}

/// The time of the machine.
///
/// ```
/// use mozaiks_core::{Clock, SystemClock};
///
/// let clock = SystemClock;
/// let (first, second) = (clock.new_id(), clock.new_id());
/// assert_ne!(first, second);
///
/// // An id is a second, what tells this process from others, and a counter, which starts anywhere and goes round.
/// let [counted, counted_later] = [first, second].map(|id| {
///     let [.., a, b, c] = id.bytes();
///     u32::from_be_bytes([0, a, b, c])
/// });
/// let steps = counted_later.wrapping_sub(counted) % (1 << 24);
/// assert!((1..1 << 23).contains(&steps), "{first} stands before {second}");
/// assert!(first.timestamp() <= second.timestamp());
///
/// let (before, after) = (clock.monotonic(), clock.monotonic());
/// assert!(before <= after);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime {
        DateTime::from(bson::DateTime::now())
    }

    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // What it watches may use up all that a task is allowed in one turn, in every turn.
        Box::pin(tokio::task::unconstrained(tokio::time::sleep(duration)))
    }

    fn new_id(&self) -> ObjectId {
        self.now_and_id().1
    }

    fn now_and_id(&self) -> (DateTime, ObjectId) {
        let now = self.now();
        (now, Ids::of_process().at(now))
    }
}

/// Makes the ids of this process.
struct Ids {
    /// What tells them from those of other processes, and from those that `bson` makes in this one.
    own: [u8; 5],
    counter: AtomicU32,
}

impl Ids {
    fn of_process() -> &'static Self {
        static IDS: LazyLock<Ids> = LazyLock::new(|| {
            let [_, _, _, _, own @ .., a, b, c] = ObjectId::new().bytes();
            Ids { own: own.map(|byte| !byte), counter: AtomicU32::new(u32::from_be_bytes([0, a, b, c])) }
        });
        &IDS
    }

    fn at(&self, now: DateTime) -> ObjectId {
        // Seconds go round in 2106, as everywhere.
        let [_, _, _, _, seconds @ ..] = now.timestamp_millis().div_euclid(1000).to_be_bytes();
        let [_, counter @ ..] = self.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        ObjectId::from_parts(u32::from_be_bytes(seconds), self.own, counter)
    }
}

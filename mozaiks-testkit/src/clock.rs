//! A clock that stands still until a test moves it.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bson::oid::ObjectId;
use futures_util::future::BoxFuture;
use mozaiks_core::{Clock, DateTime};

/// The moment at which a test's clock starts: 2025-01-01T00:00:00Z.
pub const START: DateTime = DateTime::from_millis(1_735_689_600_000);

/// How long, in real time, those who were woken have to run before they are given up: whoever keeps a future and does
/// not poll it never will.
const PATIENCE: Duration = Duration::from_secs(1);

/// A clock that stands still until a test moves it. Cloning gives the same clock.
///
/// ```
/// use mozaiks_core::Clock;
/// use mozaiks_testkit::TestClock;
/// use std::time::{Duration, Instant};
///
/// let clock = TestClock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now() - before, Duration::from_secs(90));
/// ```
#[derive(Debug, Clone)]
pub struct TestClock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    time: Mutex<Time>,
    /// The part of an id that tells clocks apart: zeros for predictable ids.
    own: [u8; 5],
    counter: AtomicU32,
}

#[derive(Debug, Default)]
struct Time {
    elapsed: Duration,
    /// Who sleeps until when, by the number of the sleep.
    sleepers: Vec<(u64, Duration, Option<Waker>)>,
    next_sleep: u64,
    /// The sleeps whose time has come, and of which those who sleep have not heard yet.
    woken: BTreeSet<u64>,
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl TestClock {
    /// A clock at [`START`], whose ids are like no others.
    pub fn new() -> Self {
        // The last bytes of an id are counted, so that two clocks of one process differ too.
        let mut own = [0; 5];
        for (part, random) in own.iter_mut().zip(ObjectId::new().bytes().into_iter().skip(7)) {
            *part = random;
        }
        Self::with_ids_of(own)
    }

    /// A clock at [`START`], whose ids are the same in every run.
    pub fn predictable() -> Self {
        Self::with_ids_of([0; 5])
    }

    fn with_ids_of(own: [u8; 5]) -> Self {
        Self { inner: Arc::new(Inner { time: Mutex::default(), own, counter: AtomicU32::new(1) }) }
    }

    /// Moves time on, and wakes all who slept until then, the earliest first.
    pub fn advance(&self, duration: Duration) {
        let mut time = self.time();
        time.elapsed += duration;
        let now = time.elapsed;
        let mut due: Vec<_> = time.sleepers.extract_if(.., |(_, until, _)| *until <= now).collect();
        let polled = due.iter().filter(|(_, _, waker)| waker.is_some()).map(|(number, ..)| *number);
        time.woken.extend(polled);
        drop(time);
        due.sort_by_key(|(number, until, _)| (*until, *number));
        for (_, _, waker) in due {
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// How long until the next sleeper wakes, if anybody sleeps.
    pub fn next_wake(&self) -> Option<Duration> {
        let time = self.time();
        time.sleepers.iter().map(|(_, until, _)| until.saturating_sub(time.elapsed)).min()
    }

    /// Lets those run who were woken, until each has heard of it. One that nobody runs any more is not waited for.
    pub(crate) async fn let_woken_run(&self) {
        let begun = Instant::now();
        while !self.time().woken.is_empty() {
            if begun.elapsed() > PATIENCE {
                self.time().woken.clear();
            }
            tokio::task::yield_now().await;
        }
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.inner.time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime {
        START + self.time().elapsed
    }

    fn monotonic(&self) -> Duration {
        self.time().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.sleeping(duration, false))
    }

    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.sleeping(duration, true))
    }

    fn new_id(&self) -> ObjectId {
        let seconds = u32::try_from(self.now().timestamp_millis() / 1000).unwrap_or(u32::MAX);
        let [_, counter @ ..] = self.inner.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        ObjectId::from_parts(seconds, self.inner.own, counter)
    }
}

impl TestClock {
    fn sleeping(&self, duration: Duration, is_deadline: bool) -> Sleep {
        let mut time = self.time();
        let until = time.elapsed.saturating_add(duration);
        let number = time.next_sleep;
        time.next_sleep += 1;
        if until > time.elapsed {
            time.sleepers.push((number, until, None));
        }
        drop(time);
        Sleep { clock: self.clone(), number, until, is_deadline }
    }
}

/// Ends when the clock has been moved far enough.
struct Sleep {
    clock: TestClock,
    number: u64,
    until: Duration,
    /// Whoever has a deadline waits for something else.
    is_deadline: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut time = self.clock.time();
        if time.elapsed >= self.until {
            time.woken.remove(&self.number);
            return Poll::Ready(());
        }
        if let Some((_, _, waker)) = time.sleepers.iter_mut().find(|(number, ..)| *number == self.number) {
            *waker = Some(cx.waker().clone());
        }
        drop(time);
        if !self.is_deadline {
            crate::events::waits_for_the_clock();
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut time = self.clock.time();
        time.sleepers.retain(|(number, ..)| *number != self.number);
        time.woken.remove(&self.number);
    }
}

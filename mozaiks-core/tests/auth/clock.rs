//! A clock that stands still until a test moves it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bson::oid::ObjectId;
use futures_util::future::BoxFuture;
use mozaiks_core::{Clock, DateTime};

/// In seconds since 1970.
pub const START: i64 = 1_735_689_600;

#[derive(Debug, Clone, Default)]
pub struct TestClock(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    elapsed: Duration,
    /// Those who wait, whether for the time or for something else with a deadline.
    wakers: Vec<Waker>,
    asleep: usize,
    with_deadline: usize,
}

impl TestClock {
    pub fn advance(&self, duration: Duration) {
        let mut inner = self.0.lock().unwrap();
        inner.elapsed += duration;
        for waker in inner.wakers.drain(..) {
            waker.wake();
        }
    }

    /// How many wait for the time, and until then for nothing else.
    pub fn asleep(&self) -> usize {
        self.0.lock().unwrap().asleep
    }

    /// How many wait for something that has a deadline.
    pub fn with_deadline(&self) -> usize {
        self.0.lock().unwrap().with_deadline
    }

    fn waiting(&self, duration: Duration, count: fn(&mut Inner) -> &mut usize) -> BoxFuture<'static, ()> {
        Box::pin(Waiting {
            clock: self.clone(),
            until: self.monotonic() + duration,
            count,
            is_counted: false,
        })
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime {
        DateTime::from_millis(START * 1000) + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.waiting(duration, |inner| &mut inner.asleep)
    }

    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.waiting(duration, |inner| &mut inner.with_deadline)
    }

    fn new_id(&self) -> ObjectId {
        ObjectId::new()
    }
}

struct Waiting {
    clock: TestClock,
    until: Duration,
    count: fn(&mut Inner) -> &mut usize,
    is_counted: bool,
}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut inner = clock.0.lock().unwrap();
        if inner.elapsed >= self.until {
            return Poll::Ready(());
        }
        inner.wakers.push(cx.waker().clone());
        if !self.is_counted {
            self.is_counted = true;
            *(self.count)(&mut inner) += 1;
        }
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_counted {
            *(self.count)(&mut self.clock.0.lock().unwrap()) -= 1;
        }
    }
}

//! A bus over a clock that stands still, and a subscriber that does what it is told.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::future::BoxFuture;
use mozaiks_core::events::{
    EventBus, EventHandler, LocalEventBus, LocalEventBusOptions, Retry, Subscription,
};
use mozaiks_core::{Clock, Error, Event};
use mozaiks_testkit::TestClock;
use serde_json::json;
use tokio::sync::Semaphore;

/// A bus, and the clock that it goes by.
pub struct Bench {
    pub bus: LocalEventBus,
    pub clock: TestClock,
}

/// Pauses of 100, 200, 400, 800 milliseconds.
pub fn bench() -> Bench {
    with(LocalEventBusOptions::default())
}

pub fn with(options: LocalEventBusOptions) -> Bench {
    let clock = TestClock::new();
    let options = options.retry(Retry::default().without_jitter());
    Bench { bus: LocalEventBus::with_options(Arc::new(clock.clone()), options), clock }
}

impl Bench {
    pub fn event(&self, topic: &str, user: &str, number: u64) -> Event {
        let (id, now) = (self.clock.new_id(), self.clock.now());
        let payload = json!({ "number": number });
        Event::new(id, topic.parse().unwrap(), "shop", Some(user.into()), &payload, now).unwrap()
    }

    pub async fn publish(&self, user: &str, number: u64) {
        self.bus.publish(vec![self.event("notes:note_created", user, number)]).await.unwrap();
    }

    /// Publishes that many events of one user, counted from 0.
    pub async fn publish_many(&self, user: &str, count: u64) {
        let events = (0..count).map(|number| self.event("notes:note_created", user, number)).collect();
        self.bus.publish(events).await.unwrap();
    }

    /// Moves the clock on once somebody sleeps, and no less far than the first of them sleeps.
    pub async fn pass(&self, duration: Duration) {
        until(|| self.clock.next_wake().is_some()).await;
        self.clock.advance(duration);
    }

    /// Lets time pass until nothing is left to do.
    pub async fn settle(&self) {
        let passing = async {
            loop {
                if let Some(wake) = self.clock.next_wake() {
                    self.clock.advance(wake);
                }
                tokio::task::yield_now().await;
            }
        };
        within(async {
            tokio::select! { () = self.bus.idle() => {}, () = passing => {} }
        })
        .await;
    }
}

/// What a subscriber does with an event, once it has noted it.
#[derive(Clone, Copy)]
pub enum Act {
    Succeed,
    Fail,
    Panic,
    Hang,
    /// Waits until it is [let go](Subscriber::let_go).
    Wait,
}

/// Notes what it gets, and does with each what is next, at last what is left.
#[derive(Clone)]
pub struct Subscriber {
    inner: Arc<Inner>,
}

struct Inner {
    seen: Mutex<Vec<(String, u64)>>,
    acts: Mutex<VecDeque<Act>>,
    gate: Semaphore,
    /// Only this user's events are acted on; others' succeed.
    only: Option<&'static str>,
}

impl Subscriber {
    /// Does these things with the first events, and the last of them with all others.
    pub fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::only(None, acts)
    }

    /// Does so with the events of one user.
    pub fn of(user: &'static str, acts: impl IntoIterator<Item = Act>) -> Self {
        Self::only(Some(user), acts)
    }

    fn only(only: Option<&'static str>, acts: impl IntoIterator<Item = Act>) -> Self {
        let (seen, acts) = (Mutex::default(), Mutex::new(acts.into_iter().collect()));
        Self { inner: Arc::new(Inner { seen, acts, gate: Semaphore::new(0), only }) }
    }

    pub fn subscribe(&self, bench: &Bench, name: &str) -> Subscription {
        self.subscribe_to(bench, name, "notes:*")
    }

    pub fn subscribe_to(&self, bench: &Bench, name: &str, pattern: &str) -> Subscription {
        bench.bus.subscribe(name, pattern.parse().unwrap(), Arc::new(self.clone())).unwrap()
    }

    /// Lets so many go on that wait.
    pub fn let_go(&self, events: usize) {
        self.inner.gate.add_permits(events);
    }

    /// Does this from now on.
    pub fn goes_on_to(&self, act: Act) {
        *lock(&self.inner.acts) = VecDeque::from([act]);
    }

    /// What it was given so far: of whom, and which.
    pub fn seen(&self) -> Vec<(String, u64)> {
        lock(&self.inner.seen).clone()
    }

    /// The numbers of what it was given of one user.
    pub fn seen_of(&self, user: &str) -> Vec<u64> {
        self.seen().into_iter().filter(|(of, _)| of == user).map(|(_, number)| number).collect()
    }

    /// Waits until it was given so many.
    pub async fn got(&self, events: usize) {
        until(|| self.seen().len() >= events).await;
    }

    fn next(&self) -> Act {
        let mut acts = lock(&self.inner.acts);
        if acts.len() > 1 { acts.pop_front().unwrap() } else { *acts.front().unwrap_or(&Act::Succeed) }
    }
}

impl EventHandler for Subscriber {
    fn handle(&self, event: Event) -> BoxFuture<'_, Result<(), Error>> {
        let user = event.user_id().map(|user| user.to_string()).unwrap_or_default();
        lock(&self.inner.seen).push((user.clone(), event.payload()["number"].as_u64().unwrap()));
        let acts = self.inner.only.is_none_or(|only| only == user);
        let act = if acts { self.next() } else { Act::Succeed };
        Box::pin(async move {
            match act {
                Act::Succeed => Ok(()),
                Act::Fail => Err(Error::conflict("not today")),
                Act::Panic => panic!("not ever"),
                Act::Hang => std::future::pending().await,
                Act::Wait => {
                    self.inner.gate.acquire().await.unwrap().forget();
                    Ok(())
                }
            }
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

/// Waits for a condition.
pub async fn until(mut condition: impl FnMut() -> bool) {
    within(async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Waits, but not for ever.
pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it comes within ten seconds")
}

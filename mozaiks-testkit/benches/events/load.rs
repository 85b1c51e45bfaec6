//! What is published, and who has heard how much of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mozaiks_core::events::Topic;
use mozaiks_core::{Clock, Event, SystemClock};
use serde_json::value::RawValue;

pub const SUBSCRIBERS: usize = 100;
pub const TOPICS: usize = 10;
/// Subscribers of one topic.
pub const PER_TOPIC: usize = SUBSCRIBERS / TOPICS;
/// Events in a round.
pub const EVENTS: usize = 300_000;

pub fn topic(number: usize) -> Topic {
    Topic::new("bench", &format!("thing_{number}_happened")).expect("a topic")
}

/// An event of one of a few users, as an action publishes it.
pub fn event(topic: &Topic, number: usize) -> Event {
    thread_local! {
        static USERS: Vec<Arc<str>> = (0..8).map(|user| Arc::from(format!("user{user}"))).collect();
        static APP: Arc<str> = Arc::from("bench");
        static PAYLOAD: Box<RawValue> =
            serde_json::value::to_raw_value(&serde_json::json!({ "item_id": "65301c2f9d1e8b3a4c5d6e7f" }))
                .expect("a payload");
    }
    let user = USERS.with(|users| Arc::clone(&users[number % users.len()]));
    let app = APP.with(Arc::clone);
    let (now, id) = SystemClock.now_and_id();
    PAYLOAD.with(|payload| Event::new(id, topic.clone(), app, Some(user), payload, now)).expect("an event")
}

/// How much each subscriber has heard, each on a cache line of its own.
pub struct Load {
    counters: Vec<Arc<Counter>>,
}

#[repr(align(128))]
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn hear(&self, event: &Event) {
        std::hint::black_box(event.id());
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Load {
    pub fn new() -> Self {
        Self { counters: (0..SUBSCRIBERS).map(|_| Arc::default()).collect() }
    }

    pub fn counter(&self, number: usize) -> Arc<Counter> {
        Arc::clone(&self.counters[number])
    }

    pub fn heard(&self) -> usize {
        let heard: u64 = self.counters.iter().map(|counter| counter.0.load(Ordering::Relaxed)).sum();
        usize::try_from(heard).expect("few enough")
    }

    /// Holds the publisher up now and then while those who hear are far behind.
    pub async fn keep_up(&self, published: usize, heard_each: usize) {
        if published.is_multiple_of(512) {
            while published * heard_each > self.heard() + SUBSCRIBERS * 1024 {
                tokio::task::yield_now().await;
            }
        }
    }

    pub async fn all_heard(&self, deliveries: usize) {
        while self.heard() < deliveries {
            tokio::task::yield_now().await;
        }
    }
}

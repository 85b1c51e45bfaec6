//! How long the hundred wait for their events while the bus is not at its limit.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mozaiks_core::SystemClock;
use mozaiks_core::events::{EventBus, LocalEventBus, LocalEventBusOptions, Topic};

use crate::load::{SUBSCRIBERS, TOPICS, event, topic};
use crate::subscribers::{OneMore, hear};

/// Events in a round, in batches of so many each millisecond: a million deliveries a second.
const EVENTS: usize = 30_000;
const BATCH: usize = 100;

/// Nanoseconds from the publishing of an event to each of its deliveries, in order, in one round.
pub async fn delays(one_more: OneMore) -> Vec<u64> {
    // So few that one that hangs soon has dead letters, and these make room for others.
    let options = LocalEventBusOptions::default().queue(1_000).dead_letters(500);
    let bus = LocalEventBus::with_options(Arc::new(SystemClock), options);
    let start = Instant::now();
    let nanos = move || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let published: Arc<Vec<AtomicU64>> = Arc::new((0..EVENTS).map(|_| AtomicU64::new(0)).collect());
    let all: Vec<_> = (0..SUBSCRIBERS).map(|_| Arc::new(Mutex::new(Vec::with_capacity(EVENTS)))).collect();
    let mut subscriptions = Vec::new();
    for (number, delays) in all.iter().enumerate() {
        let (delays, published, heard) = (Arc::clone(delays), Arc::clone(&published), AtomicUsize::new(0));
        subscriptions.push(hear(&bus, number % TOPICS, move |_| {
            // The events of a topic come in their order.
            let nth = heard.fetch_add(1, Ordering::Relaxed);
            let at = published[nth * TOPICS + number % TOPICS].load(Ordering::Relaxed);
            delays.lock().expect("nobody panics").push(nanos() - at);
        }));
    }
    let one_more = one_more.subscribe(&bus);
    let topics: Vec<Topic> = (0..TOPICS).map(topic).collect();
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    for number in 0..EVENTS {
        if number.is_multiple_of(BATCH) {
            ticks.tick().await;
        }
        published[number].store(nanos(), Ordering::Relaxed);
        bus.publish(vec![event(&topics[number % TOPICS], number)]).await.expect("the bus takes it");
    }
    drop(one_more);
    bus.idle().await;
    drop(subscriptions);
    let mut delays: Vec<u64> =
        all.iter().flat_map(|delays| std::mem::take(&mut *delays.lock().expect("nobody panics"))).collect();
    assert_eq!(delays.len(), EVENTS * SUBSCRIBERS / TOPICS, "everybody has heard everything");
    delays.sort_unstable();
    delays
}

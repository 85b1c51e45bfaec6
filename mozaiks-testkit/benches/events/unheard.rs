//! What it costs to publish what nobody wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mozaiks_core::SystemClock;
use mozaiks_core::events::{EventBus, LocalEventBus};

use crate::load::{event, topic};

/// Nanoseconds of one publish that nobody hears, in each round.
pub async fn publishing(making: bool) -> Vec<f64> {
    const CALLS: usize = 20_000;
    let bus = LocalEventBus::new(Arc::new(SystemClock));
    let topic = topic(0);
    let mut times = Vec::new();
    for _ in 0..51 {
        let made: Vec<_> = (0..if making { 0 } else { CALLS }).map(|one| vec![event(&topic, one)]).collect();
        let mut made = made.into_iter();
        let start = Instant::now();
        for number in 0..CALLS {
            let events = made.next().unwrap_or_else(|| vec![event(&topic, number)]);
            bus.publish(events).await.expect("the bus takes it");
        }
        times.push(start.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
        tokio::time::sleep(Duration::ZERO).await;
    }
    times
}

//! What a publisher pays for one event, by who listens.

use std::sync::Arc;
use std::time::Instant;

use mozaiks_core::SystemClock;
use mozaiks_core::events::{EventBus, LocalEventBus, LocalEventBusOptions};

use crate::load::{Load, PER_TOPIC, event, topic};
use crate::subscribers::{OneMore, hear};

/// Events that are published in one go, and timed.
const BATCH: usize = 64;
const QUEUE: usize = 16_384;
const DEAD_LETTERS: usize = 10_000;
const FULL: usize = QUEUE + DEAD_LETTERS;

/// When the events come.
pub const PHASES: [&str; 3] = ["at first", "when a queue is full", "when dead letters make room"];

/// Nanoseconds of one publish to ten that are prompt and to one more, in each phase. On one thread: who listens has
/// its turn between the batches.
pub fn publishing(one_more: OneMore) -> [f64; 3] {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let options = LocalEventBusOptions::default().queue(QUEUE).dead_letters(DEAD_LETTERS);
        let bus = LocalEventBus::with_options(Arc::new(SystemClock), options);
        let load = Load::new();
        let subscribers = (0..PER_TOPIC).map(|number| {
            let heard = load.counter(number);
            hear(&bus, 0, move |event| heard.hear(event))
        });
        let subscriptions: Vec<_> = subscribers.chain(one_more.subscribe(&bus)).collect();
        let (published, others) = (topic(0), topic(1));
        let mut phases = [(0.0, 0); 3];
        for batch in 0..80_000 / BATCH {
            // As in a round, nine of ten are another topic's.
            let made: Vec<_> = (0..10 * BATCH)
                .map(|number| event(if number.is_multiple_of(10) { &published } else { &others }, number))
                .collect();
            let events: Vec<_> = made.iter().step_by(10).map(|event| vec![event.clone()]).collect();
            drop(made);
            let start = Instant::now();
            for event in events {
                bus.publish(event).await.expect("the bus takes it");
            }
            let took = start.elapsed().as_secs_f64() * 1e9;
            let phase = match batch * BATCH {
                ..QUEUE => 0,
                QUEUE..FULL => 1,
                _ => 2,
            };
            let (nanos, events) = &mut phases[phase];
            (*nanos, *events) = (*nanos + took, *events + BATCH);
            while load.heard() < (batch + 1) * BATCH * PER_TOPIC {
                tokio::task::yield_now().await;
            }
        }
        drop(subscriptions);
        phases.map(|(nanos, events)| nanos / events as f64)
    })
}

//! The event bus within one process, and the outbox before it: what they do beyond the suite that every bus must pass.

mod dead_letters;
mod delivery;
mod flood;
mod history;
mod outbox;
mod retries;
mod shutdown;
mod statistics;
mod support;

use std::sync::Arc;

use mozaiks_core::SystemClock;
use mozaiks_core::events::LocalEventBus;
use mozaiks_testkit::conformance;

fn bus() -> LocalEventBus {
    LocalEventBus::new(Arc::new(SystemClock))
}

#[tokio::test]
async fn the_local_bus_passes() {
    conformance::event_bus(|| async { bus() }).await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_bus_passes_on_threads() {
    conformance::event_bus(|| async { bus() }).await.assert_passed();
}

//! A call that publishes without end is refused as a whole, a chain of events is cut, and neither harms anybody.

use std::sync::Arc;

use mozaiks_core::events::{DeadLetterReason, LocalEventBus};
use mozaiks_core::prelude::*;
use mozaiks_core::{Identity, Runtime, SystemClock};
use mozaiks_testkit::bench::quiet_runtime;

#[derive(Default)]
struct Chaos;

#[plugin(name = "chaos", version = "1.0.0", publishes = ["flooded", "rung"])]
impl Chaos {
    #[action]
    async fn flood(&self, ctx: &Context, events: u32) -> Result<()> {
        for number in 0..events {
            ctx.publish("flooded", json!({ "number": number }))?;
        }
        Ok(())
    }

    /// Answers each of its own events with another one, for ever.
    #[on_event("chaos:rung")]
    async fn again(&self, ctx: &Context) -> Result<()> {
        ctx.publish("rung", json!({}))
    }

    #[action]
    async fn ring(&self, ctx: &Context) -> Result<()> {
        ctx.publish("rung", json!({}))
    }

    #[on_event("chaos:flooded")]
    async fn hear(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn host() -> (LocalEventBus, Runtime, Identity) {
    let bus = LocalEventBus::new(Arc::new(SystemClock));
    let runtime = quiet_runtime().events(Arc::new(bus.clone())).plugin(Chaos).build().unwrap();
    (bus, runtime, Identity::new("shop", "mallory").unwrap())
}

fn published(bus: &LocalEventBus, topic: &str) -> u64 {
    let statistics = bus.statistics();
    statistics.topics.iter().find(|one| one.topic.as_str() == topic).map_or(0, |topic| topic.published)
}

#[tokio::test]
async fn a_flood_is_an_error_and_none_of_it_is_published() {
    let (bus, runtime, mallory) = host();
    let reply = runtime.execute(&mallory, "chaos", br#"{"action": "flood", "events": 100000}"#).await;
    assert_eq!(reply.status(), 500);
    assert_eq!(published(&bus, "chaos:flooded"), 0);
    assert_eq!(published(&bus, "plugin_execution_error"), 1);
    let reply = runtime.execute(&mallory, "chaos", br#"{"action": "flood", "events": 10000}"#).await;
    assert_eq!(reply.status(), 200);
    bus.idle().await;
    let statistics = bus.statistics();
    let flooded = statistics.topics.iter().find(|one| one.topic.as_str() == "chaos:flooded").unwrap();
    assert_eq!((flooded.published, flooded.delivered, flooded.dead), (10_000, 10_000, 0));
}

#[tokio::test]
async fn a_chain_of_events_is_cut_and_its_last_event_is_not_tried_again() {
    let (bus, runtime, mallory) = host();
    assert_eq!(runtime.execute(&mallory, "chaos", br#"{"action": "ring"}"#).await.status(), 200);
    bus.idle().await;
    assert_eq!(published(&bus, "chaos:rung"), 9);
    let dead = bus.dead_letters();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (&*dead[0].subscriber, dead[0].reason, dead[0].attempts),
        ("chaos#chaos:rung", DeadLetterReason::Failed, 1)
    );
}

//! Which trace a call is in, and what it hands on, where spans are exported.

mod common;
#[path = "common/nothing.rs"]
mod nothing;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::alice;
use mozaiks_core::SystemClock;
use mozaiks_core::events::{LocalEventBus, TopicPattern};
use mozaiks_core::prelude::*;
use mozaiks_core::runtime::{Call, Runtime};
use mozaiks_core::telemetry::{Telemetry, TelemetryOptions};
use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry};

const CAME: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Tells in which trace its calls are.
struct Relay {
    /// That of each event that it heard.
    heard: Arc<Mutex<Vec<String>>>,
}

#[plugin(name = "relay", version = "1.0.0", publishes = ["told"])]
impl Relay {
    #[action]
    async fn tell(&self, ctx: &Context) -> Result<Value> {
        ctx.publish("told", json!({}))?;
        Ok(json!({ "traceparent": ctx.traceparent() }))
    }

    #[on_event("relay:told")]
    async fn hear(&self, ctx: &Context, _event: Event) -> Result<()> {
        self.heard.lock().unwrap().extend(ctx.traceparent().map(str::to_owned));
        Ok(())
    }
}

/// A runtime, its bus, and what its plugin hears.
struct Lab {
    runtime: Runtime,
    bus: LocalEventBus,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Lab {
    fn new() -> Self {
        let bus = LocalEventBus::new(Arc::new(SystemClock));
        let heard = Arc::default();
        let runtime = nothing::services()
            .events(Arc::new(bus.clone()))
            .publishes("told")
            .plugin(Relay { heard: Arc::clone(&heard) })
            .build();
        Self { runtime: runtime.unwrap(), bus, heard }
    }

    /// Calls the action; what it was in.
    async fn tell(&self, traceparent: Option<&str>) -> Option<String> {
        let call = Call::new("relay", b"{}").action("tell").traceparent(traceparent);
        let reply = self.runtime.call(&alice(), call).await;
        assert_eq!(reply.status(), 200);
        let reply: Value = serde_json::from_slice(reply.body()).unwrap();
        reply["traceparent"].as_str().map(str::to_owned)
    }

    /// Those of the events of a topic.
    fn published(&self, topic: &str) -> Vec<Option<String>> {
        let topic: TopicPattern = topic.parse().unwrap();
        let events = self.bus.history(&topic, 100);
        events.iter().map(|event| event.traceparent().map(str::to_owned)).collect()
    }

    /// What was heard, once all was.
    async fn heard(self) -> Vec<String> {
        assert!(self.bus.shutdown(Duration::from_secs(60)).await.is_complete());
        self.heard.lock().unwrap().clone()
    }
}

/// Spans on their way to nobody, from this thread.
struct Exporting {
    telemetry: Telemetry,
    _subscriber: DefaultGuard,
}

impl Exporting {
    fn of(least: LevelFilter) -> Self {
        // The port of what is thrown away.
        let telemetry = Telemetry::start(TelemetryOptions::default().endpoint("http://127.0.0.1:9")).unwrap();
        let subscriber = registry().with(telemetry.layer().with_filter(least));
        Self { telemetry, _subscriber: tracing::subscriber::set_default(subscriber) }
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        self.telemetry.shutdown(Duration::ZERO);
    }
}

/// The trace that a `traceparent` names, and the span.
fn parts(traceparent: &str) -> (&str, &str) {
    let mut parts = traceparent.split('-').skip(1);
    (parts.next().unwrap(), parts.next().unwrap())
}

#[tokio::test]
async fn a_call_stays_in_its_trace_and_hands_its_own_span_on() {
    let (_exporting, lab) = (Exporting::of(LevelFilter::TRACE), Lab::new());
    let call = lab.tell(Some(CAME)).await.unwrap();
    let ((trace, span), (came, caller)) = (parts(&call), parts(CAME));
    assert_eq!(trace, came);
    assert_ne!(span, caller);
    assert_eq!(lab.published("relay:told"), [Some(call.clone())]);
    assert_eq!(lab.published("plugin_executed"), [Some(call.clone())]);

    let heard = lab.heard().await;
    assert_eq!(heard.len(), 1);
    assert_eq!(parts(&heard[0]).0, came);
    assert_ne!(parts(&heard[0]).1, span);
}

#[tokio::test]
async fn a_call_without_a_trace_begins_one() {
    let (_exporting, lab) = (Exporting::of(LevelFilter::TRACE), Lab::new());
    let (one, two) = (lab.tell(None).await.unwrap(), lab.tell(None).await.unwrap());
    assert_ne!(parts(&one).0, parts(&two).0);
}

#[tokio::test]
async fn a_call_in_a_span_of_the_hosts_is_part_of_it_unless_it_came_with_another_trace() {
    use tracing::Instrument;

    let (_exporting, lab) = (Exporting::of(LevelFilter::TRACE), Lab::new());
    let host = tracing::info_span!("of the host");
    let (one, two) = async { (lab.tell(None).await.unwrap(), lab.tell(Some(CAME)).await.unwrap()) }
        .instrument(host.clone())
        .await;
    // What the host publishes there is part of it as well.
    lab.runtime.publish(&alice(), "told", json!({})).instrument(host).await.unwrap();
    let told = lab.published("told").pop().unwrap().unwrap();
    assert_eq!(parts(&told).0, parts(&one).0);
    assert_eq!(parts(&two).0, parts(CAME).0);
    assert_ne!(parts(&one).0, parts(&two).0);
}

#[tokio::test]
async fn what_came_is_handed_on_as_it_came_where_the_span_is_not_exported() {
    let lab = Lab::new();
    assert_eq!(lab.tell(Some(CAME)).await.as_deref(), Some(CAME));
    assert_eq!(lab.tell(None).await, None);
    {
        let _exporting = Exporting::of(LevelFilter::WARN);
        assert_eq!(lab.tell(Some(CAME)).await.as_deref(), Some(CAME));
    }
    assert_eq!(lab.published("relay:told"), [Some(CAME.to_owned()), None, Some(CAME.to_owned())]);
}

#[tokio::test]
async fn a_trace_that_is_not_sampled_goes_on_unsampled() {
    let (_exporting, lab) = (Exporting::of(LevelFilter::TRACE), Lab::new());
    let unsampled = format!("{}-00", CAME.strip_suffix("-01").unwrap());
    let call = lab.tell(Some(&unsampled)).await.unwrap();
    assert_eq!(parts(&call).0, parts(CAME).0);
    assert!(call.ends_with("-00"), "{call}");
}

#[test]
fn an_endpoint_that_is_none_is_refused() {
    let error = Telemetry::start(TelemetryOptions::default().endpoint("no address at all")).unwrap_err();
    assert!(error.to_string().starts_with("spans cannot be exported: "), "{error}");
}

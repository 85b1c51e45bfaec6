//! What a host has done, in figures, as Prometheus asks for them.

mod calls;
mod events;
mod sockets;
mod storage;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use prometheus::{IntGauge, Opts, Registry, TextEncoder};

use super::envelope::Asked;
use super::response::Response;
use crate::error::{Error, Result};
use crate::events::LocalEventBus;

pub(super) use calls::CallMetrics;
pub use storage::Measured;

/// The form in which they are given.
const TEXT_FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// The bounds of the histograms, in seconds.
const BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The figures of one host. Cloning gives the same ones.
///
/// A router has some of its own. A host that wants those of its storage and its bus among them makes them first:
///
/// ```no_run
/// use std::sync::Arc;
/// use mozaiks_core::events::LocalEventBus;
/// use mozaiks_core::http::{Http, Metrics};
/// use mozaiks_core::storage::Storage;
/// # fn example(storage: impl Storage, bus: LocalEventBus, builder: mozaiks_core::runtime::RuntimeBuilder) {
///
/// let metrics = Metrics::new();
/// metrics.watch_bus(bus.clone());
/// let runtime = builder.storage(Arc::new(metrics.measure(storage))).events(Arc::new(bus)).build().unwrap();
/// let router = Http::builder(runtime).metrics(metrics).build();
/// # }
/// ```
#[derive(Clone)]
pub struct Metrics {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    calls: calls::Calls,
    storage: storage::StorageTimes,
    events: events::EventMetrics,
    sockets: sockets::SocketMetrics,
    in_flight: IntGauge,
    /// What is asked for its figures when somebody asks for them. One at a time.
    bus: Mutex<Option<LocalEventBus>>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let registry = Registry::new();
        let in_flight = gauge(&registry, "mozaiks_requests_in_flight", "Requests with a token being served");
        let inner = Inner {
            calls: calls::Calls::new(&registry),
            storage: storage::StorageTimes::new(&registry),
            events: events::EventMetrics::new(&registry),
            sockets: sockets::SocketMetrics::new(&registry),
            in_flight,
            registry,
            bus: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A storage whose calls are timed.
    pub fn measure<S>(&self, storage: S) -> Measured<S> {
        Measured::new(storage, self.inner.storage.clone())
    }

    /// Takes the figures of a bus among these.
    pub fn watch_bus(&self, bus: LocalEventBus) {
        *self.inner.bus.lock().unwrap_or_else(PoisonError::into_inner) = Some(bus);
    }

    pub(super) fn calls(&self) -> &calls::Calls {
        &self.inner.calls
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// `GET /metrics`.
pub(super) async fn scrape(asked: Asked) -> Result<Response> {
    let shared = &asked.shared;
    let Some(metrics) = shared.metrics.as_ref().map(CallMetrics::all) else {
        return Err(super::error::no_such_path());
    };
    let inner = &metrics.inner;
    // Held while the figures of others are taken over, so that two who ask do not mix them up.
    let bus = inner.bus.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bus) = &*bus {
        inner.events.take_over(&bus.statistics());
    }
    if let Some(hub) = &shared.hub {
        inner.sockets.take_over(hub.statistics());
    }
    inner.in_flight.set(i64::try_from(shared.places.taken()).unwrap_or(i64::MAX));
    let text = TextEncoder::new().encode_to_string(&inner.registry.gather()).map_err(Error::internal)?;
    drop(bus);
    let mut response = Response::new(text.into());
    response.headers_mut().insert(CONTENT_TYPE, TEXT_FORMAT);
    Ok(response)
}

/// Adds a metric to a registry. Each name is given once, in this folder, so that it is never taken.
fn register<M: prometheus::core::Collector + Clone + 'static>(
    registry: &Registry,
    metric: prometheus::Result<M>,
) -> M {
    #[allow(
        clippy::expect_used,
        reason = "names and labels are written in this folder, and tests make them all"
    )]
    let metric = metric.expect("a metric has a valid name");
    if let Err(error) = registry.register(Box::new(metric.clone())) {
        tracing::error!(%error, "a metric is not among those shown");
    }
    metric
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    register(registry, IntGauge::with_opts(Opts::new(name, help)))
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> prometheus::IntCounterVec {
    register(registry, prometheus::IntCounterVec::new(Opts::new(name, help), labels))
}

fn times(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> prometheus::HistogramVec {
    let options = prometheus::HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
    register(registry, prometheus::HistogramVec::new(options, labels))
}

//! Spans for OpenTelemetry: what a request, the calls in it and the events that follow took, as one trace.
//!
//! A host adds one layer to its subscriber, and ends it when all else has ended:
//!
//! ```no_run
//! use std::time::Duration;
//! use mozaiks_core::telemetry::{Telemetry, TelemetryOptions};
//! use tracing_subscriber::layer::SubscriberExt;
//! use tracing_subscriber::util::SubscriberInitExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::start(TelemetryOptions::default().service_name("shop"))?;
//! let log = tracing_subscriber::fmt::layer();
//! tracing_subscriber::registry().with(telemetry.layer()).with(log).init();
//! // ... serve ...
//! telemetry.shutdown(Duration::from_secs(2));
//! # Ok(()) }
//! ```
//!
//! Spans go as OTLP, in protobuf over HTTP, to `http://localhost:4318` if nothing is said. The variables that
//! OpenTelemetry has for this are honoured: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`,
//! `OTEL_EXPORTER_OTLP_TIMEOUT`, `OTEL_EXPORTER_OTLP_COMPRESSION` (`gzip`), and the same with `_TRACES_`;
//! `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`; `OTEL_TRACES_SAMPLER`; and those of the queue,
//! `OTEL_BSP_SCHEDULE_DELAY` and its like.
//!
//! A thread of its own sends them. Where the collector is away or too slow, spans are lost, and nobody waits: the queue
//! is bounded.

mod collector;
mod exporter;
pub(crate) mod link;
mod options;

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::trace::REQUESTS;
use collector::Collector;
use exporter::Exporter;

pub use options::{TelemetryError, TelemetryOptions};

/// The export of spans, until it is [shut down](Self::shutdown).
#[derive(Debug)]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Begins to export. Nothing is sent before there are spans, and so it does not matter whether the collector is
    /// there yet.
    ///
    /// # Errors
    /// [`TelemetryError`] if an option, or a variable of the environment, cannot be used.
    pub fn start(options: TelemetryOptions) -> Result<Self, TelemetryError> {
        let timeout = options::timeout();
        let collector = Collector::new(timeout).map_err(TelemetryError::of)?;
        let exporter = SpanExporter::builder().with_http().with_http_client(collector).with_timeout(timeout);
        let exporter = match options.address() {
            Some(address) => exporter.with_endpoint(address),
            None => exporter,
        };
        let exporter = Exporter(exporter.build().map_err(TelemetryError::of)?);
        let provider = SdkTracerProvider::builder()
            .with_resource(options.resource())
            .with_batch_exporter(exporter)
            .build();
        Ok(Self { provider })
    }

    /// The layer that sees the spans: requests, the calls of plugins, and whatever else has the level `INFO`; with the
    /// lines of the log that are written in them, of the same level. A filter of the host's own leaves out more.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        // The span of a request has the level DEBUG.
        let seen = Targets::new().with_default(LevelFilter::INFO).with_target(REQUESTS, Level::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(true)
            .with_filter(seen)
    }

    /// Sends what has been finished so far, and waits for it, for at most 5 s. `true` if the collector has it.
    ///
    /// It holds its thread.
    pub fn flush(&self) -> bool {
        self.provider.force_flush().is_ok()
    }

    /// Sends what is left and ends, waiting for it no longer than this. `true` if it has ended by then; whether the
    /// collector was there, the log says.
    ///
    /// It holds its thread, and needs no runtime: in `main` it comes last.
    pub fn shutdown(&self, deadline: Duration) -> bool {
        self.provider.shutdown_with_timeout(deadline).is_ok()
    }
}

//! Spans for OpenTelemetry: with the feature `otel`, where the environment says where to.

#[cfg(feature = "otel")]
use std::time::Duration;

#[cfg(feature = "otel")]
use mozaiks_core::telemetry::{Telemetry, TelemetryOptions};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::Failure;

/// How long the end of the host waits for a collector.
#[cfg(feature = "otel")]
const PATIENCE: Duration = Duration::from_secs(2);

/// The export, if there is one.
pub struct Traces {
    #[cfg(feature = "otel")]
    telemetry: Option<Telemetry>,
}

#[cfg(feature = "otel")]
impl Traces {
    /// Exports nothing.
    pub fn none() -> Self {
        Self { telemetry: None }
    }

    /// Exports if the environment asks for it.
    pub fn start() -> Result<Self, Failure> {
        let options = TelemetryOptions::default().service_name(env!("CARGO_PKG_NAME"));
        let telemetry = TelemetryOptions::are_asked_for().then(|| Telemetry::start(options)).transpose()?;
        Ok(Self { telemetry })
    }

    /// What sees the spans.
    pub fn layer<S>(&self) -> Option<impl Layer<S> + Send + Sync + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        self.telemetry.as_ref().map(Telemetry::layer)
    }

    /// Sends what is left, once all that leaves spans has ended.
    pub fn end(&self) {
        if self.telemetry.as_ref().is_some_and(|telemetry| !telemetry.shutdown(PATIENCE)) {
            tracing::warn!("the last spans were not sent in time");
        }
    }
}

#[cfg(not(feature = "otel"))]
impl Traces {
    /// Exports nothing.
    pub fn none() -> Self {
        Self {}
    }

    /// Exports nothing.
    #[allow(clippy::unnecessary_wraps, reason = "with the feature it may fail")]
    pub fn start() -> Result<Self, Failure> {
        Ok(Self::none())
    }

    /// Nothing sees the spans.
    #[allow(clippy::unused_self, reason = "with the feature it is needed")]
    pub fn layer<S>(&self) -> Option<impl Layer<S> + Send + Sync + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        None::<tracing_subscriber::layer::Identity>
    }

    /// Nothing is left.
    #[allow(clippy::unused_self, reason = "with the feature it is needed")]
    pub fn end(&self) {}
}

//! Where spans go, and whose they are: what the host says, and what the environment does.

use std::env;
use std::fmt::Display;
use std::time::Duration;

use opentelemetry::Key;
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT,
};
use opentelemetry_sdk::Resource;

/// What the path of an endpoint is for spans.
const TRACES: &str = "/v1/traces";

/// Where spans go, and whose they are.
#[derive(Debug, Clone, Default)]
pub struct TelemetryOptions {
    endpoint: Option<String>,
    service_name: Option<String>,
}

/// Why spans cannot be exported.
#[derive(Debug, thiserror::Error)]
#[error("spans cannot be exported: {0}")]
pub struct TelemetryError(String);

impl TelemetryError {
    pub(super) fn of(error: impl Display) -> Self {
        Self(error.to_string())
    }
}

impl TelemetryOptions {
    /// The collector, as in `http://localhost:4318`; `/v1/traces` comes behind it. `OTEL_EXPORTER_OTLP_ENDPOINT` if
    /// nothing is said.
    ///
    /// The certificate of an `https` address must come from one of the authorities that Mozilla trusts.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// The name of the service whose spans these are, where `OTEL_SERVICE_NAME` says none.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Whether the environment asks for an export: it names an endpoint, and does not switch the export off
    /// (`OTEL_SDK_DISABLED=true`, `OTEL_TRACES_EXPORTER=none`).
    ///
    /// For a host that exports only where somebody wants it to.
    pub fn are_asked_for() -> bool {
        let says = |name, value: &str| env::var(name).is_ok_and(|said| said.eq_ignore_ascii_case(value));
        let names = |name| env::var_os(name).is_some_and(|said| !said.is_empty());
        (names(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) || names(OTEL_EXPORTER_OTLP_ENDPOINT))
            && !says("OTEL_SDK_DISABLED", "true")
            && !says("OTEL_TRACES_EXPORTER", "none")
    }

    /// The address for spans, if the host names an endpoint.
    pub(super) fn address(&self) -> Option<String> {
        self.endpoint.as_ref().map(|endpoint| format!("{}{TRACES}", endpoint.trim_end_matches('/')))
    }

    pub(super) fn resource(self) -> Resource {
        let found = Resource::builder().build();
        let said = found.get(&Key::from_static_str("service.name")).map(|name| name.to_string());
        // What OpenTelemetry puts there if nobody has said anything.
        let is_unknown = said.is_none_or(|name| name.starts_with("unknown_service"));
        match self.service_name {
            Some(name) if is_unknown => Resource::builder().with_service_name(name).build(),
            _ => found,
        }
    }
}

/// How long an export may take, read as the exporter reads it: it bounds its retries, and the client each request.
pub(super) fn timeout() -> Duration {
    let read = |name| env::var(name).ok()?.parse().ok().map(Duration::from_millis);
    read(OTEL_EXPORTER_OTLP_TRACES_TIMEOUT)
        .or_else(|| read(OTEL_EXPORTER_OTLP_TIMEOUT))
        .unwrap_or(OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT)
}

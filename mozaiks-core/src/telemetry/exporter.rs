//! What spans are called where they are looked at: the names and attributes that OpenTelemetry has for requests.
//!
//! It is done on the thread that exports, so that it costs a call nothing and leaves the log as it is.

use std::time::Duration;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::error::ErrorCode;
use crate::trace::{CALL, PLUGIN_TARGETS, REQUEST, REQUESTS};

/// Exports spans under their names.
#[derive(Debug)]
pub(super) struct Exporter(pub opentelemetry_otlp::SpanExporter);

impl SpanExporter for Exporter {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(dress);
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn dress(span: &mut SpanData) {
    let target = text(span, "target").unwrap_or_default();
    if span.name == REQUEST && target == REQUESTS {
        dress_request(span);
    } else if span.name == CALL && target.starts_with(PLUGIN_TARGETS) {
        dress_call(span);
    }
}

/// Requests are named by their method: there are as many paths as clients think of.
fn dress_request(span: &mut SpanData) {
    const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];
    let method = text(span, "method");
    span.name = METHODS.into_iter().find(|known| method == Some(*known)).unwrap_or("HTTP").into();
    span.span_kind = SpanKind::Server;
    // It is the parent.
    span.attributes.retain(|attribute| attribute.key.as_str() != "traceparent");
    for KeyValue { key, value, .. } in &mut span.attributes {
        match key.as_str() {
            "method" => *key = "http.request.method".into(),
            "path" => *key = "url.path".into(),
            "status" => {
                *key = "http.response.status_code".into();
                // Unsigned numbers arrive as text.
                if let Ok(status) = value.as_str().parse() {
                    *value = Value::I64(status);
                    if status >= 500 {
                        span.status = Status::error("");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Calls are named by plugin and action, or event: there are no more of them than the host has.
fn dress_call(span: &mut SpanData) {
    if let (Some(plugin), Some(action)) = (text(span, "plugin"), text(span, "action")) {
        span.name = format!("{plugin} {action}").into();
    }
    let faults = [ErrorCode::Internal, ErrorCode::Timeout, ErrorCode::Unavailable];
    let fault = text(span, "outcome").filter(|outcome| faults.iter().any(|code| code.as_str() == *outcome));
    if let Some(fault) = fault {
        span.status = Status::error(fault.to_owned());
    }
}

fn text<'s>(span: &'s SpanData, key: &str) -> Option<&'s str> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    match &attribute.value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

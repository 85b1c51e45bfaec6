//! A collector of spans, to which hosts under test export: OTLP in protobuf over HTTP.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use mozaiks_core::http::{ServeOptions, serve};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A collector that keeps what it gets.
pub struct Collector {
    address: SocketAddr,
    /// The bodies of the requests, as they came.
    came: watch::Sender<Vec<Bytes>>,
}

/// A span that was exported.
#[derive(Debug)]
pub struct Exported {
    /// Of the service whose span it is.
    pub resource: BTreeMap<String, String>,
    pub attributes: BTreeMap<String, String>,
    pub span: Span,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let came = watch::Sender::new(Vec::new());
        let keep = came.clone();
        let take = async move |request: Request| {
            assert_eq!(request.headers()[CONTENT_TYPE], "application/x-protobuf");
            let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
            keep.send_modify(|came: &mut Vec<Bytes>| came.push(body));
        };
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(serve(listener, router, pending(), ServeOptions::default()));
        Self { address, came }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether this text stands anywhere in what was exported, be it in a field that nobody knows of.
    pub fn has_seen(&self, text: &str) -> bool {
        let came = self.came.borrow();
        came.iter().any(|body| body.windows(text.len()).any(|part| part == text.as_bytes()))
    }

    /// All that were exported so far.
    pub fn spans(&self) -> Vec<Exported> {
        let came = self.came.borrow();
        let requests = came.iter().map(|body| ExportTraceServiceRequest::decode(body.clone()).unwrap());
        requests.flat_map(|request| request.resource_spans).flat_map(spans_of).collect()
    }

    /// The only one of that name within a trace.
    pub fn span(&self, trace: &str, name: &str) -> Exported {
        let mut found = self.spans();
        found.retain(|exported| exported.trace() == trace && exported.span.name == name);
        assert_eq!(found.len(), 1, "{name} in {trace}: {:#?}", self.spans());
        found.remove(0)
    }
}

impl Exported {
    pub fn trace(&self) -> String {
        hex(&self.span.trace_id)
    }

    pub fn id(&self) -> String {
        hex(&self.span.span_id)
    }

    /// The id of the span that it is part of; nothing if it is the first.
    pub fn parent(&self) -> String {
        hex(&self.span.parent_span_id)
    }
}

fn spans_of(spans: ResourceSpans) -> Vec<Exported> {
    let resource = read(spans.resource.unwrap_or_default().attributes);
    let spans = spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
    spans
        .map(|span| Exported { resource: resource.clone(), attributes: read(span.attributes.clone()), span })
        .collect()
}

fn read(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let value = |attribute: KeyValue| text(attribute.value.and_then(|value| value.value).unwrap());
    attributes.into_iter().map(|attribute| (attribute.key.clone(), value(attribute))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

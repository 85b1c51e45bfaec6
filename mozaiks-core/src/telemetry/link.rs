//! Between a span and the `traceparent` that names it.

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The one header in which all of it is.
const TRACEPARENT: &str = "traceparent";

/// Makes a span that has not begun part of a trace. One that stands in a span of that trace is so already.
pub(crate) fn join(span: &Span, traceparent: &str) {
    if span.is_none() {
        return;
    }
    let here = Context::current();
    let there = TraceContextPropagator::new().extract_with_context(&here, &Came(traceparent));
    let trace = |context: &Context| context.span().span_context().trace_id();
    if trace(&here) != trace(&there) {
        // It fails where nobody exports the span, and then there is nothing to join.
        let _ = span.set_parent(there);
    }
}

/// The `traceparent` of a span, if it is exported.
pub(crate) fn traceparent_of(span: &Span) -> Option<String> {
    if span.is_none() { None } else { written(&span.context()) }
}

/// The `traceparent` of the span in which this is called, if it is exported.
pub(crate) fn current() -> Option<String> {
    written(&Context::current())
}

fn written(context: &Context) -> Option<String> {
    let mut leaves = Leaves(None);
    TraceContextPropagator::new().inject_context(context, &mut leaves);
    leaves.0
}

/// A `traceparent` that came.
struct Came<'t>(&'t str);

impl Extractor for Came<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// A `traceparent` that leaves.
struct Leaves(Option<String>);

impl Injector for Leaves {
    fn set(&mut self, key: &str, value: String) {
        if key == TRACEPARENT {
            self.0 = Some(value);
        }
    }
}

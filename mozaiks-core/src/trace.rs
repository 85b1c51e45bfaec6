//! The W3C trace that a span is part of. Without the feature `otel`, what came in is what is handed on.

use std::borrow::Cow;

use tracing::Span;

#[cfg(feature = "otel")]
use crate::telemetry::link;

/// The name of the span of an HTTP request.
#[cfg(any(feature = "axum", feature = "otel"))]
pub(crate) const REQUEST: &str = "request";

/// The target of that span.
#[cfg(any(feature = "axum", feature = "otel"))]
pub(crate) const REQUESTS: &str = "mozaiks_core::http::envelope";

/// The name of the span of a call: of an action, or of a handler of events.
pub(crate) const CALL: &str = "action";

/// What the target of the spans of every plugin's calls begins with.
pub(crate) const PLUGIN_TARGETS: &str = "mozaiks_plugins::";

/// Makes a span that nobody has entered yet part of a trace, if it is not by what it stands in.
pub(crate) fn join(span: &Span, traceparent: Option<&str>) {
    #[cfg(feature = "otel")]
    if let Some(traceparent) = traceparent {
        link::join(span, traceparent);
    }
    #[cfg(not(feature = "otel"))]
    let _ = (span, traceparent);
}

/// As [`join`]; and the `traceparent` to hand on from within the span: its own if it is exported, else what came in.
pub(crate) fn continued<'t>(span: &Span, traceparent: Option<&'t str>) -> Option<Cow<'t, str>> {
    join(span, traceparent);
    #[cfg(feature = "otel")]
    if let Some(own) = link::traceparent_of(span) {
        return Some(Cow::Owned(own));
    }
    traceparent.map(Cow::Borrowed)
}

/// The `traceparent` of the span in which this is called, if it is exported.
pub(crate) fn current() -> Option<String> {
    #[cfg(feature = "otel")]
    return link::current();
    #[cfg(not(feature = "otel"))]
    None
}

//! The lines that a host logs, kept for a test to read.

use std::collections::BTreeMap;
use std::fmt;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::journal::{Happening, Journal};

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// How bad it is.
    pub level: Level,
    /// Where it comes from: the module, or the target that the author gave.
    pub target: String,
    /// What it says.
    pub message: String,
    /// What else it says, by name.
    pub fields: BTreeMap<String, String>,
    /// The spans around it, the outermost first.
    pub spans: Vec<LogSpan>,
}

/// A span around a line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LogSpan {
    /// Where it comes from: `mozaiks_plugins::notes` for a call of a plugin.
    pub target: String,
    /// What it says, by name.
    pub fields: BTreeMap<String, String>,
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.level)?;
        for span in &self.spans {
            write!(f, "{}{:?}: ", span.target, span.fields)?;
        }
        write!(f, "{}: {}", self.target, self.message)?;
        for (name, value) in &self.fields {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

/// A subscriber that writes every line into a journal. Each host has its own, so that tests that run at the same
/// time do not see one another's.
pub(crate) fn capture(journal: Journal) -> Dispatch {
    Dispatch::new(tracing_subscriber::registry().with(Capture { journal }))
}

struct Capture {
    journal: Journal,
}

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        if let Some(span) = ctx.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.0.remove("message").unwrap_or_default();
        let spans = ctx.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
        let spans = spans.map(|span| LogSpan {
            target: span.metadata().target().to_owned(),
            fields: span.extensions().get::<Fields>().map(|fields| fields.0.clone()).unwrap_or_default(),
        });
        let line = LogLine {
            level: *event.metadata().level(),
            target: event.metadata().target().to_owned(),
            message,
            fields: fields.0,
            spans: spans.collect(),
        };
        self.journal.add(Happening::Log(line));
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        // The end of a call is told by its span: that is a line of its own.
        let Some(span) = ctx.span(&id) else { return };
        let target = span.metadata().target();
        if !target.starts_with("mozaiks_plugins::") {
            return;
        }
        let fields = span.extensions().get::<Fields>().map(|fields| fields.0.clone()).unwrap_or_default();
        let line = LogLine {
            level: *span.metadata().level(),
            target: target.to_owned(),
            message: "closed".to_owned(),
            fields,
            spans: Vec::new(),
        };
        self.journal.add(Happening::Log(line));
    }
}

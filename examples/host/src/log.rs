//! The log, which goes to standard error.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use tracing::Subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use crate::options::LogFormat;
use crate::traces::Traces;

/// Writes the log from now on. `RUST_LOG` says how much of it.
pub fn start(format: LogFormat, traces: &Traces) {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    match traces.layer() {
        None => registry().with(filter).with(lines(format)).init(),
        // What is exported does not depend on what is written.
        Some(traces) => registry().with(traces).with(lines(format).with_filter(filter)).init(),
    }
    if matches!(format, LogFormat::Json) {
        // What a panic says by itself are lines that are no JSON.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let text = panic.payload_as_str().unwrap_or_default();
            tracing::error!(place, text, "a thread panicked");
        }));
    }
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let log = fmt::layer().with_writer(io::stderr);
    // Nobody would read complaints about standard error there, and a host goes on without it.
    let log = log.log_internal_errors(false).with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.boxed(),
        LogFormat::Json => log.json().boxed(),
    }
}

/// Says in one line why the host did not start.
pub fn last_words(error: &(dyn Error + 'static)) {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some errors tell their cause's story themselves.
        if !line.contains(&text) {
            // Writing to a text does not fail.
            let _ = write!(line, ": {text}");
        }
        cause = error.source();
    }
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "host: {line}");
}

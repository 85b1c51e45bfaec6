//! Calls of actions: how many, how they ended, how long they took.

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, Registry};

use super::{Metrics, counters, times};
use crate::error::{Error, ErrorCode};
use crate::runtime::{Reply, Runtime};

/// What stands for every name that nothing has: who calls must not be able to make labels.
const UNKNOWN: &str = "unknown";

/// What stands for the codes of plugins' own.
const CUSTOM: &str = "CUSTOM";

/// The metrics of calls.
pub(in crate::http) struct Calls {
    requests: IntCounterVec,
    seconds: HistogramVec,
}

impl Calls {
    pub fn new(registry: &Registry) -> Self {
        let requests = "Calls of actions by how they ended: OK, or the code of the error";
        let seconds = "How long calls of actions took";
        Self {
            requests: counters(
                registry,
                "mozaiks_requests_total",
                requests,
                &["plugin", "action", "outcome"],
            ),
            seconds: times(registry, "mozaiks_request_seconds", seconds, &["plugin", "action"]),
        }
    }
}

/// The metrics of the actions of one runtime, found by number.
pub(in crate::http) struct CallMetrics {
    all: Metrics,
    plugins: Vec<(String, Vec<OfAction>)>,
}

/// The metrics of one action, found already.
struct OfAction {
    name: String,
    ok: IntCounter,
    seconds: Histogram,
}

impl CallMetrics {
    pub fn new(all: Metrics, runtime: &Runtime) -> Self {
        let calls = all.calls();
        let of_action = |plugin: &str, action: &str| OfAction {
            name: action.to_owned(),
            ok: calls.requests.with_label_values(&[plugin, action, "OK"]),
            seconds: calls.seconds.with_label_values(&[plugin, action]),
        };
        let plugins = runtime.action_names().into_iter();
        let plugins = plugins.map(|(plugin, actions)| {
            let actions = actions.into_iter().map(|action| of_action(plugin, action)).collect();
            (plugin.to_owned(), actions)
        });
        Self { plugins: plugins.collect(), all: all.clone() }
    }

    pub fn all(&self) -> &Metrics {
        &self.all
    }

    /// Counts a call that was made.
    pub fn count(&self, plugin: &str, reply: &Reply) {
        let known = reply.ran().and_then(|ran| {
            let (name, actions) = self.plugins.get(ran.plugin)?;
            Some((name, actions.get(ran.action)?, ran.took))
        });
        let Some((plugin, action, took)) = known else {
            if let Some(error) = reply.error() {
                self.count_refused(plugin, error);
            }
            return;
        };
        action.seconds.observe(took.as_secs_f64());
        match reply.error() {
            None => action.ok.inc(),
            Some(error) => self.count_error(plugin, &action.name, error),
        }
    }

    /// Counts a call that did not reach an action.
    pub fn count_refused(&self, plugin: &str, error: &Error) {
        let known = self.plugins.iter().any(|(name, _)| name == plugin);
        self.count_error(if known { plugin } else { UNKNOWN }, UNKNOWN, error);
    }

    fn count_error(&self, plugin: &str, action: &str, error: &Error) {
        let code = error.code();
        let outcome = match &code {
            ErrorCode::Custom(_) => CUSTOM,
            known => known.as_str(),
        };
        self.all.calls().requests.with_label_values(&[plugin, action, outcome]).inc();
    }
}

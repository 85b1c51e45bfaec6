//! Live connections: how many, and how many did not keep up.

use prometheus::{IntCounter, IntGauge, Registry};

use super::{gauge, register};
use crate::realtime::hub::HubStatistics;

/// The metrics of a hub.
pub(super) struct SocketMetrics {
    connections: IntGauge,
    delivered: IntCounter,
    overflowed: IntCounter,
}

impl SocketMetrics {
    pub fn new(registry: &Registry) -> Self {
        let counter = |name: &str, help: &str| register(registry, IntCounter::new(name, help));
        Self {
            connections: gauge(registry, "mozaiks_sockets", "Live connections"),
            delivered: counter(
                "mozaiks_pushes_total",
                "Messages that were queued, once for each live connection",
            ),
            overflowed: counter(
                "mozaiks_sockets_slow_total",
                "Live connections closed because they did not keep up",
            ),
        }
    }

    /// Makes the hub's figures these. One caller at a time.
    pub fn take_over(&self, statistics: HubStatistics) {
        self.connections.set(i64::try_from(statistics.connections).unwrap_or(i64::MAX));
        for (counter, count) in
            [(&self.delivered, statistics.delivered), (&self.overflowed, statistics.overflowed)]
        {
            counter.inc_by(count.saturating_sub(counter.get()));
        }
    }
}

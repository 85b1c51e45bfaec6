//! Events: how many of each topic, and how far behind their subscribers are.

use prometheus::{GaugeVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use super::{counters, gauge, register};
use crate::events::BusStatistics;

/// The metrics of a bus.
pub(super) struct EventMetrics {
    published: IntCounterVec,
    delivered: IntCounterVec,
    failed: IntCounterVec,
    retried: IntCounterVec,
    dead: IntCounterVec,
    pending: IntGaugeVec,
    lag: GaugeVec,
    dead_letters: IntGauge,
}

impl EventMetrics {
    pub fn new(registry: &Registry) -> Self {
        let by_topic = |name: &str, help: &str| counters(registry, name, help, &["topic"]);
        let pending = Opts::new("mozaiks_events_pending", "Events that wait for a subscriber");
        let lag = Opts::new(
            "mozaiks_events_lag_seconds",
            "How old the oldest event is that waits for a subscriber",
        );
        Self {
            published: by_topic("mozaiks_events_published_total", "Events that were published"),
            delivered: by_topic("mozaiks_events_delivered_total", "Events that a subscriber has handled"),
            failed: by_topic("mozaiks_events_failed_total", "Attempts to handle an event that failed"),
            retried: by_topic("mozaiks_events_retried_total", "Attempts that were made again"),
            dead: by_topic("mozaiks_events_dead_total", "Events that became dead letters"),
            pending: register(registry, IntGaugeVec::new(pending, &["subscriber"])),
            lag: register(registry, GaugeVec::new(lag, &["subscriber"])),
            dead_letters: gauge(registry, "mozaiks_dead_letters", "Dead letters that are kept"),
        }
    }

    /// Makes the bus's figures these. One caller at a time.
    pub fn take_over(&self, statistics: &BusStatistics) {
        for topic in &statistics.topics {
            let counts = [
                (&self.published, topic.published),
                (&self.delivered, topic.delivered),
                (&self.failed, topic.failed),
                (&self.retried, topic.retried),
                (&self.dead, topic.dead),
            ];
            for (counter, count) in counts {
                let counter = counter.with_label_values(&[topic.topic.as_str()]);
                counter.inc_by(count.saturating_sub(counter.get()));
            }
        }
        // Those who have unsubscribed are no subscribers any more.
        self.pending.reset();
        self.lag.reset();
        for subscriber in &statistics.subscribers {
            let label = [subscriber.subscriber.as_str()];
            self.pending.with_label_values(&label).set(i64::try_from(subscriber.pending).unwrap_or(i64::MAX));
            self.lag.with_label_values(&label).set(subscriber.lag.as_secs_f64());
        }
        self.dead_letters.set(i64::try_from(statistics.dead_letters).unwrap_or(i64::MAX));
    }
}

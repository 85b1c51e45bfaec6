//! Facts that plugins and hosts publish, and what carries them.

mod bus;
mod event;
mod local;
mod outbox;
mod payload;
mod topic;
mod traceparent;
mod typed;

pub use bus::{EventBus, EventBusError, EventHandler, Subscription};
pub use event::{Event, MAX_HOPS};
pub use local::{
    BusStatistics, DeadLetter, DeadLetterReason, DrainReport, LocalEventBus, LocalEventBusOptions, Retry,
    SubscriberStatistics, TopicStatistics,
};
pub use outbox::{Outbox, RecoveryReport};
pub(crate) use payload::{Called, Ended};
pub use topic::{InvalidTopic, Topic, TopicPattern};
#[cfg(feature = "axum")]
pub(crate) use traceparent::is_traceparent;
pub use typed::typed;

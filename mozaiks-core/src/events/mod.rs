//! Facts that plugins and hosts publish, and what carries them.

mod bus;
mod event;
mod topic;

pub use bus::{EventBus, EventBusError, EventHandler, Subscription};
#[cfg(feature = "axum")]
pub(crate) use event::is_traceparent;
pub use event::{Event, MAX_HOPS};
pub use topic::{InvalidTopic, Topic, TopicPattern};

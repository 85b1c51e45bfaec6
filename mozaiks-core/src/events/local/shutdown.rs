//! Coming to rest, and to an end.

use std::sync::Arc;
use std::time::Duration;

use super::LocalEventBus;
use super::inbox::Subscriber;
use crate::guard::within;

/// What was left when a bus was shut down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainReport {
    /// The subscribers that were not done in time, each with the number of events that it did not get or was still at.
    pub undelivered: Vec<(String, usize)>,
}

impl DrainReport {
    /// True if every subscriber has had every event.
    pub fn is_complete(&self) -> bool {
        self.undelivered.is_empty()
    }
}

impl LocalEventBus {
    /// Waits until no event waits for anybody, and none is being handled or tried again. A handler that never ends
    /// keeps this waiting until its deadline.
    pub async fn idle(&self) {
        self.shared.idle.until(|| self.is_idle()).await;
    }

    /// Nobody publishes meanwhile: what one hands on to another it is still at itself.
    fn is_idle(&self) -> bool {
        self.shared.index_mut().is_idle()
    }

    /// Delivers what waits, then takes nothing any more: publishing and subscribing are
    /// [`Unavailable`](crate::events::EventBusError::Unavailable) from then on.
    ///
    /// What handlers publish meanwhile is taken and delivered too. What is not done within `deadline` is dropped, the
    /// handlers at work included, and stands in the report; an outbox still has it.
    pub async fn shutdown(&self, deadline: Duration) -> DrainReport {
        let drain = async {
            loop {
                self.idle().await;
                // Nobody publishes while it is looked. Whoever did in between was before the end, and what its handlers
                // publish still is.
                let mut index = self.shared.index_mut();
                if index.is_idle() {
                    index.closed = true;
                    return;
                }
            }
        };
        // That it took too long shows in what is left.
        let _late = within(&*self.shared.clock, deadline, drain).await;
        let subscribers: Vec<Arc<Subscriber>> = {
            let mut index = self.shared.index_mut();
            index.closed = true;
            index.subscribers().to_vec()
        };
        let left = subscribers.iter().map(|subscriber| (subscriber.name.to_string(), subscriber.end()));
        let undelivered: Vec<_> = left.filter(|(_, events)| *events > 0).collect();
        self.shared.idle.tell();
        for (subscriber, events) in &undelivered {
            tracing::warn!(subscriber, events, "a subscriber was not done in time");
        }
        DrainReport { undelivered }
    }
}

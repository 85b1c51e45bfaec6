//! The last events of a topic.

use std::collections::VecDeque;

use crate::events::Event;

/// The most payload that is kept of one topic, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The last events of a topic: so many, and so many bytes, at most.
pub(super) struct History {
    events: VecDeque<Event>,
    bytes: usize,
    most: usize,
}

impl History {
    pub fn new(most: usize) -> Self {
        Self { events: VecDeque::new(), bytes: 0, most }
    }

    /// Keeps what was published, in place of the oldest.
    pub fn add(&mut self, events: &[Event]) {
        for event in events.iter().skip(events.len().saturating_sub(self.most)) {
            if self.events.len() == self.most {
                self.drop_oldest();
            }
            self.bytes += event.payload_size();
            self.events.push_back(event.clone());
            while self.bytes > MAX_BYTES {
                self.drop_oldest();
            }
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.events.pop_front() {
            self.bytes -= oldest.payload_size();
        }
    }

    /// The last `limit` of them, the newest first.
    pub fn last(&self, limit: usize) -> impl Iterator<Item = &Event> {
        self.events.iter().rev().take(limit)
    }
}

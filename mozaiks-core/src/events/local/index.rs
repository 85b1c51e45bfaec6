//! Who gets which topic, found once for each topic.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::history::History;
use super::inbox::Subscriber;
use super::statistics::Counts;
use crate::events::{Event, Topic};

/// The most topics that are known one by one; what is published under others shares statistics and history.
const MAX_TOPICS: usize = 10_000;

/// Who has subscribed, and who of them gets which topic.
pub(super) struct Index {
    /// Nothing is taken any more.
    pub closed: bool,
    subscribers: Vec<Arc<Subscriber>>,
    by_topic: FxHashMap<Topic, usize>,
    known: Vec<Known>,
    /// The events of each topic that are kept.
    history: usize,
}

struct Known {
    topic: Arc<TopicState>,
    subscribers: Vec<Arc<Subscriber>>,
}

/// What is kept of one topic.
pub(super) struct TopicState {
    pub number: u32,
    pub topic: Topic,
    pub counts: Counts,
    history: Mutex<History>,
}

impl TopicState {
    /// Notes that events were published.
    pub fn published(&self, events: &[Event]) {
        let mut history = self.history();
        // Counted under the lock, so that it need not be added at once.
        let before = self.counts.published.load(Ordering::Relaxed);
        self.counts.published.store(before + events.len() as u64, Ordering::Relaxed);
        history.add(events);
    }

    pub fn history(&self) -> std::sync::MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the events of one topic go.
pub(super) struct Route<'i> {
    pub topic: &'i TopicState,
    pub subscribers: Cow<'i, [Arc<Subscriber>]>,
}

impl Index {
    pub fn new(history: usize) -> Self {
        Self {
            closed: false,
            subscribers: Vec::new(),
            by_topic: FxHashMap::default(),
            known: Vec::new(),
            history,
        }
    }

    /// Where the events of a topic go; `None` if it has to be [learnt](Self::learn) first.
    pub fn route(&self, topic: &Topic) -> Option<Route<'_>> {
        if let Some(&number) = self.by_topic.get(topic) {
            let Known { topic, subscribers } = self.known.get(number)?;
            return Some(Route { topic, subscribers: Cow::Borrowed(subscribers) });
        }
        // The last one is for all that there is no room for.
        let last = self.known.get(MAX_TOPICS)?;
        Some(Route { topic: &last.topic, subscribers: Cow::Owned(self.subscribers_of(topic)) })
    }

    /// Finds out once who gets a topic.
    pub fn learn(&mut self, topic: &Topic) {
        if self.route(topic).is_some() {
            return;
        }
        let number = self.known.len();
        let history = Mutex::new(History::new(self.history));
        let counts = Counts::default();
        let state = TopicState {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            topic: topic.clone(),
            counts,
            history,
        };
        self.known.push(Known { topic: Arc::new(state), subscribers: self.subscribers_of(topic) });
        self.by_topic.insert(topic.clone(), number);
    }

    fn subscribers_of(&self, topic: &Topic) -> Vec<Arc<Subscriber>> {
        self.subscribers.iter().filter(|one| one.pattern.matches(topic)).map(Arc::clone).collect()
    }

    /// True if somebody gets the topic.
    pub fn is_wanted(&self, topic: &Topic) -> bool {
        match self.route(topic) {
            Some(route) => !route.subscribers.is_empty(),
            None => self.subscribers.iter().any(|one| one.pattern.matches(topic)),
        }
    }

    pub fn add(&mut self, subscriber: &Arc<Subscriber>) {
        self.subscribers.push(Arc::clone(subscriber));
        for known in self.known.iter_mut().filter(|known| subscriber.pattern.matches(&known.topic.topic)) {
            known.subscribers.push(Arc::clone(subscriber));
        }
    }

    pub fn remove(&mut self, subscriber: &Arc<Subscriber>) {
        let others = |other: &Arc<Subscriber>| !Arc::ptr_eq(other, subscriber);
        self.subscribers.retain(others);
        self.known.iter_mut().for_each(|known| known.subscribers.retain(others));
    }

    /// What is kept of a topic, by its number.
    pub fn topic(&self, number: u32) -> Option<&Arc<TopicState>> {
        self.known.get(number as usize).map(|known| &known.topic)
    }

    pub fn topics(&self) -> impl Iterator<Item = &Arc<TopicState>> {
        self.known.iter().map(|known| &known.topic)
    }

    /// True if no event waits for anybody.
    pub fn is_idle(&self) -> bool {
        self.subscribers().iter().all(|subscriber| subscriber.is_idle())
    }

    pub fn subscribers(&self) -> &[Arc<Subscriber>] {
        &self.subscribers
    }

    /// Whoever has subscribed under that name and gets the topic.
    pub fn find(&self, name: &str, topic: &Topic) -> Option<&Arc<Subscriber>> {
        self.subscribers.iter().find(|one| &*one.name == name && one.pattern.matches(topic))
    }
}

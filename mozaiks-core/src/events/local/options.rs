//! How much a bus keeps, and how often it tries.

use std::time::Duration;

/// How much a [`LocalEventBus`](super::LocalEventBus) keeps, and how often it tries.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LocalEventBusOptions {
    /// The most events that wait for one subscriber: 65,536, whatever their size. What comes on top becomes a dead
    /// letter of that subscriber; nobody else notices.
    pub queue: usize,
    /// The handlers of one subscriber that may be at work at once, each for another user: 64.
    pub concurrency: usize,
    /// How often an event is tried, and with what pauses.
    pub retry: Retry,
    /// How long one attempt may take: 100 s. It is to be more than three times the
    /// [deadline](crate::runtime::Limits::deadline) of the runtime, which allows that much to each of what a handler
    /// may do, what it may do it for, and what it sends; an attempt that the bus cuts off is made again in whole.
    pub deadline: Duration,
    /// The events of one topic that are kept after they were published: 100, and no more than 1 MiB of payload.
    pub history: usize,
    /// The most dead letters that are kept: 10,000. Whichever subscriber has most of them, by its name, loses its
    /// oldest, so that a flood of one's drives out none of the few that others have. Of what a handler said, 8 KiB are
    /// kept.
    pub dead_letters: usize,
}

impl Default for LocalEventBusOptions {
    fn default() -> Self {
        Self {
            queue: 65_536,
            concurrency: 64,
            retry: Retry::default(),
            deadline: Duration::from_secs(100),
            history: 100,
            dead_letters: 10_000,
        }
    }
}

impl LocalEventBusOptions {
    /// Sets the most events that wait for one subscriber.
    #[must_use]
    pub fn queue(mut self, events: usize) -> Self {
        self.queue = events;
        self
    }

    /// Sets how many handlers of one subscriber may be at work at once. It is one at least.
    #[must_use]
    pub fn concurrency(mut self, handlers: usize) -> Self {
        self.concurrency = handlers;
        self
    }

    /// Sets how often an event is tried, and with what pauses.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sets how long one attempt may take.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how many events of one topic are kept after they were published.
    #[must_use]
    pub fn history(mut self, events: usize) -> Self {
        self.history = events;
        self
    }

    /// Sets the most dead letters that are kept.
    #[must_use]
    pub fn dead_letters(mut self, letters: usize) -> Self {
        self.dead_letters = letters;
        self
    }
}

/// How often an event is tried, and with what pauses: each twice as long as the one before.
///
/// ```
/// use mozaiks_core::events::Retry;
/// use std::time::Duration;
///
/// let retry = Retry::default().without_jitter();
/// let pauses: Vec<_> = (1..retry.attempts).map(|failures| retry.pause(failures).as_millis()).collect();
/// assert_eq!(pauses, [100, 200, 400, 800]);
/// let pause = Retry::default().pause(2);
/// assert!(Duration::from_millis(100) <= pause && pause <= Duration::from_millis(200));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// How often an event is tried before it becomes a dead letter: 5 times. It is once at least.
    pub attempts: u32,
    /// The pause after the first failure: 100 ms.
    pub first: Duration,
    /// The longest pause: 30 s.
    pub longest: Duration,
    /// Whether a pause is anything from half of its length to the whole, so that those who failed together do not come
    /// back together: yes.
    pub jitter: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(30),
            jitter: true,
        }
    }
}

impl Retry {
    /// Tries each event so often.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the first and the longest pause.
    #[must_use]
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        (self.first, self.longest) = (first, longest);
        self
    }

    /// Makes each pause exactly as long as it is.
    #[must_use]
    pub fn without_jitter(mut self) -> Self {
        self.jitter = false;
        self
    }

    /// How long to wait after so many failures.
    pub fn pause(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let pause = self.first.saturating_mul(doubled).min(self.longest);
        if self.jitter { pause.mul_f64(rand::random_range(0.5..=1.0)) } else { pause }
    }
}

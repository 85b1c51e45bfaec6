//! Being told when every subscriber is done with an event: what an outbox needs to know.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::letter::DeadLetter;

/// Who wants to know what became of events, which have a number of its own.
pub(crate) trait Completion: Send + Sync + 'static {
    /// Every subscriber has handled the event.
    fn handled(&self, number: u64);

    /// Every subscriber has handled the event, or it is among these dead letters of theirs.
    fn buried(&self, number: u64, letters: Vec<Arc<DeadLetter>>);
}

/// One event on its way to several subscribers. One that goes to none is handled at once.
pub(super) struct Tracker {
    number: u64,
    /// Subscribers that have neither handled nor buried it.
    pending: AtomicUsize,
    letters: Mutex<Vec<Arc<DeadLetter>>>,
    completion: Arc<dyn Completion>,
}

impl Tracker {
    pub fn new(number: u64, pending: usize, completion: Arc<dyn Completion>) -> Arc<Self> {
        Arc::new(Self { number, pending: AtomicUsize::new(pending), letters: Mutex::default(), completion })
    }

    /// A subscriber has handled it.
    pub fn done(&self) {
        if self.pending.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let letters = self.letters().clone();
        if letters.is_empty() {
            self.completion.handled(self.number);
        } else {
            self.completion.buried(self.number, letters);
        }
    }

    /// A subscriber has it among its dead letters.
    pub fn bury(&self, letter: Arc<DeadLetter>) {
        self.letters().push(letter);
        self.done();
    }

    /// A dead letter is on its way to its subscriber again.
    pub fn unbury(&self, letter: &DeadLetter) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        self.letters().retain(|other| other.id != letter.id);
    }

    /// As dead letters that are known from before: nobody else has to handle it.
    pub fn of_letters(
        number: u64,
        letters: &[Arc<DeadLetter>],
        completion: Arc<dyn Completion>,
    ) -> Arc<Self> {
        let tracker = Self::new(number, 0, completion);
        tracker.letters().extend(letters.iter().map(Arc::clone));
        tracker
    }

    fn letters(&self) -> std::sync::MutexGuard<'_, Vec<Arc<DeadLetter>>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Being told when every subscriber is done with an event: what an outbox needs to know.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    state: Mutex<State>,
    completion: Arc<dyn Completion>,
}

/// How far it is. Behind one lock, held while the completion is told: a letter that is taken up again between its last
/// subscriber's end and that would have its event count as handled.
#[derive(Default)]
struct State {
    /// Subscribers that have neither handled nor buried it.
    pending: usize,
    letters: Vec<Arc<DeadLetter>>,
}

impl Tracker {
    pub fn new(number: u64, pending: usize, completion: Arc<dyn Completion>) -> Arc<Self> {
        Self::with(number, State { pending, letters: Vec::new() }, completion)
    }

    /// A subscriber has handled it.
    pub fn done(&self) {
        self.end_of_one(self.state());
    }

    /// A subscriber has it among its dead letters.
    pub fn bury(&self, letter: Arc<DeadLetter>) {
        let mut state = self.state();
        state.letters.push(letter);
        self.end_of_one(state);
    }

    fn end_of_one(&self, mut state: MutexGuard<'_, State>) {
        state.pending = state.pending.saturating_sub(1);
        if state.pending > 0 {
            return;
        }
        if state.letters.is_empty() {
            self.completion.handled(self.number);
        } else {
            self.completion.buried(self.number, state.letters.clone());
        }
    }

    /// A dead letter is on its way to its subscriber again.
    pub fn unbury(&self, letter: &DeadLetter) {
        let mut state = self.state();
        state.pending += 1;
        state.letters.retain(|other| other.id != letter.id);
    }

    /// A dead letter is nobody's any more.
    pub fn forget(&self, letter: &DeadLetter) {
        self.unbury(letter);
        self.done();
    }

    /// As dead letters that are known from before: nobody else has to handle it.
    pub fn of_letters(
        number: u64,
        letters: Vec<Arc<DeadLetter>>,
        completion: Arc<dyn Completion>,
    ) -> Arc<Self> {
        Self::with(number, State { pending: 0, letters }, completion)
    }

    fn with(number: u64, state: State, completion: Arc<dyn Completion>) -> Arc<Self> {
        Arc::new(Self { number, state: Mutex::new(state), completion })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

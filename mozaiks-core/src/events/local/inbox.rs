//! What waits for one subscriber: a bounded queue, and what its worker has taken from it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Waker};

use tokio::task::AbortHandle;

use super::buried::Burial;
use super::lanes::Lanes;
use super::letter::DeadLetterReason;
use super::tracked::Tracker;
use crate::datetime::DateTime;
use crate::events::{Event, EventHandler, TopicPattern};

/// How many events an empty queue keeps room for.
const MUCH: usize = 1024;

/// An event on its way to one subscriber.
#[derive(Clone)]
pub(super) struct Delivery {
    pub event: Event,
    /// The number of its topic.
    pub topic: u32,
    pub tracker: Option<Arc<Tracker>>,
}

/// Where events come from, which says how much room there is for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// They are new: as many may wait as the queue holds.
    Publisher,
    /// A process that has ended took them: as many again, beside what is new. Its subscribers are handed all that any
    /// of them had left, and the prompt must not refuse new events because one had left many.
    Before,
}

/// Whoever has subscribed.
pub(super) struct Subscriber {
    pub name: Arc<str>,
    pub pattern: TopicPattern,
    pub handler: Arc<dyn EventHandler>,
    /// The most events that wait for it.
    capacity: usize,
    inbox: Mutex<Inbox>,
    worker: Mutex<Option<AbortHandle>>,
    /// Why an event is a dead letter that found no room, once one has.
    refusal: OnceLock<Arc<Burial>>,
}

#[derive(Default)]
struct Inbox {
    queue: VecDeque<Delivery>,
    /// How many events the worker has in hand, which it took last, and the first of them.
    in_hand: usize,
    first_in_hand: Option<Waiting>,
    /// Events that the worker has put aside: their handler waits, they are tried again, or stand behind such a one.
    aside: Lanes,
    /// Of a worker that has nothing to do.
    waker: Option<Waker>,
    /// How many events found no room, in all.
    refused: u64,
    /// Whether the last one that came found none.
    full: bool,
    /// The most of what waits that comes from a process before.
    from_before: usize,
    ended: bool,
}

/// What statistics need to know of an event that waits.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    pub topic: u32,
    pub time: DateTime,
}

impl From<&Delivery> for Waiting {
    fn from(delivery: &Delivery) -> Self {
        Self { topic: delivery.topic, time: delivery.event.time() }
    }
}

impl Inbox {
    fn len(&self) -> usize {
        self.queue.len() + self.in_hand + self.aside.events()
    }

    /// Puts events where they have to wait: in the queue; or, where all that came before has been begun or lined up,
    /// behind the one of their user that is put aside. There they are no work for the worker until that one is done.
    fn put(&mut self, deliveries: impl Iterator<Item = Delivery>) {
        let Self { queue, aside, in_hand, .. } = self;
        if *in_hand > 0 || aside.is_empty() {
            queue.extend(deliveries);
            return;
        }
        for delivery in deliveries {
            let lined_up = if queue.is_empty() { aside.line_up(delivery) } else { Err(delivery) };
            queue.extend(lined_up.err());
        }
    }
}

/// What became of events that were given to a subscriber.
#[derive(Default)]
pub(super) struct Taken {
    /// How many of them, from the first, were taken.
    pub count: usize,
    /// Whom to wake for them.
    pub waker: Option<Waker>,
    /// True where they are the first to find no room.
    pub fills: bool,
}

impl Subscriber {
    pub fn new(
        name: &str,
        pattern: TopicPattern,
        handler: Arc<dyn EventHandler>,
        capacity: usize,
    ) -> Arc<Self> {
        let (inbox, worker, refusal) = Default::default();
        Arc::new(Self { name: name.into(), pattern, handler, capacity, inbox, worker, refusal })
    }

    /// Queues events as far as there is room.
    pub fn take(&self, deliveries: impl ExactSizeIterator<Item = Delivery>, from: Source) -> Taken {
        let mut inbox = self.inbox();
        if inbox.ended {
            // What comes when it has just ended is nobody's.
            return Taken { count: deliveries.len(), ..Taken::default() };
        }
        let (given, waiting) = (deliveries.len(), inbox.len());
        inbox.from_before = inbox.from_before.min(waiting);
        let beside = match from {
            Source::Publisher => inbox.from_before,
            Source::Before => self.capacity,
        };
        let count = given.min(self.capacity.saturating_add(beside).saturating_sub(waiting));
        if from == Source::Before {
            inbox.from_before = (inbox.from_before + count).min(self.capacity);
        }
        inbox.put(deliveries.take(count));
        let fills = count < given && !inbox.full;
        if count < given {
            inbox.full = true;
            inbox.refused += (given - count) as u64;
        }
        // What stands behind an event that is put aside is nothing to begin with.
        let waker = if inbox.queue.is_empty() { None } else { inbox.waker.take() };
        Taken { count, waker, fills }
    }

    /// Moves up to `most` events into the worker's hands, which are empty. Where there are none, the worker is woken
    /// by the next that comes.
    pub fn hand_over(&self, into: &mut VecDeque<Delivery>, most: usize, cx: &Context<'_>) -> Handed {
        let mut inbox = self.inbox();
        inbox.in_hand = inbox.queue.len().min(most);
        inbox.first_in_hand = inbox.queue.front().map(Waiting::from);
        if inbox.in_hand == 0 {
            inbox.full = false;
            // After a rush, its memory is for others.
            inbox.queue.shrink_to(MUCH);
            inbox.waker = Some(cx.waker().clone());
            return if inbox.aside.is_empty() { Handed::NothingLeft } else { Handed::Nothing };
        }
        let count = inbox.in_hand;
        into.extend(inbox.queue.drain(..count));
        Handed::Some
    }

    /// Puts back what the worker has no use for now.
    pub fn give_back(&self, from: &mut VecDeque<Delivery>) {
        let mut inbox = self.inbox();
        for delivery in from.drain(..).rev() {
            inbox.queue.push_front(delivery);
        }
        (inbox.in_hand, inbox.first_in_hand) = (0, None);
    }

    /// Notes that the worker puts an event aside that it had in hand.
    pub fn put_aside(&self, delivery: &Delivery) {
        let mut inbox = self.inbox();
        inbox.in_hand = inbox.in_hand.saturating_sub(1);
        inbox.aside.open(delivery);
    }

    /// Puts an event that the worker has in hand behind the one of its user that is put aside; or gives it back, if
    /// none is. Once it has ended nobody can tell any more, and the event is nobody's.
    pub fn line_up(&self, delivery: Delivery) -> Result<(), Delivery> {
        let mut inbox = self.inbox();
        if inbox.ended {
            drop(inbox);
            drop(delivery);
            return Ok(());
        }
        inbox.aside.line_up(delivery)?;
        inbox.in_hand = inbox.in_hand.saturating_sub(1);
        Ok(())
    }

    /// Notes that the worker is done with an event that it had put aside; gives the next of that user, which is put
    /// aside in its place.
    pub fn next_aside(&self, done: &Event) -> Option<Delivery> {
        self.inbox().aside.next(done)
    }

    /// True if no event waits for it, or is in the worker's hands.
    pub fn is_idle(&self) -> bool {
        self.inbox().len() == 0
    }

    /// Shows everything that waits, and tells how many events found no room so far.
    pub fn look(&self, mut show: impl FnMut(Waiting, u64)) -> u64 {
        let inbox = self.inbox();
        if let Some(first) = inbox.first_in_hand.filter(|_| inbox.in_hand > 0) {
            show(first, inbox.in_hand as u64);
        }
        for waiting in inbox.aside.waiting().chain(inbox.queue.iter().map(Waiting::from)) {
            show(waiting, 1);
        }
        inbox.refused
    }

    /// Why an event that finds no room is a dead letter.
    pub fn refusal(self: &Arc<Self>) -> &Arc<Burial> {
        self.refusal.get_or_init(|| {
            let text = format!("{} events waited for the subscriber", self.capacity);
            Burial::new(self, DeadLetterReason::QueueFull, text, 0)
        })
    }

    /// Says which task serves it.
    pub fn served_by(&self, task: AbortHandle) {
        *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Ends it. What waits for it is dropped; gives how much that is.
    pub fn end(&self) -> usize {
        let mut inbox = self.inbox();
        let left = inbox.len();
        inbox.ended = true;
        let aside = std::mem::take(&mut inbox.aside);
        let dropped = (std::mem::take(&mut inbox.queue), aside, inbox.waker.take());
        (inbox.in_hand, inbox.first_in_hand) = (0, None);
        drop(inbox);
        drop(dropped);
        if let Some(task) = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
        left
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a worker was given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handed {
    Some,
    Nothing,
    /// Nothing, and nothing is put aside either.
    NothingLeft,
}

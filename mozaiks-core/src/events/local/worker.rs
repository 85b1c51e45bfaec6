//! What gives one subscriber its events: in order for each user, and for several users at once.
//!
//! An event whose handler is done at once costs neither a task nor an allocation. One that waits, or has to be tried
//! again, is put aside in a lane of its user's; the events of that user that come then line up behind it, and those of
//! others pass.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use super::attempt::{Begun, Failure, begin, finish};
use super::buried::Burial;
use super::inbox::{Delivery, Handed, Subscriber};
use super::index::TopicState;
use super::shared::Shared;
use super::statistics::Tally;
use crate::events::MAX_HOPS;
use crate::log::OneLine;

/// How many events a worker takes from the queue in one go.
const HANDFUL: usize = 64;
/// How many attempts a worker makes before it lets other tasks run.
const TURN: usize = 256;

/// Gives a subscriber its events, for ever.
pub(super) async fn serve(shared: Arc<Shared>, subscriber: Arc<Subscriber>) {
    let mut worker = Worker {
        shared: &shared,
        subscriber: &subscriber,
        hand: VecDeque::with_capacity(HANDFUL),
        lanes: 0,
        due: VecDeque::new(),
        at_work: 0,
        waiting: FuturesUnordered::new(),
        tally: Tally::default(),
        topic: None,
        turn: 0,
    };
    poll_fn(|cx| worker.poll(cx)).await;
}

struct Worker<'w> {
    shared: &'w Arc<Shared>,
    subscriber: &'w Arc<Subscriber>,
    /// Taken from the queue, and not yet begun.
    hand: VecDeque<Delivery>,
    /// How many users have an event put aside.
    lanes: usize,
    /// Put aside, and to be begun as soon as there is room.
    due: VecDeque<Run>,
    /// How many handlers wait for something.
    at_work: usize,
    waiting: FuturesUnordered<BoxFuture<'w, (Run, Step)>>,
    /// What was counted of `topic` and not yet added.
    tally: Tally,
    topic: Option<Arc<TopicState>>,
    /// Attempts in this turn.
    turn: usize,
}

/// An event at the head of its lane.
struct Run {
    delivery: Delivery,
    failures: u32,
}

enum Step {
    Ended(Result<(), Failure>),
    Rested,
}

/// What an attempt came to.
enum Verdict {
    Over,
    Again,
}

impl<'w> Worker<'w> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.turn = 0;
        loop {
            self.hear(cx);
            self.begin_due(cx);
            self.begin_in_hand(cx);
            if self.turn >= TURN {
                self.rest();
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.is_full() {
                // Whoever is done makes room.
                if !self.hear(cx) {
                    self.rest();
                    return Poll::Pending;
                }
                continue;
            }
            match self.subscriber.hand_over(&mut self.hand, HANDFUL, cx) {
                Handed::Some => {}
                Handed::Nothing => {
                    // A handler that went to wait just now has not been told whom to wake; and an event that came while
                    // the one before it failed for good is due.
                    if !self.hear(cx) && self.due.is_empty() {
                        self.rest();
                        return Poll::Pending;
                    }
                }
                Handed::NothingLeft => {
                    self.add_up();
                    self.shared.idle.tell();
                    return Poll::Pending;
                }
            }
        }
    }

    /// Before it lets others run: adds up what it counted, and puts back what it has not begun.
    fn rest(&mut self) {
        self.add_up();
        self.subscriber.give_back(&mut self.hand);
    }

    fn is_full(&self) -> bool {
        self.at_work >= self.shared.options.concurrency.max(1)
    }

    /// Hears of handlers and pauses that have ended; `false` if none has.
    fn hear(&mut self, cx: &mut Context<'_>) -> bool {
        let mut any = false;
        // To ask nobody costs as much as to ask somebody.
        while !self.waiting.is_empty()
            && let Poll::Ready(Some((run, step))) = self.waiting.poll_next_unpin(cx)
        {
            any = true;
            match step {
                Step::Rested => self.due.push_back(run),
                Step::Ended(outcome) => {
                    self.at_work -= 1;
                    self.ended(run, outcome);
                }
            }
        }
        any
    }

    fn begin_due(&mut self, cx: &mut Context<'_>) {
        while self.turn < TURN && !self.is_full() {
            let Some(run) = self.due.pop_front() else { return };
            self.turn += 1;
            match begin(&*self.subscriber.handler, run.delivery.event.clone(), cx) {
                Begun::Ended(outcome) => self.ended(run, outcome),
                Begun::Waits(future) => self.wait_for(run, future),
            }
        }
    }

    fn begin_in_hand(&mut self, cx: &mut Context<'_>) {
        while self.turn < TURN && !self.is_full() {
            let Some(mut delivery) = self.hand.pop_front() else { return };
            if self.lanes > 0 {
                match self.subscriber.line_up(delivery) {
                    Ok(()) => continue,
                    Err(back) => delivery = back,
                }
            }
            self.turn += 1;
            match begin(&*self.subscriber.handler, delivery.event.clone(), cx) {
                Begun::Ended(Ok(())) => self.delivered(&delivery),
                Begun::Ended(Err(failure)) => {
                    let run = self.put_aside(delivery);
                    self.ended(run, Err(failure));
                }
                Begun::Waits(future) => {
                    let run = self.put_aside(delivery);
                    self.wait_for(run, future);
                }
            }
        }
    }

    /// Opens a lane for the user of an event.
    fn put_aside(&mut self, delivery: Delivery) -> Run {
        self.lanes += 1;
        self.subscriber.put_aside(&delivery);
        Run { delivery, failures: 0 }
    }

    fn wait_for(&mut self, run: Run, future: BoxFuture<'w, crate::Result<()>>) {
        self.at_work += 1;
        let (clock, deadline) = (&*self.shared.clock, self.shared.options.deadline);
        self.waiting.push(Box::pin(async move {
            let outcome = finish(future, clock, deadline).await;
            (run, Step::Ended(outcome))
        }));
    }

    /// What follows from an attempt at an event that is put aside.
    fn ended(&mut self, mut run: Run, outcome: Result<(), Failure>) {
        let verdict = match outcome {
            Ok(()) => {
                self.delivered(&run.delivery);
                Verdict::Over
            }
            Err(failure) => self.failed(&mut run, failure),
        };
        match verdict {
            Verdict::Again => {
                let pause = self.shared.clock.sleep(self.shared.options.retry.pause(run.failures));
                self.waiting.push(Box::pin(async move {
                    pause.await;
                    (run, Step::Rested)
                }));
            }
            Verdict::Over => match self.subscriber.next_aside(&run.delivery.event) {
                Some(delivery) => self.due.push_back(Run { delivery, failures: 0 }),
                None => self.lanes = self.lanes.saturating_sub(1),
            },
        }
    }

    fn delivered(&mut self, delivery: &Delivery) {
        self.tally(delivery.topic).delivered += 1;
        if let Some(tracker) = &delivery.tracker {
            tracker.done();
        }
    }

    fn failed(&mut self, run: &mut Run, failure: Failure) -> Verdict {
        run.failures += 1;
        let (event, failures) = (&run.delivery.event, run.failures);
        let Failure { reason, text } = failure;
        // What is taken for a loop is not helped by another attempt.
        let again = failures < self.shared.options.retry.attempts && event.hops() < MAX_HOPS;
        let (subscriber, topic) = (&*self.subscriber.name, event.topic().as_str());
        let event_id = event.id().to_hex();
        if again {
            tracing::warn!(subscriber, topic, event_id, failures, %reason, error = %OneLine(&text), "an event is tried again");
        } else {
            tracing::error!(subscriber, topic, event_id, failures, %reason, error = %OneLine(&text), "an event is a dead letter");
        }
        let tally = self.tally(run.delivery.topic);
        tally.failed += 1;
        if again {
            tally.retried += 1;
            return Verdict::Again;
        }
        tally.dead += 1;
        self.shared.bury(run.delivery.clone(), Burial::new(self.subscriber, reason, text, failures));
        Verdict::Over
    }

    /// Where to count what becomes of events of a topic.
    fn tally(&mut self, topic: u32) -> &mut Tally {
        if self.topic.as_ref().is_none_or(|counted| counted.number != topic) {
            self.add_up();
            self.topic = self.shared.topic(topic);
        }
        &mut self.tally
    }

    fn add_up(&mut self) {
        let tally = std::mem::take(&mut self.tally);
        if let Some(topic) = &self.topic {
            topic.counts.add(tally);
        }
    }
}

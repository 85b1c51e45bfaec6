//! What becomes of events that a subscriber could not handle: they are kept, delivered again, forgotten.

use std::sync::Arc;

use bson::oid::ObjectId;

use super::buried::{Burial, Buried};
use super::inbox::{Delivery, Source};
use super::letter::DeadLetter;
use super::shared::Shared;
use super::tracked::{Completion, Tracker};

impl Shared {
    /// Keeps an event that a subscriber could not handle.
    pub fn bury(&self, delivery: Delivery, burial: Arc<Burial>) {
        let buried = Buried::new(self.clock.now(), delivery, burial);
        // Before it is kept: it may have to make room at once.
        if let Some(tracker) = &buried.tracker {
            tracker.bury(self.letter(&buried));
        }
        self.keep(buried);
    }

    fn letter(&self, buried: &Buried) -> Arc<DeadLetter> {
        Arc::clone(buried.letter(&*self.clock))
    }

    /// Keeps a dead letter, in place of another if need be.
    pub fn keep(&self, buried: Buried) {
        let mut dead = self.dead();
        let Some(oldest) = dead.add(buried) else { return };
        let dropped = dead.dropped();
        drop(dead);
        // An outbox must not keep what nobody can list, replay or discard.
        if let Some(tracker) = &oldest.tracker {
            tracker.forget(&self.letter(&oldest));
        }
        // A flood of them must not be one of the log too.
        if dropped.is_power_of_two() {
            let (subscriber, event) = (&*oldest.burial.name, &oldest.event);
            let (topic, event_id) = (event.topic().as_str(), event.id().to_hex());
            tracing::error!(
                subscriber,
                topic,
                event_id,
                dropped,
                "dead letters make room for others, and are gone"
            );
        }
    }

    /// Sends a dead letter to its subscriber again; `false` if there is none, or its queue is full.
    pub fn replay(&self, id: ObjectId) -> bool {
        let Some(buried) = self.dead().take(id) else { return false };
        let delivered = self.deliver_again(&buried).is_some();
        if !delivered {
            self.keep(buried);
        }
        delivered
    }

    fn deliver_again(&self, buried: &Buried) -> Option<()> {
        let Buried { event, burial, tracker, .. } = buried;
        let topic = event.topic();
        let mut index = self.index();
        if index.closed {
            return None;
        }
        if index.route(topic).is_none() {
            drop(index);
            self.index_mut().learn(topic);
            index = self.index();
        }
        let number = index.route(topic)?.topic.number;
        let own = burial.subscriber.upgrade();
        let own = own.as_ref().filter(|own| index.subscribers().iter().any(|one| Arc::ptr_eq(one, own)));
        let subscriber = own.or_else(|| index.find(&burial.name, topic))?;
        if let Some(tracker) = tracker {
            tracker.unbury(&self.letter(buried));
        }
        let delivery = Delivery { event: event.clone(), topic: number, tracker: tracker.clone() };
        let taken = subscriber.take(std::iter::once(delivery), Source::Publisher);
        if taken.count == 0 {
            if let Some(tracker) = tracker {
                tracker.bury(self.letter(buried));
            }
            return None;
        }
        drop(index);
        if let Some(waker) = taken.waker {
            waker.wake();
        }
        Some(())
    }

    /// Forgets a dead letter; `false` if there is none of that id.
    pub fn discard(&self, id: ObjectId) -> bool {
        let Some(buried) = self.dead().take(id) else { return false };
        if let Some(tracker) = &buried.tracker {
            tracker.forget(&self.letter(&buried));
        }
        true
    }

    /// Takes over the dead letters that an event left before, which has this number with the completion.
    pub fn restore(&self, number: u64, letters: Vec<Arc<DeadLetter>>, completion: &Arc<dyn Completion>) {
        let tracker = Tracker::of_letters(number, letters.clone(), Arc::clone(completion));
        for letter in letters {
            self.keep(Buried::restored(letter, &tracker));
        }
    }
}

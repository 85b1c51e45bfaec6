//! The users of whom one subscriber has an event put aside, because its handler waits or it is tried again: those that
//! come after it line up behind it.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};
use std::hash::{Hash, Hasher};

use ahash::RandomState;

use super::inbox::{Delivery, Waiting};
use crate::events::Event;

/// A lane for each user of whom an event is put aside.
#[derive(Default)]
pub(super) struct Lanes {
    // Users who choose their ids cannot have them meet in it, and the publisher waits for no slower hash.
    lanes: HashMap<OfUser, Lane, RandomState>,
    events: usize,
}

/// The event that was put aside, which the worker has, and those that came after it.
struct Lane {
    head: Waiting,
    behind: VecDeque<Delivery>,
}

impl Lane {
    fn waiting(&self) -> impl Iterator<Item = Waiting> {
        std::iter::once(self.head).chain(self.behind.iter().map(Waiting::from))
    }
}

/// Whose events keep their order. What no user caused is in order for the app.
struct OfUser(Event);

/// What one is looked up by: an event of theirs, which it takes no clone of. Others count its clones at the same time.
trait Caused {
    fn event(&self) -> &Event;

    fn by(&self) -> (&str, Option<&str>) {
        (self.event().app_id(), self.event().user_id().map(|user| &**user))
    }
}

impl Caused for OfUser {
    fn event(&self) -> &Event {
        &self.0
    }
}

impl Caused for Event {
    fn event(&self) -> &Event {
        self
    }
}

impl<'e> Borrow<dyn Caused + 'e> for OfUser {
    fn borrow(&self) -> &(dyn Caused + 'e) {
        self
    }
}

impl Hash for dyn Caused + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.by().hash(state);
    }
}

impl PartialEq for dyn Caused + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.by() == other.by()
    }
}

impl Eq for dyn Caused + '_ {}

impl Hash for OfUser {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.by().hash(state);
    }
}

impl PartialEq for OfUser {
    fn eq(&self, other: &Self) -> bool {
        self.by() == other.by()
    }
}

impl Eq for OfUser {}

impl Lanes {
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// How many events are put aside, or behind one that is.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Opens a lane for the user of an event that is put aside.
    pub fn open(&mut self, delivery: &Delivery) {
        let head = delivery.into();
        match self.lanes.entry(OfUser(delivery.event.clone())) {
            // Whoever stands behind the one before stands behind this one.
            Entry::Occupied(mut lane) => lane.get_mut().head = head,
            Entry::Vacant(place) => {
                self.events += 1;
                place.insert(Lane { head, behind: VecDeque::new() });
            }
        }
    }

    /// Puts an event behind those of its user; or gives it back, if none of them is put aside.
    pub fn line_up(&mut self, delivery: Delivery) -> Result<(), Delivery> {
        if self.lanes.is_empty() {
            return Err(delivery);
        }
        match self.lanes.get_mut(&delivery.event as &dyn Caused) {
            Some(lane) => {
                self.events += 1;
                lane.behind.push_back(delivery);
                Ok(())
            }
            None => Err(delivery),
        }
    }

    /// The worker is done with the event of that user that was put aside: the next one is now. There is none behind the
    /// last.
    pub fn next(&mut self, done: &Event) -> Option<Delivery> {
        let user = done as &dyn Caused;
        let lane = self.lanes.get_mut(user)?;
        self.events -= 1;
        match lane.behind.pop_front() {
            Some(next) => {
                lane.head = (&next).into();
                Some(next)
            }
            None => {
                self.lanes.remove(user);
                None
            }
        }
    }

    /// All that is put aside, or behind what is.
    pub fn waiting(&self) -> impl Iterator<Item = Waiting> {
        self.lanes.values().flat_map(Lane::waiting)
    }
}

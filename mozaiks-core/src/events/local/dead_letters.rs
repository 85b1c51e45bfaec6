//! The dead letters of a bus, within bounds: whoever has most of them makes room.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;

use bson::oid::ObjectId;
use rustc_hash::FxHashMap;

use super::buried::Buried;
use super::letter::DeadLetter;
use crate::clock::Clock;

/// The dead letters of a bus. A flood of one subscriber's drives out none of the few that others have.
pub(super) struct DeadLetters {
    /// Of each subscriber, by its name, the oldest first. None of them is empty.
    by_subscriber: FxHashMap<Arc<str>, VecDeque<Numbered>>,
    kept: usize,
    most: usize,
    /// How many there have been.
    added: u64,
    dropped: u64,
}

/// A dead letter, and how many there were before it.
struct Numbered(u64, Buried);

impl DeadLetters {
    pub fn new(most: usize) -> Self {
        Self { by_subscriber: FxHashMap::default(), kept: 0, most, added: 0, dropped: 0 }
    }

    /// Keeps one more; gives the one that made room: the oldest of the subscriber that has most.
    pub fn add(&mut self, buried: Buried) -> Option<Buried> {
        let numbered = Numbered(self.added, buried);
        self.added += 1;
        self.kept += 1;
        let own = self.by_subscriber.entry(Arc::clone(&numbered.1.burial.name)).or_default();
        own.push_back(numbered);
        if self.kept <= self.most {
            return None;
        }
        self.dropped += 1;
        // In a flood it is most often the one whose letter came now.
        let fullest = if own.len() > self.kept / 2 { Some(own) } else { self.fullest() };
        let Numbered(_, oldest) = fullest?.pop_front()?;
        self.removed(&oldest);
        Some(oldest)
    }

    /// The letters of the subscriber that has most; of several, of the one whose are the oldest.
    fn fullest(&mut self) -> Option<&mut VecDeque<Numbered>> {
        self.by_subscriber.values_mut().max_by_key(|letters| {
            let oldest = letters.front().map(|Numbered(number, _)| *number);
            (letters.len(), Reverse(oldest))
        })
    }

    pub fn take(&mut self, id: ObjectId) -> Option<Buried> {
        let Numbered(_, buried) = self.by_subscriber.values_mut().find_map(|letters| {
            let at = letters.iter().position(|Numbered(_, buried)| buried.has_id(id))?;
            letters.remove(at)
        })?;
        self.removed(&buried);
        Some(buried)
    }

    /// Notes that one was taken out.
    fn removed(&mut self, buried: &Buried) {
        self.kept -= 1;
        let name = &*buried.burial.name;
        if self.by_subscriber.get(name).is_some_and(VecDeque::is_empty) {
            self.by_subscriber.remove(name);
        }
    }

    /// All of them, the oldest first.
    pub fn all(&self, clock: &dyn Clock) -> Vec<Arc<DeadLetter>> {
        let mut letters: Vec<_> = self.by_subscriber.values().flatten().collect();
        letters.sort_unstable_by_key(|Numbered(number, _)| *number);
        letters.into_iter().map(|Numbered(_, buried)| Arc::clone(buried.letter(clock))).collect()
    }

    pub fn len(&self) -> usize {
        self.kept
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

//! How many requests are served at once, and how many wait for what their clients have not sent yet.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::identity::{Identity, UserKey};

/// How long clients are to wait where the host is overloaded.
const RETRY: Duration = Duration::from_secs(1);

/// The places of a host: so many requests are served, and as many more may wait for the rest of their bodies. These need
/// nothing but memory, and one that holds its back must not take the place of one that has said all.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    served: AtomicUsize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    all: usize,
    of: HashMap<UserKey, usize>,
}

/// One place of them, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'s> {
    places: &'s Places,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Served,
    Waits(UserKey),
    None,
}

impl Places {
    pub fn new(most: usize) -> Self {
        Self { most, served: AtomicUsize::new(0), waiting: Mutex::default() }
    }

    /// # Errors
    /// `UNAVAILABLE` where there is none.
    pub fn take(&self) -> Result<Place<'_>> {
        self.enter()?;
        Ok(Place { places: self, kind: Kind::Served })
    }

    fn enter(&self) -> Result<()> {
        if self.served.fetch_add(1, Ordering::AcqRel) < self.most {
            return Ok(());
        }
        self.served.fetch_sub(1, Ordering::AcqRel);
        Err(overloaded())
    }

    /// How many are taken, by whoever waits too.
    pub fn taken(&self) -> usize {
        self.served.load(Ordering::Relaxed) + self.waiting().all
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Waits, and makes room. Half of those who wait may be one user's.
    ///
    /// # Errors
    /// `UNAVAILABLE` where too many wait.
    pub fn step_aside(&mut self, identity: &Identity) -> Result<()> {
        let mut waiting = self.places.waiting();
        let Waiting { all, of } = &mut *waiting;
        let own = of.get(identity.user()).copied().unwrap_or(0);
        if *all >= self.places.most || own >= self.places.most.div_ceil(2) {
            return Err(overloaded());
        }
        *all += 1;
        of.insert(identity.user().clone(), own + 1);
        drop(waiting);
        self.give_back(Kind::Waits(identity.user().clone()));
        Ok(())
    }

    /// Is served after it has waited.
    ///
    /// # Errors
    /// `UNAVAILABLE` where too many are.
    pub fn step_back(&mut self) -> Result<()> {
        self.places.enter()?;
        self.give_back(Kind::Served);
        Ok(())
    }

    fn give_back(&mut self, next: Kind) {
        match std::mem::replace(&mut self.kind, next) {
            Kind::Served => {
                self.places.served.fetch_sub(1, Ordering::AcqRel);
            }
            Kind::Waits(user) => {
                let mut waiting = self.places.waiting();
                waiting.all -= 1;
                if let Some(own) = waiting.of.get_mut(&user) {
                    *own -= 1;
                    if *own == 0 {
                        waiting.of.remove(&user);
                    }
                }
            }
            Kind::None => {}
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.give_back(Kind::None);
    }
}

fn overloaded() -> Error {
    Error::unavailable("The host is overloaded").with_retry_after(RETRY)
}

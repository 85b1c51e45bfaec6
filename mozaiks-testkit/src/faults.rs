//! Failures and delays on demand: what every fake of a service is asked to suffer before it does its work.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mozaiks_core::{Clock, SystemClock};

/// What a fake service does wrong, and how slowly. Clones share one plan, so a test keeps a handle to what it has
/// handed over.
///
/// ```
/// use mozaiks_testkit::faults::Faults;
///
/// let faults = Faults::default();
/// faults.fail_next(1);
/// assert!(faults.check("send").is_err());
/// assert!(faults.check("send").is_ok());
/// ```
#[derive(Clone)]
pub struct Faults(Arc<Shared>);

/// An operation that was made to fail. A fake turns it into its service's error for "unavailable".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("injected fault")]
pub struct Fault {
    operation: &'static str,
}

struct Shared {
    /// Whether there is a plan at all: a call without one asks no further.
    planned: AtomicBool,
    plan: Mutex<Plan>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct Plan {
    /// How many of the next operations fail.
    next: u64,
    /// Each operation whose number is a multiple of it fails; 0 for none.
    every: u64,
    /// How many operations there were since `every` was set.
    counted: u64,
    delay: Duration,
    injected: u64,
}

impl Fault {
    /// The operation that failed, as the fake calls it.
    pub fn operation(&self) -> &'static str {
        self.operation
    }
}

impl Faults {
    /// None so far; delays take this clock's time.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared { planned: AtomicBool::new(false), plan: Mutex::default(), clock }))
    }

    /// The next `n` operations fail.
    pub fn fail_next(&self, n: u64) {
        self.change(|plan| plan.next = n);
    }

    /// From now on each `n`th operation fails, counted over all that this handle and its clones are asked about; 1
    /// fails them all, 0 none.
    pub fn fail_every(&self, n: u64) {
        self.change(|plan| (plan.every, plan.counted) = (n, 0));
    }

    /// From now on each operation takes so much longer, those that fail too. A service that is not asynchronous
    /// cannot wait, and is not delayed.
    pub fn delay(&self, delay: Duration) {
        self.change(|plan| plan.delay = delay);
    }

    /// No failures and no delay from now on. What already waits goes on waiting.
    pub fn clear(&self) {
        self.change(|plan| *plan = Plan { injected: plan.injected, ..Plan::default() });
    }

    /// How many operations were made to fail so far.
    pub fn injected(&self) -> u64 {
        self.plan().injected
    }

    /// Waits and fails as planned: the first thing that an asynchronous operation of a fake does.
    ///
    /// # Errors
    /// [`Fault`] if it is this operation's turn to fail.
    pub async fn before(&self, operation: &'static str) -> Result<(), Fault> {
        if !self.is_planned() {
            return Ok(());
        }
        let (delay, outcome) = self.next(operation);
        if !delay.is_zero() {
            self.0.clock.sleep(delay).await;
        }
        outcome
    }

    /// Fails as planned, without waiting: the first thing that a synchronous operation of a fake does.
    ///
    /// # Errors
    /// [`Fault`] if it is this operation's turn to fail.
    pub fn check(&self, operation: &'static str) -> Result<(), Fault> {
        if self.is_planned() { self.next(operation).1 } else { Ok(()) }
    }

    fn is_planned(&self) -> bool {
        self.0.planned.load(Ordering::Acquire)
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Plan)) {
        let mut plan = self.plan();
        change(&mut plan);
        let planned = plan.next > 0 || plan.every > 0 || !plan.delay.is_zero();
        self.0.planned.store(planned, Ordering::Release);
    }

    /// Counts one operation and says what becomes of it.
    fn next(&self, operation: &'static str) -> (Duration, Result<(), Fault>) {
        let mut plan = self.plan();
        plan.counted = plan.counted.wrapping_add(1);
        let turn = plan.every > 0 && plan.counted.is_multiple_of(plan.every);
        let fails = plan.next > 0 || turn;
        plan.next = plan.next.saturating_sub(1);
        plan.injected += u64::from(fails);
        (plan.delay, if fails { Err(Fault { operation }) } else { Ok(()) })
    }
}

/// None so far; delays take the machine's time.
impl Default for Faults {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&*self.plan()).finish()
    }
}

//! How often one user may ask: a bucket each, forgotten once it is full again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::options::Rate;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::identity::UserKey;

/// How often buckets that are full again are forgotten.
const SWEEP: Duration = Duration::from_secs(10);

/// The runtime's clock, as the rate limiter asks for it.
#[derive(Debug, Clone)]
struct Monotonic(Arc<dyn Clock>);

impl GovernorClock for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

type Buckets = RateLimiter<UserKey, DashMapStateStore<UserKey>, Monotonic, NoOpMiddleware<Duration>>;

/// A rate for each user.
pub(super) struct UserRates {
    buckets: Buckets,
    clock: Monotonic,
    /// When buckets were last swept, in milliseconds of the clock.
    swept: AtomicU64,
}

impl UserRates {
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let clock = Monotonic(clock);
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let buckets = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { buckets, clock, swept: AtomicU64::new(0) }
    }

    /// Takes one from a user's bucket.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` with the time after which there is one again.
    pub fn take(&self, user: &UserKey) -> Result<()> {
        let outcome = self.buckets.check_key(user);
        self.sweep();
        outcome.map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            Error::limit_exceeded("Too many requests").with_retry_after(wait)
        })
    }

    /// Forgets those who have not asked for a while, so that memory is bounded by who asks now.
    fn sweep(&self) {
        let now = u64::try_from(self.clock.now().as_millis()).unwrap_or(u64::MAX);
        let last = self.swept.load(Ordering::Relaxed);
        let due = Duration::from_millis(now.saturating_sub(last)) >= SWEEP;
        if due && self.swept.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.buckets.retain_recent();
        }
    }

    /// How many users have a bucket that is not full.
    #[cfg(test)]
    pub fn users(&self) -> usize {
        self.buckets.len()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use bson::oid::ObjectId;
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::datetime::DateTime;

    #[derive(Debug, Default)]
    struct ByHand(Mutex<Duration>);

    impl Clock for ByHand {
        fn now(&self) -> DateTime {
            DateTime::from_millis(0)
        }

        fn monotonic(&self) -> Duration {
            *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }

        fn new_id(&self) -> ObjectId {
            ObjectId::new()
        }
    }

    fn user(number: usize) -> Result<UserKey> {
        Ok(UserKey::new("shop", number.to_string())?)
    }

    #[test]
    fn who_has_not_asked_for_a_while_is_forgotten() -> Result<()> {
        let clock = Arc::new(ByHand::default());
        let rates = UserRates::new(Rate::per_second(1).burst(2), Arc::clone(&clock) as Arc<dyn Clock>);
        for number in 0..1000 {
            rates.take(&user(number)?)?;
        }
        assert_eq!(rates.users(), 1000);
        *clock.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = SWEEP;
        rates.take(&user(0)?)?;
        assert!(rates.users() <= 1, "{} are kept", rates.users());
        Ok(())
    }

    #[test]
    fn a_wait_is_said_that_is_long_enough() -> Result<()> {
        let clock = Arc::new(ByHand::default());
        let rates = UserRates::new(Rate::per_second(1).burst(1), Arc::clone(&clock) as Arc<dyn Clock>);
        rates.take(&user(1)?)?;
        let wait = rates.take(&user(1)?).err().and_then(|error| error.retry_after());
        assert_eq!(wait, Some(Duration::from_secs(1)));
        *clock.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Duration::from_secs(1);
        rates.take(&user(1)?)
    }
}

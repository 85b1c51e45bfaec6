//! The timer of one connection, for the heads of its requests.
//!
//! Hyper sets a timer for each head and drops it when the head is there, mostly at once. Here that moves a deadline; the
//! timer beneath is one for the connection, and is set anew only when it goes off too early.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::task::coop::unconstrained;

use super::connection::Heard;

/// The timer of one connection.
pub(super) struct ConnectionTimer {
    keep_alive: Duration,
    /// Whether a request may come after some rest: not the first.
    may_rest: AtomicBool,
    beneath: Arc<Beneath>,
}

/// What all timers of one connection share.
struct Beneath {
    heard: Arc<Heard>,
    header_timeout: Duration,
    timer: Mutex<Option<Timed>>,
}

/// The timer beneath, kept from head to head.
struct Timed {
    sleep: Pin<Box<tokio::time::Sleep>>,
    /// Who is woken when it goes off.
    waker: Waker,
}

impl ConnectionTimer {
    pub fn new(heard: Arc<Heard>, header_timeout: Duration, keep_alive: Duration) -> Self {
        let beneath = Arc::new(Beneath { heard, header_timeout, timer: Mutex::default() });
        Self { keep_alive, may_rest: AtomicBool::new(false), beneath }
    }
}

impl Timer for ConnectionTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, head_due: Instant) -> Pin<Box<dyn Sleep>> {
        self.beneath.heard.forget();
        let rest = if self.may_rest.load(Ordering::Relaxed) {
            self.keep_alive.saturating_sub(self.beneath.header_timeout)
        } else {
            self.may_rest.store(true, Ordering::Relaxed);
            Duration::ZERO
        };
        let due = tokio::time::Instant::from_std(head_due) + rest;
        Box::pin(HeadTimer { due, begun: false, beneath: Arc::clone(&self.beneath) })
    }
}

/// Ends when the head of a request is overdue.
struct HeadTimer {
    due: tokio::time::Instant,
    /// Whether the first byte of it has come, and `due` counts from there.
    begun: bool,
    beneath: Arc<Beneath>,
}

impl Future for HeadTimer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // It is polled right after something was read that is no whole head.
        if !self.begun && self.beneath.heard.is_something() {
            self.begun = true;
            self.due = self.due.min(tokio::time::Instant::now() + self.beneath.header_timeout);
        }
        self.beneath.poll(self.due, cx)
    }
}

impl Beneath {
    fn poll(&self, due: tokio::time::Instant, cx: &mut Context<'_>) -> Poll<()> {
        let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Timed { sleep, waker }) = &*timer
            && sleep.deadline() <= due
            && waker.will_wake(cx.waker())
            && !sleep.is_elapsed()
        {
            // It is set already, and wakes this task in time.
            return Poll::Pending;
        }
        let Timed { sleep, waker } = timer.get_or_insert_with(|| Timed {
            sleep: Box::pin(tokio::time::sleep_until(due)),
            waker: cx.waker().clone(),
        });
        waker.clone_from(cx.waker());
        if sleep.deadline() > due {
            sleep.as_mut().reset(due);
        }
        // Also of a task that has done so much that tokio gives it nothing more for now: who has not polled it has not
        // set it.
        while pin!(unconstrained(sleep.as_mut())).poll(cx).is_ready() {
            if tokio::time::Instant::now() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
        Poll::Pending
    }
}

impl Sleep for HeadTimer {}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::task::coop::{has_budget_remaining, poll_proceed};
    use tokio::time::{Instant, timeout};

    use super::*;

    const HEADER: Duration = Duration::from_millis(10);
    const KEEP_ALIVE: Duration = Duration::from_millis(50);

    fn timer() -> ConnectionTimer {
        ConnectionTimer::new(Arc::default(), HEADER, KEEP_ALIVE)
    }

    fn head(timer: &ConnectionTimer) -> Pin<Box<dyn Sleep>> {
        timer.sleep_until(Instant::now().into_std() + HEADER)
    }

    /// Polls a head when its task has done so much that tokio gives it nothing more for now but `left`.
    async fn poll_exhausted(head: &mut Pin<Box<dyn Sleep>>, left: usize) {
        tokio::task::yield_now().await;
        let all = poll_fn(|cx| {
            let spent = std::iter::from_fn(|| has_budget_remaining().then(|| spend(cx)));
            Poll::Ready(spent.count())
        })
        .await;
        // The next turn has as much again.
        tokio::task::yield_now().await;
        poll_fn(|cx| {
            (left..all).for_each(|_| spend(cx));
            assert!(head.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
    }

    fn spend(cx: &mut Context<'_>) {
        if let Poll::Ready(proceed) = poll_proceed(cx) {
            proceed.made_progress();
        }
    }

    async fn goes_off(head: Pin<Box<dyn Sleep>>) -> Option<Duration> {
        let begun = Instant::now();
        timeout(Duration::from_secs(60), head).await.ok()?;
        Some(begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_is_overdue_though_its_task_was_busy_when_it_was_waited_for() {
        let timer = timer();
        let mut first = head(&timer);
        poll_exhausted(&mut first, 0).await;
        assert_eq!(goes_off(first).await, Some(HEADER));
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_head_is_overdue_though_its_task_was_busy_when_it_was_waited_for() {
        for left in 0..3 {
            let timer = timer();
            assert_eq!(goes_off(head(&timer)).await, Some(HEADER));
            let mut next = head(&timer);
            poll_exhausted(&mut next, left).await;
            assert_eq!(goes_off(next).await, Some(KEEP_ALIVE), "{left}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whichever_task_polls_it_last_is_woken() {
        let timer = timer();
        let mut head = head(&timer);
        let mut elsewhere = Context::from_waker(Waker::noop());
        assert!(head.as_mut().poll(&mut elsewhere).is_pending());
        let task = tokio::spawn(goes_off(head));
        assert_eq!(task.await.ok().flatten(), Some(HEADER));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_has_begun_has_no_rest_left() {
        let timer = timer();
        drop(head(&timer));
        let mut next = head(&timer);
        let mut elsewhere = Context::from_waker(Waker::noop());
        assert!(next.as_mut().poll(&mut elsewhere).is_pending());
        tokio::time::advance(Duration::from_millis(20)).await;
        timer.beneath.heard.hear();
        assert_eq!(goes_off(next).await, Some(HEADER));
    }
}

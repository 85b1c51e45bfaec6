//! A thread that sees to it that somebody listens to the network while a plugin holds its thread.
//!
//! One of tokio's workers listens for all of them. When it hears of one task alone it runs that task itself, and wakes
//! nobody to listen in its place: a plugin that then holds the thread makes the host deaf until it lets go, though all
//! other workers are free (tokio's builder has `enable_eager_driver_handoff` against that, which is not stable yet).
//! Whoever is woken for work and finds none goes on to listen. So this thread wakes somebody, with a task of nothing,
//! as soon as it sees a worker that has neither ended a turn nor gone to sleep between two looks.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor, RuntimeMetrics};

/// How long it is between two looks. Whoever is held has changed at the first that follows, and no more at the second:
/// a host can be deaf for twice as long.
const PATIENCE: Duration = Duration::from_millis(20);

/// Begins to watch the workers of the current runtime, if it has more than one. Gives the thread that does, and what
/// ends it when it is dropped.
pub(super) fn watch_workers() -> Option<(JoinHandle<()>, Sender<()>)> {
    let runtime = Handle::current();
    if runtime.runtime_flavor() != RuntimeFlavor::MultiThread || runtime.metrics().num_workers() < 2 {
        return None;
    }
    let (until, ended) = channel::<()>();
    let watch = move || {
        let mut workers = Workers::of(runtime.metrics());
        while ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            if workers.one_is_held_and_one_asleep() {
                runtime.spawn(async {});
            }
        }
    };
    match thread::Builder::new().name("mozaiks-pulse".into()).spawn(watch) {
        Ok(thread) => Some((thread, until)),
        Err(error) => {
            tracing::warn!(%error, "a plugin that holds its thread may hold up others: nobody watches for it");
            None
        }
    }
}

/// How far each worker was at the last look.
struct Workers {
    metrics: RuntimeMetrics,
    seen: Vec<Seen>,
}

/// What changes whenever a worker ends a turn or goes to sleep.
#[derive(Default, PartialEq, Eq, Clone, Copy)]
struct Seen {
    parked_and_unparked: u64,
    busy: Duration,
}

impl Seen {
    /// Whether the worker sleeps: it is counted once for going to sleep and once for waking.
    fn is_asleep(self) -> bool {
        self.parked_and_unparked % 2 == 1
    }
}

impl Workers {
    fn of(metrics: RuntimeMetrics) -> Self {
        let seen = vec![Seen::default(); metrics.num_workers()];
        Self { metrics, seen }
    }

    /// Whether one is still at what it did at the last look, and there is one to wake: who is awake listens when it has
    /// nothing else to do, and while all are held, tasks of nothing would only gather.
    fn one_is_held_and_one_asleep(&mut self) -> bool {
        let (mut held, mut asleep) = (false, false);
        for (worker, seen) in self.seen.iter_mut().enumerate() {
            let now = Seen {
                parked_and_unparked: self.metrics.worker_park_unpark_count(worker),
                busy: self.metrics.worker_total_busy_duration(worker),
            };
            asleep |= now.is_asleep();
            held |= !now.is_asleep() && now == *seen;
            *seen = now;
        }
        held && asleep
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn the_thread_ends_with_what_it_is_for() -> Result<(), Box<dyn std::error::Error>> {
        let runtime = Builder::new_multi_thread().worker_threads(2).build()?;
        let watching = runtime.block_on(async { watch_workers() });
        let (thread, until) = watching.ok_or("nobody watches")?;
        assert!(!thread.is_finished());
        drop(until);
        thread.join().map_err(|_| "it panicked")?;
        let alone = Builder::new_current_thread().build()?;
        assert!(alone.block_on(async { watch_workers() }).is_none());
        Ok(())
    }

    #[test]
    fn nobody_is_woken_while_all_are_held() -> Result<(), Box<dyn std::error::Error>> {
        let runtime = Builder::new_multi_thread().worker_threads(2).build()?;
        let (begun, has_begun) = channel();
        let hold = || {
            let (let_go, held) = channel::<()>();
            let begun = begun.clone();
            runtime.spawn(async move {
                let _ = begun.send(());
                let _ = held.recv();
            });
            let_go
        };
        let (one, other) = (hold(), hold());
        for _ in 0..2 {
            has_begun.recv_timeout(Duration::from_secs(20))?;
        }
        let mut workers = Workers::of(runtime.metrics());
        for _ in 0..3 {
            assert!(!workers.one_is_held_and_one_asleep());
        }
        drop(one);
        let begun = Instant::now();
        while !workers.one_is_held_and_one_asleep() {
            assert!(begun.elapsed() < Duration::from_secs(20), "one is held, and the other sleeps");
            thread::yield_now();
        }
        drop(other);
        Ok(())
    }
}

//! A thread that sees to it that somebody listens to the network while a plugin holds its thread.
//!
//! One of tokio's workers listens for all of them. When it hears of one task alone it runs that task itself, and wakes
//! nobody to listen in its place: a plugin that then holds the thread makes the host deaf until it lets go, though all
//! other workers are free (tokio's builder has `enable_eager_driver_handoff` against that, which is not stable yet).
//! Whoever is woken for work and finds none goes on to listen. So this thread wakes somebody, with a task of nothing,
//! as soon as it sees a worker that has neither ended a turn nor gone to sleep between two looks.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor, RuntimeMetrics};

/// How long a worker may be at one turn before another is woken: also the longest that a host can be deaf.
const PATIENCE: Duration = Duration::from_millis(20);

/// The thread. It ends when this is dropped.
pub(super) struct Pulse {
    _until: Option<Sender<()>>,
}

impl Pulse {
    /// Begins to watch the workers of the current runtime, if it has more than one.
    pub fn of_current_runtime() -> Self {
        let runtime = Handle::current();
        if runtime.runtime_flavor() != RuntimeFlavor::MultiThread || runtime.metrics().num_workers() < 2 {
            return Self { _until: None };
        }
        let (until, ended) = channel::<()>();
        let watch = move || {
            let mut workers = Workers::of(runtime.metrics());
            while ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                if workers.one_is_held() {
                    runtime.spawn(async {});
                }
            }
        };
        match thread::Builder::new().name("mozaiks-pulse".into()).spawn(watch) {
            Ok(_) => Self { _until: Some(until) },
            Err(error) => {
                tracing::warn!(%error, "a plugin that holds its thread may hold up others: nobody watches for it");
                Self { _until: None }
            }
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

    /// Whether one is still at what it did at the last look.
    fn one_is_held(&mut self) -> bool {
        let mut held = false;
        for (worker, seen) in self.seen.iter_mut().enumerate() {
            let now = Seen {
                parked_and_unparked: self.metrics.worker_park_unpark_count(worker),
                busy: self.metrics.worker_total_busy_duration(worker),
            };
            held |= !now.is_asleep() && now == *seen;
            *seen = now;
        }
        held
    }
}

//! What is left of a start that failed, or that nobody waited for.

#[path = "common/nothing.rs"]
mod nothing;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bson::oid::ObjectId;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use mozaiks_core::events::{Event, EventBus, EventBusError, EventHandler, Subscription, TopicPattern};
use mozaiks_core::plugin::{Manifest, Plugin, Router};
use mozaiks_core::runtime::{OnInitializeFailure, Runtime};
use mozaiks_core::{Clock, DateTime, Error, Identity};
use nothing::services;
use tokio::sync::Semaphore;

type Log = Arc<Mutex<Vec<String>>>;

/// Writes down when it starts and stops; the first so many times it does not start.
struct Part {
    name: &'static str,
    log: Log,
    fails: AtomicUsize,
}

fn part(name: &'static str, log: &Log, fails: usize) -> Part {
    Part { name, log: log.clone(), fails: AtomicUsize::new(fails) }
}

impl Plugin for Part {
    fn manifest(&self) -> Manifest {
        Manifest::new(self.name, "1.0.0")
    }

    fn router() -> Router<Self> {
        Router::new()
            .on_initialize(|part: &Self, _| {
                if part.fails.load(Ordering::Relaxed) > 0 {
                    part.fails.fetch_sub(1, Ordering::Relaxed);
                    return ready(Err(Error::internal("no"))).boxed();
                }
                part.log.lock().unwrap().push(format!("+{}", part.name));
                ready(Ok(())).boxed()
            })
            .on_shutdown(|part: &Self, _| {
                part.log.lock().unwrap().push(format!("-{}", part.name));
                ready(Ok(())).boxed()
            })
            .on_event("*", |_: &Self, _, _| Ok(ready(Ok(())).boxed()))
    }
}

/// The first so many times it takes no subscriber.
struct Late(AtomicUsize);

impl EventBus for Late {
    fn publish(&self, _: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        ready(Ok(())).boxed()
    }

    fn subscribe(
        &self,
        _: &str,
        _: TopicPattern,
        _: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        if self.0.load(Ordering::Relaxed) > 0 {
            self.0.fetch_sub(1, Ordering::Relaxed);
            return Err(EventBusError::Unavailable { source: None });
        }
        Ok(Subscription::new(|| ()))
    }
}

fn written(log: &Log) -> String {
    log.lock().unwrap().join(" ")
}

#[test]
fn plugins_start_in_order_and_stop_the_last_first() {
    let log = Log::default();
    let builder = services().plugin(part("a", &log, 0)).plugin(part("b", &log, 0));
    let runtime = builder.build().unwrap();
    let report = runtime.start().now_or_never().unwrap().unwrap();
    assert_eq!(report.started, ["a", "b"]);
    assert!(runtime.start().now_or_never().unwrap().unwrap().started.is_empty());
    assert!(runtime.shutdown().now_or_never().unwrap().is_empty());
    assert!(runtime.shutdown().now_or_never().unwrap().is_empty());
    assert_eq!(written(&log), "+a +b -b -a");
    assert!(runtime.start().now_or_never().unwrap().is_err());
}

#[test]
fn a_plugin_that_fails_is_left_out_and_not_shut_down() {
    let log = Log::default();
    let builder = services().plugin(part("a", &log, 1)).plugin(part("b", &log, 0));
    let runtime = builder.build().unwrap();
    let report = runtime.start().now_or_never().unwrap().unwrap();
    assert_eq!((report.started, report.failed.len()), (vec!["b".to_owned()], 1));
    runtime.shutdown().now_or_never().unwrap();
    assert_eq!(written(&log), "+b -b");
}

#[test]
fn what_had_started_is_shut_down_where_the_start_fails() {
    let log = Log::default();
    let runtime = services()
        .plugin(part("a", &log, 0))
        .plugin(part("b", &log, 0))
        .plugin(part("c", &log, 1))
        .on_initialize_failure(OnInitializeFailure::Abort)
        .build()
        .unwrap();
    let error = runtime.start().now_or_never().unwrap().unwrap_err();
    assert!(error.to_string().starts_with("the plugin c did not start: "), "{error}");
    assert_eq!(written(&log), "+a +b -b -a");
    runtime.start().now_or_never().unwrap().unwrap();
    assert_eq!(written(&log), "+a +b -b -a +a +b +c");
}

#[test]
fn a_start_that_the_bus_made_fail_can_be_tried_again() {
    let log = Log::default();
    let runtime = services()
        .events(Arc::new(Late(AtomicUsize::new(1))))
        .plugin(part("a", &log, 0))
        .plugin(part("b", &log, 1))
        .build()
        .unwrap();
    assert!(runtime.start().now_or_never().unwrap().is_err());
    assert_eq!(written(&log), "+a -a");
    let report = runtime.start().now_or_never().unwrap().unwrap();
    assert_eq!(report.started, ["a", "b"], "what failed the first time has its chance again");
    let reply = runtime
        .execute(&Identity::new("shop", "alice").unwrap(), "b", br#"{"action": "get_settings"}"#)
        .now_or_never()
        .unwrap();
    assert_eq!(reply.status(), 200, "{reply:?}");
}

/// Writes down that it starts and stops before it does, and waits to be let.
struct Slow {
    log: Log,
    up: Arc<Semaphore>,
    down: Arc<Semaphore>,
}

async fn let_through(gate: &Semaphore) -> mozaiks_core::Result<()> {
    gate.acquire().await.map_err(Error::internal)?.forget();
    Ok(())
}

impl Plugin for Slow {
    fn manifest(&self) -> Manifest {
        Manifest::new("slow", "1.0.0")
    }

    fn router() -> Router<Self> {
        Router::new()
            .on_initialize(|slow: &Self, _| {
                slow.log.lock().unwrap().push("+slow".to_owned());
                let_through(&slow.up).boxed()
            })
            .on_shutdown(|slow: &Self, _| {
                slow.log.lock().unwrap().push("-slow".to_owned());
                let_through(&slow.down).boxed()
            })
    }
}

/// No time passes, so that nothing needs the timers of a tokio runtime.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime {
        DateTime::from_millis(0)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        std::future::pending().boxed()
    }

    fn new_id(&self) -> ObjectId {
        ObjectId::new()
    }
}

/// `a`, then one that waits, then `c`, which fails so many times.
struct Waiting {
    log: Log,
    up: Arc<Semaphore>,
    down: Arc<Semaphore>,
    runtime: Runtime,
}

fn waiting(fails: usize) -> Waiting {
    let (log, up, down) = (Log::default(), Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let runtime = services()
        .clock(Arc::new(Still))
        .plugin(part("a", &log, 0))
        .plugin(Slow { log: log.clone(), up: up.clone(), down: down.clone() })
        .plugin(part("c", &log, fails))
        .on_initialize_failure(OnInitializeFailure::Abort)
        .build()
        .unwrap();
    Waiting { log, up, down, runtime }
}

/// Runs something until it has to wait, and goes away.
#[track_caller]
fn begin_and_leave(work: impl Future) {
    assert!(work.now_or_never().is_none(), "it did not wait");
}

fn in_tokio(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

#[test]
fn a_start_that_nobody_waits_for_initialises_each_plugin_once() {
    in_tokio(async {
        let Waiting { log, up, runtime, .. } = waiting(0);
        begin_and_leave(runtime.start());
        up.add_permits(1);
        runtime.start().await.unwrap();
        assert_eq!(written(&log), "+a +slow +c");
    });
}

#[test]
fn a_start_goes_on_though_who_began_it_neither_waits_nor_goes_away() {
    in_tokio(async {
        let Waiting { log, up, runtime, .. } = waiting(0);
        let mut held = Box::pin(runtime.start());
        assert!(held.as_mut().now_or_never().is_none());
        up.add_permits(1);
        assert!(runtime.start().await.unwrap().started.is_empty());
        assert_eq!(held.await.unwrap().started, ["a", "slow", "c"]);
        assert_eq!(written(&log), "+a +slow +c");
    });
}

#[test]
fn a_start_that_nobody_waits_for_while_it_is_undone_is_undone() {
    in_tokio(async {
        let Waiting { log, up, down, runtime } = waiting(usize::MAX);
        up.add_permits(9);
        begin_and_leave(runtime.start());
        assert_eq!(written(&log), "+a +slow -slow");
        down.add_permits(9);
        runtime.start().await.unwrap_err();
        assert_eq!(written(&log), "+a +slow -slow -a +a +slow -slow -a");
        let alice = Identity::new("shop", "alice").unwrap();
        let reply = runtime.execute(&alice, "c", br#"{"action": "get_settings"}"#).await;
        assert_eq!(reply.status(), 503, "{reply:?}");
    });
}

#[test]
fn a_shutdown_that_nobody_waits_for_shuts_every_plugin_down() {
    in_tokio(async {
        let Waiting { log, up, down, runtime } = waiting(0);
        up.add_permits(1);
        runtime.start().await.unwrap();
        begin_and_leave(runtime.shutdown());
        assert_eq!(written(&log), "+a +slow +c -c -slow");
        down.add_permits(1);
        // No other call sees to it: the first one goes on by itself.
        while !written(&log).ends_with("-a") {
            tokio::task::yield_now().await;
        }
        assert!(runtime.shutdown().await.is_empty());
        assert_eq!(written(&log), "+a +slow +c -c -slow -a");
    });
}

#[test]
fn without_tokio_a_start_that_was_dropped_is_undone_by_the_next() {
    let Waiting { log, up, runtime, .. } = waiting(0);
    begin_and_leave(runtime.start());
    up.add_permits(1);
    assert_eq!(runtime.start().now_or_never().unwrap().unwrap().started, ["a", "slow", "c"]);
    assert_eq!(written(&log), "+a +slow -a +a +slow +c");

    let Waiting { log, up, down, runtime } = waiting(usize::MAX);
    up.add_permits(9);
    begin_and_leave(runtime.start());
    down.add_permits(9);
    runtime.start().now_or_never().unwrap().unwrap_err();
    assert_eq!(written(&log), "+a +slow -slow -a +a +slow -slow -a");
}

//! The outbox: what was published outlives the process, in order, until everybody has handled it.

mod bounds;

use std::sync::Arc;
use std::time::Duration;

use mozaiks_core::events::{
    DeadLetterReason, EventBus, EventBusError, LocalEventBus, LocalEventBusOptions, Outbox, RecoveryReport,
    Retry,
};
use mozaiks_core::{Event, SystemClock};
use mozaiks_testkit::TestClock;
use mozaiks_testkit::conformance;
use mozaiks_testkit::storage::MemoryStorage;

use crate::support::{Act, Bench, Subscriber, until, within};

/// A host that is started again and again over the same storage.
struct Host {
    storage: Arc<MemoryStorage>,
    clock: TestClock,
}

/// One life of it.
struct Life {
    outbox: Outbox,
    bench: Bench,
}

impl Host {
    fn new() -> Self {
        let clock = TestClock::new();
        let storage = Arc::new(MemoryStorage::with_clock(Arc::new(clock.clone())));
        Self { storage, clock }
    }

    /// Starts it; nothing of the life before goes on that was not stored.
    fn start(&self) -> Life {
        self.start_with("", LocalEventBusOptions::default())
    }

    fn start_with(&self, instance: &str, options: LocalEventBusOptions) -> Life {
        let options = options.retry(Retry::default().without_jitter());
        let bus = LocalEventBus::with_options(Arc::new(self.clock.clone()), options);
        let storage = Arc::clone(&self.storage);
        let bench = Bench { bus: bus.clone(), clock: self.clock.clone() };
        Life { outbox: Outbox::of_instance(instance, storage, bus), bench }
    }

    fn stored(&self) -> usize {
        self.storage.dump()["//_mozaiks/_outbox"].as_array().map_or(0, Vec::len)
    }

    /// Waits until nothing is stored any more.
    async fn emptied(&self) {
        until(|| self.stored() == 0).await;
    }
}

impl Life {
    async fn recover(&self) -> RecoveryReport {
        within(self.outbox.recover()).await.unwrap()
    }

    async fn publish(&self, user: &str, numbers: impl IntoIterator<Item = u64>) {
        let events: Vec<_> = numbers.into_iter().map(|number| self.event(user, number)).collect();
        within(self.outbox.publish(events)).await.unwrap();
    }

    fn event(&self, user: &str, number: u64) -> Event {
        self.bench.event("notes:note_created", user, number)
    }
}

async fn recovered() -> Outbox {
    let clock = Arc::new(SystemClock);
    let outbox = Outbox::new(Arc::new(MemoryStorage::with_clock(clock.clone())), LocalEventBus::new(clock));
    outbox.recover().await.unwrap();
    outbox
}

#[tokio::test]
async fn the_outbox_passes() {
    conformance::event_bus(recovered).await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_passes_on_threads() {
    conformance::event_bus(recovered).await.assert_passed();
}

#[tokio::test]
async fn an_event_is_stored_until_every_subscriber_has_handled_it() {
    let host = Host::new();
    let life = host.start();
    let (waits, quick) = (Subscriber::new([Act::Wait]), Subscriber::new([]));
    let _subscriptions = [waits.subscribe(&life.bench, "waits"), quick.subscribe(&life.bench, "quick")];
    assert_eq!(life.recover().await, RecoveryReport::default());
    life.publish("alice", [0, 1]).await;
    assert_eq!(host.stored(), 2);
    quick.got(2).await;
    assert_eq!(host.stored(), 2);
    waits.let_go(1);
    until(|| host.stored() == 1).await;
    waits.let_go(1);
    host.emptied().await;
}

#[tokio::test]
async fn what_was_not_handled_is_delivered_after_a_crash_before_what_is_new() {
    let host = Host::new();
    let life = host.start();
    let hangs = Subscriber::of("alice", [Act::Hang]);
    let subscription = hangs.subscribe(&life.bench, "notes");
    life.recover().await;
    life.publish("alice", [0, 1, 2]).await;
    life.publish("bob", [0]).await;
    life.publish("alice", [3]).await;
    until(|| host.stored() == 4).await;
    drop(subscription);
    drop(life);

    let life = host.start();
    let again = Subscriber::new([]);
    let _subscription = again.subscribe(&life.bench, "notes");
    life.publish("alice", [4]).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(again.seen().is_empty(), "first what is left");
    let report = life.recover().await;
    assert_eq!((report.redelivered, report.dead_letters, report.unreadable), (5, 0, 0));
    life.publish("alice", [5]).await;
    life.bench.bus.idle().await;
    assert_eq!(again.seen_of("alice"), [0, 1, 2, 3, 4, 5]);
    host.emptied().await;
    assert_eq!(life.recover().await, RecoveryReport::default(), "once is enough");
}

#[tokio::test]
async fn an_event_is_the_same_after_a_crash() {
    let host = Host::new();
    let life = host.start();
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let payload =
        serde_json::value::RawValue::from_string(r#"{"number": 1.0, "ü":"\u0041"}"#.to_owned()).unwrap();
    let made = life.event("al/i\"ce", 0);
    let (topic, user) = (made.topic().clone(), made.user_id().cloned());
    let event = Event::new(made.id(), topic, "shöp", user, &payload, made.time()).unwrap();
    let of_nobody =
        Event::new(made.id(), "theme_changed".parse().unwrap(), "shop", None, &payload, made.time());
    let published = [event.with_traceparent(traceparent), of_nobody.unwrap()];
    life.outbox.publish(published.to_vec()).await.unwrap();
    drop(life);

    let life = host.start();
    let (heard, seen) = tokio::sync::watch::channel(Vec::<Event>::new());
    let handler = move |event: Event| -> futures_util::future::BoxFuture<'static, mozaiks_core::Result<()>> {
        heard.send_modify(|events| events.push(event));
        Box::pin(std::future::ready(Ok(())))
    };
    let _subscription = life.outbox.subscribe("all", "*".parse().unwrap(), Arc::new(handler)).unwrap();
    life.recover().await;
    life.bench.bus.idle().await;
    for (arrived, published) in seen.borrow().iter().zip(&published) {
        let parts = |event: &Event| {
            let (id, time, topic) = (event.id(), event.time(), event.topic().clone());
            (id, time, topic, event.app_id().clone(), event.user_id().cloned(), event.hops())
        };
        assert_eq!(parts(arrived), parts(published));
        assert_eq!(arrived.payload_json(), published.payload_json());
        assert_eq!(arrived.traceparent(), published.traceparent());
    }
    assert_eq!(seen.borrow().len(), 2);
}

#[tokio::test]
async fn what_nobody_wants_is_not_stored() {
    let host = Host::new();
    let life = host.start();
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe_to(&life.bench, "tasks", "tasks:*");
    life.recover().await;
    let before = host.storage.faults().injected();
    host.storage.faults().fail_every(1);
    life.publish("alice", [0]).await;
    assert_eq!(host.storage.faults().injected(), before, "the storage is not asked");
    assert_eq!(life.bench.bus.statistics().topics[0].published, 1);
}

#[tokio::test]
async fn what_nobody_wants_after_a_crash_is_gone() {
    let host = Host::new();
    let life = host.start();
    life.publish("alice", [0]).await;
    assert_eq!(host.stored(), 1);
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe_to(&life.bench, "tasks", "tasks:*");
    let report = life.recover().await;
    assert_eq!((report.redelivered, report.unwanted), (0, 1));
    host.emptied().await;
}

#[tokio::test]
async fn recovering_before_anybody_subscribes_takes_nothing_away() {
    let host = Host::new();
    let life = host.start();
    life.publish("alice", [0]).await;
    let report = life.recover().await;
    assert_eq!((report.redelivered, report.unwanted), (0, 1));
    drop(life);
    let life = host.start();
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&life.bench, "quick");
    assert_eq!(life.recover().await.redelivered, 1);
    quick.got(1).await;
    host.emptied().await;
}

#[tokio::test]
async fn nothing_is_published_if_it_cannot_be_stored() {
    let host = Host::new();
    let life = host.start();
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&life.bench, "quick");
    life.recover().await;
    host.storage.faults().fail_next(1);
    let refused = life.outbox.publish(vec![life.event("alice", 0), life.event("alice", 1)]).await;
    assert!(matches!(refused, Err(EventBusError::Unavailable { .. })), "{refused:?}");
    life.publish("alice", [2]).await;
    life.bench.bus.idle().await;
    assert_eq!(quick.seen_of("alice"), [2]);
}

#[tokio::test]
async fn a_recovery_that_fails_goes_on_where_it_ended() {
    let host = Host::new();
    let life = host.start();
    life.publish("alice", 0..1200).await;
    drop(life);
    let life = host.start();
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&life.bench, "quick");
    host.storage.faults().fail_every(3);
    let mut failures = 0;
    while life.outbox.recover().await.is_err() {
        failures += 1;
    }
    assert!(failures > 0);
    host.storage.faults().clear();
    life.bench.bus.idle().await;
    assert_eq!(quick.seen_of("alice"), (0..1200).collect::<Vec<_>>());
    life.bench.settle().await;
    let passing = async {
        loop {
            life.bench.clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { () = host.emptied() => {}, () = passing => {} }
}

#[tokio::test]
async fn dead_letters_outlive_the_process_and_nobody_else_gets_their_events_again() {
    let host = Host::new();
    let life = host.start();
    let (fails, quick) = (Subscriber::new([Act::Fail]), Subscriber::new([]));
    let subscriptions = [fails.subscribe(&life.bench, "fails"), quick.subscribe(&life.bench, "quick")];
    life.recover().await;
    life.publish("alice", [0, 1]).await;
    life.bench.settle().await;
    let dead = life.bench.bus.dead_letters();
    until(|| host.storage.dump()["//_mozaiks/_outbox"][1]["dead"].is_array()).await;
    drop((subscriptions, life));

    let life = host.start();
    let (again, quick) = (Subscriber::new([]), Subscriber::new([]));
    let subscriptions = [again.subscribe(&life.bench, "fails"), quick.subscribe(&life.bench, "quick")];
    let report = life.recover().await;
    assert_eq!((report.redelivered, report.dead_letters), (0, 2));
    life.bench.bus.idle().await;
    let left = life.bench.bus.dead_letters();
    for (left, dead) in left.iter().zip(&dead) {
        assert_eq!((left.id, left.reason, left.attempts), (dead.id, DeadLetterReason::Failed, 5));
        assert_eq!((&left.subscriber, &left.error, left.time), (&dead.subscriber, &dead.error, dead.time));
        assert_eq!(left.event.id(), dead.event.id());
    }
    assert!(again.seen().is_empty() && quick.seen().is_empty());
    assert!(life.bench.bus.replay(left[0].id));
    until(|| host.stored() == 1).await;
    assert!(life.bench.bus.discard(left[1].id));
    host.emptied().await;
    assert_eq!((again.seen_of("alice"), quick.seen()), (vec![0], vec![]));
    drop((subscriptions, life));
    assert_eq!(host.start().recover().await, RecoveryReport::default());
}

#[tokio::test]
async fn a_dead_letter_that_fails_again_is_still_there_after_a_crash() {
    let host = Host::new();
    let life = host.start();
    let fails = Subscriber::new([Act::Fail]);
    let subscription = fails.subscribe(&life.bench, "fails");
    life.recover().await;
    life.publish("alice", [0]).await;
    life.bench.settle().await;
    assert_eq!(life.bench.bus.replay_all(), 1);
    life.bench.settle().await;
    let second = life.bench.bus.dead_letters()[0].id.to_hex();
    until(|| host.storage.dump()["//_mozaiks/_outbox"][0]["dead"][0]["id"]["$oid"] == second).await;
    drop((subscription, life));
    assert_eq!(host.start().recover().await.dead_letters, 1);
}

#[tokio::test]
async fn a_storage_that_does_not_remove_is_asked_again() {
    let host = Host::new();
    let life = host.start();
    let waits = Subscriber::new([Act::Wait]);
    let _subscription = waits.subscribe(&life.bench, "waits");
    life.recover().await;
    life.publish("alice", [0]).await;
    host.storage.faults().fail_next(1);
    waits.let_go(1);
    until(|| host.storage.faults().injected() == 1).await;
    life.bench.pass(Duration::from_secs(1)).await;
    host.emptied().await;
}

#[tokio::test]
async fn a_publisher_that_goes_away_leaves_nothing_half_done() {
    let host = Host::new();
    let life = host.start();
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&life.bench, "quick");
    life.recover().await;
    host.storage.faults().delay(Duration::from_millis(5));
    let mut publishing = life.outbox.publish(vec![life.event("alice", 0)]);
    assert!(futures_util::poll!(&mut publishing).is_pending());
    drop(publishing);
    host.storage.faults().clear();
    life.bench.pass(Duration::from_millis(5)).await;
    quick.got(1).await;
    host.emptied().await;
}

#[tokio::test]
async fn an_instance_recovers_what_it_left_itself() {
    let host = Host::new();
    let options = LocalEventBusOptions::default;
    let (first, second) = (host.start_with("first", options()), host.start_with("second", options()));
    first.publish("alice", [1]).await;
    second.publish("alice", [2]).await;
    drop(first);
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&second.bench, "quick");
    assert_eq!(second.recover().await.redelivered, 1);
    second.bench.bus.idle().await;
    assert_eq!(quick.seen_of("alice"), [2]);
    let first = host.start_with("first", options());
    let _subscription = quick.subscribe(&first.bench, "quick");
    assert_eq!(first.recover().await.redelivered, 1);
}

#[tokio::test]
async fn shutting_down_removes_what_was_delivered_and_keeps_what_was_not() {
    let host = Host::new();
    let life = host.start();
    let (hangs, quick) = (Subscriber::of("bob", [Act::Hang]), Subscriber::new([]));
    let _subscriptions = [hangs.subscribe(&life.bench, "hangs"), quick.subscribe(&life.bench, "quick")];
    life.recover().await;
    life.publish("alice", 0..50).await;
    life.publish("bob", [0]).await;
    hangs.got(51).await;
    let shutdown = tokio::spawn({
        let outbox = life.outbox.clone();
        async move { outbox.shutdown(Duration::from_secs(10)).await }
    });
    until(|| life.bench.clock.next_wake() == Some(Duration::from_secs(10))).await;
    life.bench.clock.advance(Duration::from_secs(10));
    let report = within(shutdown).await.unwrap();
    assert_eq!(report.undelivered, [("hangs".to_owned(), 1)]);
    assert_eq!(host.stored(), 1);
    life.publish("alice", [50]).await;
    assert_eq!(host.stored(), 2, "what is published to the end is for the next start");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_during_a_recovery_keep_the_order_of_their_users() {
    let host = Host::new();
    let life = host.start();
    let users: Vec<_> = (0..8).map(|user| format!("user{user}")).collect();
    for user in &users {
        life.publish(user, 0..200).await;
    }
    drop(life);
    let life = Arc::new(host.start());
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&life.bench, "quick");
    let publishers: Vec<_> = users
        .iter()
        .map(|user| {
            let (life, user) = (Arc::clone(&life), user.clone());
            tokio::spawn(async move {
                for number in 200..300 {
                    life.publish(&user, [number]).await;
                }
            })
        })
        .collect();
    life.recover().await;
    for publisher in publishers {
        within(publisher).await.unwrap();
    }
    within(life.bench.bus.idle()).await;
    for user in &users {
        assert_eq!(quick.seen_of(user), (0..300).collect::<Vec<_>>(), "{user}");
    }
    host.emptied().await;
}

/// What stands in the log.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Log {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            self.0.lock().unwrap().push(format!("{value:?}"));
        });
    }
}

#[tokio::test]
async fn a_host_that_forgets_to_recover_finds_it_in_its_log_once() {
    use tracing_subscriber::layer::SubscriberExt;
    let log = Log::default();
    // Of several dispatchers tracing asks each whether a line is wanted; of one, that of whoever came first.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(log.clone()));
    tracing::callsite::rebuild_interest_cache();
    let said = || log.0.lock().unwrap().iter().filter(|line| line.contains("Outbox::recover")).count();

    let host = Host::new();
    let life = host.start();
    let _subscription = Subscriber::new([]).subscribe(&life.bench, "quick");
    assert!(!life.outbox.is_recovered());
    life.publish("alice", [1, 2]).await;
    assert_eq!(said(), 0, "a start takes its time");
    host.clock.advance(Duration::from_secs(10));
    life.publish("alice", [3]).await;
    life.publish("alice", [4]).await;
    assert_eq!(said(), 1);

    life.recover().await;
    assert!(life.outbox.is_recovered());
    host.emptied().await;
}

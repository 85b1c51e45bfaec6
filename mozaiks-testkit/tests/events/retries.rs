//! A handler that fails gets the event again, in order, after pauses that grow.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bson::oid::ObjectId;
use futures_util::future::BoxFuture;
use mozaiks_core::events::{DeadLetterReason, EventBus, LocalEventBus, LocalEventBusOptions, Retry};
use mozaiks_core::{Clock, DateTime, Event};
use mozaiks_testkit::TestClock;

use crate::support::{Act, Subscriber, bench, until, with, within};

const MS: fn(u64) -> Duration = Duration::from_millis;

#[tokio::test]
async fn an_event_is_tried_again_after_pauses_that_double() {
    let bench = bench();
    let fails = Subscriber::new([Act::Fail, Act::Panic, Act::Fail, Act::Succeed]);
    let _subscription = fails.subscribe(&bench, "fails");
    bench.publish("alice", 7).await;
    for (attempts, pause) in [(1, 100), (2, 200), (3, 400)] {
        fails.got(attempts).await;
        bench.pass(MS(pause - 1)).await;
        assert_eq!(bench.clock.next_wake(), Some(MS(1)));
        assert_eq!(fails.seen().len(), attempts);
        bench.clock.advance(MS(1));
    }
    bench.bus.idle().await;
    assert_eq!(fails.seen_of("alice"), [7, 7, 7, 7]);
    let topic = &bench.bus.statistics().topics[0];
    assert_eq!((topic.published, topic.delivered, topic.failed, topic.retried, topic.dead), (1, 1, 3, 3, 0));
    assert!(bench.bus.dead_letters().is_empty());
}

#[tokio::test]
async fn an_event_that_is_tried_again_holds_up_its_user_and_nobody_else() {
    let bench = bench();
    let fails = Subscriber::of("alice", [Act::Fail, Act::Fail, Act::Succeed]);
    let _subscription = fails.subscribe(&bench, "fails");
    for number in 0..3 {
        bench.publish("alice", number).await;
        bench.publish("bob", number).await;
    }
    until(|| fails.seen_of("bob").len() == 3).await;
    bench.pass(MS(100)).await;
    bench.pass(MS(200)).await;
    bench.bus.idle().await;
    assert_eq!(fails.seen_of("alice"), [0, 0, 0, 1, 2]);
    assert_eq!(fails.seen_of("bob"), [0, 1, 2]);
}

#[tokio::test]
async fn users_whose_events_are_tried_again_take_no_room_from_others() {
    let bench = with(LocalEventBusOptions::default().concurrency(1));
    let fails = Subscriber::new([Act::Fail; 20].into_iter().chain([Act::Succeed]));
    let _subscription = fails.subscribe(&bench, "fails");
    for user in 0..20 {
        bench.publish(&format!("user{user}"), 0).await;
    }
    bench.publish("bob", 0).await;
    until(|| fails.seen_of("bob").len() == 1).await;
    bench.settle().await;
    assert_eq!(fails.seen().len(), 41);
}

#[tokio::test]
async fn what_fails_every_time_is_a_dead_letter_and_the_next_event_comes() {
    let bench = bench();
    let fails = Subscriber::new([Act::Fail, Act::Fail, Act::Fail, Act::Fail, Act::Fail, Act::Succeed]);
    let other = Subscriber::new([]);
    let _subscriptions = [fails.subscribe(&bench, "fails"), other.subscribe(&bench, "other")];
    bench.publish("alice", 0).await;
    bench.publish("alice", 1).await;
    bench.settle().await;
    assert_eq!(fails.seen_of("alice"), [0, 0, 0, 0, 0, 1]);
    assert_eq!(other.seen_of("alice"), [0, 1]);
    let dead = bench.bus.dead_letters();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (&*dead[0].subscriber, dead[0].reason, dead[0].attempts),
        ("fails", DeadLetterReason::Failed, 5)
    );
    assert_eq!(dead[0].error, "CONFLICT: not today");
    assert_eq!(dead[0].event.payload()["number"], 0);
    assert_eq!(dead[0].time, bench.clock.now());
    let topic = &bench.bus.statistics().topics[0];
    assert_eq!((topic.published, topic.delivered, topic.failed, topic.retried, topic.dead), (2, 3, 5, 4, 1));
}

#[tokio::test]
async fn a_handler_that_panics_every_time_ends_as_a_dead_letter() {
    let bench = bench();
    let panics = Subscriber::new([Act::Panic]);
    let _subscription = panics.subscribe(&bench, "panics");
    bench.publish("alice", 0).await;
    bench.settle().await;
    let dead = bench.bus.dead_letters();
    assert_eq!(
        (dead[0].reason, &*dead[0].error),
        (DeadLetterReason::Panicked, "the handler panicked: not ever")
    );
}

#[tokio::test]
async fn a_handler_that_hangs_is_dropped_at_its_deadline() {
    let bench = with(LocalEventBusOptions::default().deadline(Duration::from_secs(3)));
    let hangs = Subscriber::new([Act::Hang, Act::Succeed]);
    let _subscription = hangs.subscribe(&bench, "hangs");
    bench.publish("alice", 0).await;
    bench.publish("alice", 1).await;
    bench.pass(MS(2999)).await;
    assert_eq!(bench.bus.statistics().topics[0].failed, 0);
    bench.pass(MS(1)).await;
    bench.pass(MS(100)).await;
    bench.bus.idle().await;
    assert_eq!(hangs.seen_of("alice"), [0, 0, 1]);
    let topic = &bench.bus.statistics().topics[0];
    assert_eq!((topic.delivered, topic.failed, topic.retried), (2, 1, 1));

    hangs.goes_on_to(Act::Hang);
    bench.publish("alice", 2).await;
    bench.settle().await;
    assert_eq!(bench.bus.dead_letters()[0].reason, DeadLetterReason::TimedOut);
}

#[tokio::test]
async fn one_attempt_can_be_all() {
    let bench = bench();
    let retry = mozaiks_core::events::Retry::default().attempts(0);
    let bus = mozaiks_core::events::LocalEventBus::with_options(
        std::sync::Arc::new(bench.clock.clone()),
        LocalEventBusOptions::default().retry(retry),
    );
    let bench = crate::support::Bench { bus, clock: bench.clock };
    let fails = Subscriber::new([Act::Fail]);
    let _subscription = fails.subscribe(&bench, "fails");
    bench.publish("alice", 0).await;
    bench.bus.idle().await;
    assert_eq!((fails.seen().len(), bench.bus.dead_letters().len()), (1, 1));
}

/// Publishes an event while the bus notes since when another is dead.
#[derive(Debug)]
struct Meanwhile {
    clock: TestClock,
    bus: OnceLock<LocalEventBus>,
    next: Mutex<Option<Event>>,
}

impl Clock for Meanwhile {
    fn now(&self) -> DateTime {
        let next = self.next.lock().unwrap().take();
        if let (Some(event), Some(bus)) = (next, self.bus.get()) {
            // As another thread could at this moment.
            let bus = bus.clone();
            std::thread::spawn(move || bus.publish_now(&[event]).unwrap().unwrap()).join().unwrap();
        }
        self.clock.now()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.clock.sleep(duration)
    }

    fn new_id(&self) -> ObjectId {
        self.clock.new_id()
    }
}

#[tokio::test]
async fn an_event_that_comes_while_the_one_before_becomes_a_dead_letter_is_delivered() {
    let bench = bench();
    let [first, second] = [0, 1].map(|number| bench.event("notes:note_created", "alice", number));
    let next = Mutex::new(Some(second));
    let clock = Arc::new(Meanwhile { clock: bench.clock, bus: OnceLock::new(), next });
    let options = LocalEventBusOptions::default().retry(Retry::default().attempts(1));
    let bus = LocalEventBus::with_options(clock.clone(), options);
    clock.bus.set(bus.clone()).unwrap();
    let fails = Subscriber::new([Act::Fail]);
    let _subscription = bus.subscribe("fails", "notes:*".parse().unwrap(), Arc::new(fails.clone())).unwrap();
    bus.publish(vec![first]).await.unwrap();
    within(bus.idle()).await;
    assert_eq!((fails.seen_of("alice"), bus.dead_letters().len()), (vec![0, 1], 2));
}

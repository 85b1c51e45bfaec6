//! A bus that is shut down delivers what it has, as far as there is time, and takes nothing more.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::poll;
use mozaiks_core::events::{EventBus, EventBusError};
use mozaiks_core::{Error, Event};

use crate::support::{Act, Subscriber, bench, until, within};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn everything_is_delivered_then_nothing_is_taken() {
    let bench = bench();
    let quick = Subscriber::new([]);
    let _subscription = quick.subscribe(&bench, "quick");
    bench.publish_many("alice", 1000).await;
    let report = within(bench.bus.shutdown(SECOND)).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(quick.seen().len(), 1000);
    let refused = bench.bus.publish(vec![bench.event("notes:note_created", "alice", 0)]).await;
    assert!(matches!(refused, Err(EventBusError::Unavailable { .. })), "{refused:?}");
    let refused = bench.bus.subscribe("late", "*".parse().unwrap(), Arc::new(quick.clone()));
    assert!(matches!(refused, Err(EventBusError::Unavailable { .. })), "{refused:?}");
    assert_eq!(quick.seen().len(), 1000);
    assert!(within(bench.bus.shutdown(SECOND)).await.is_complete(), "once more is no harm");
}

#[tokio::test]
async fn what_handlers_publish_meanwhile_is_delivered() {
    let bench = bench();
    let counts = Subscriber::new([]);
    let _counts = counts.subscribe_to(&bench, "counts", "tasks:*");
    let (bus, follow) = (bench.bus.clone(), bench.event("tasks:task_done", "alice", 1));
    let handler = move |_: Event| -> BoxFuture<'static, Result<(), Error>> {
        let (bus, follow) = (bus.clone(), follow.clone());
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(bus.publish(vec![follow]).await?)
        })
    };
    let _follows = bench.bus.subscribe("follows", "notes:*".parse().unwrap(), Arc::new(handler)).unwrap();
    bench.publish_many("alice", 10).await;
    assert!(within(bench.bus.shutdown(SECOND)).await.is_complete());
    assert_eq!(counts.seen().len(), 10);
    assert!(bench.bus.dead_letters().is_empty());
}

#[tokio::test]
async fn what_is_not_done_in_time_stands_in_the_report() {
    let bench = bench();
    let (hangs, quick) = (Subscriber::new([Act::Hang]), Subscriber::new([]));
    let _subscriptions = [hangs.subscribe(&bench, "hangs"), quick.subscribe(&bench, "quick")];
    bench.publish_many("alice", 4).await;
    hangs.got(1).await;
    let shutdown = tokio::spawn({
        let bus = bench.bus.clone();
        async move { bus.shutdown(SECOND).await }
    });
    until(|| bench.clock.next_wake() == Some(SECOND)).await;
    bench.clock.advance(SECOND);
    let report = within(shutdown).await.unwrap();
    assert_eq!(report.undelivered, [("hangs".to_owned(), 4)]);
    assert_eq!(quick.seen().len(), 4);
}

#[tokio::test]
async fn an_event_that_is_tried_again_is_waited_for() {
    let bench = bench();
    let fails = Subscriber::new([Act::Fail, Act::Succeed]);
    let _subscription = fails.subscribe(&bench, "fails");
    bench.publish("alice", 0).await;
    fails.got(1).await;
    let shutdown = tokio::spawn({
        let bus = bench.bus.clone();
        async move { bus.shutdown(SECOND).await }
    });
    bench.pass(Duration::from_millis(100)).await;
    assert!(within(shutdown).await.unwrap().is_complete());
    assert_eq!(fails.seen().len(), 2);
}

#[tokio::test]
async fn whoever_waits_until_the_bus_is_idle_is_told_when_a_shutdown_drops_what_is_left() {
    let bench = bench();
    let hangs = Subscriber::new([Act::Hang]);
    let _subscription = hangs.subscribe(&bench, "hangs");
    bench.publish("alice", 0).await;
    let mut waits = std::pin::pin!(bench.bus.idle());
    assert!(poll!(waits.as_mut()).is_pending());
    bench.bus.shutdown(Duration::ZERO).await;
    assert!(poll!(waits.as_mut()).is_ready());
}

/// The first to subscribe is looked at first, and gets its event while others are looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_is_not_idle_while_an_event_goes_from_one_subscriber_to_another() {
    let bench = bench();
    let told = Subscriber::new([]);
    let _told = told.subscribe_to(&bench, "told", "tasks:*");
    let _between = [(); 300].map(|()| Subscriber::new([]).subscribe_to(&bench, "between", "nothing:*"));
    let (bus, event) = (bench.bus.clone(), bench.event("tasks:task_done", "alice", 0));
    let tells = move |_: Event| -> BoxFuture<'static, Result<(), Error>> {
        let published = bus.publish_now(std::slice::from_ref(&event));
        Box::pin(std::future::ready(published.map_or(Ok(()), |published| Ok(published?))))
    };
    let _tells = bench.bus.subscribe("tells", "notes:*".parse().unwrap(), Arc::new(tells)).unwrap();
    for round in 1..=1_000 {
        bench.publish("alice", 0).await;
        within(bench.bus.idle()).await;
        assert_eq!(told.seen().len(), round);
    }
}

//! Buses that are wrong in one way each.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mozaiks_core::Event;
use mozaiks_core::events::{EventBus, EventBusError, EventHandler, Subscription, Topic, TopicPattern};
use mozaiks_testkit::conformance;
use tokio::sync::mpsc;

use crate::{SHORT, assert_caught, assert_caught_only};

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    DropsEverySecondEvent,
    ReversesABatch,
    DropsWhatIsPublishedAtOnce,
    HandlesEachEventInATaskOfItsOwn,
    WaitsForHandlers,
    TakesPatternsForPrefixes,
    GivesAllToAll,
    GivesToTheFirstAlone,
    NeverUnsubscribes,
    UnsubscribesAll,
    RemembersThePast,
    ForgetsTheUser,
    EndsASubscriberThatPanicked,
    EndsASubscriberThatFailed,
}

type Queue = mpsc::UnboundedSender<Event>;
type Subscribers = Arc<Mutex<Vec<(usize, TopicPattern, Queue, Arc<dyn EventHandler>)>>>;

struct Broken {
    wrong: Wrong,
    subscribers: Subscribers,
    past: Mutex<Vec<Event>>,
    count: AtomicUsize,
}

impl Broken {
    fn wants(&self, pattern: &TopicPattern, topic: &Topic) -> bool {
        match self.wrong {
            Wrong::GivesAllToAll => true,
            Wrong::TakesPatternsForPrefixes => {
                let text = pattern.to_string();
                topic.as_str().starts_with(text.trim_end_matches(":*").trim_end_matches('*'))
            }
            _ => pattern.matches(topic),
        }
    }
}

impl EventBus for Broken {
    fn publish(&self, mut events: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        Box::pin(async move {
            if self.wrong == Wrong::ReversesABatch {
                events.reverse();
            }
            for mut event in events {
                if self.wrong == Wrong::DropsEverySecondEvent
                    && self.count.fetch_add(1, Ordering::Relaxed) % 2 == 1
                {
                    continue;
                }
                if self.wrong == Wrong::ForgetsTheUser {
                    let (topic, app) = (event.topic().clone(), Arc::clone(event.app_id()));
                    event = Event::new(event.id(), topic, app, None, &event.payload(), event.time()).unwrap();
                }
                self.past.lock().unwrap().push(event.clone());
                let mut handlers = Vec::new();
                for (_, pattern, queue, handler) in &*self.subscribers.lock().unwrap() {
                    if !self.wants(pattern, event.topic()) {
                        continue;
                    }
                    handlers.push(Arc::clone(handler));
                    drop(queue.send(event.clone()));
                    if self.wrong == Wrong::GivesToTheFirstAlone {
                        break;
                    }
                }
                if self.wrong == Wrong::WaitsForHandlers {
                    for handler in handlers {
                        let handling = AssertUnwindSafe(async { handler.handle(event.clone()).await });
                        drop(handling.catch_unwind().await);
                    }
                }
            }
            Ok(())
        })
    }

    fn publish_now(&self, _: &[Event]) -> Option<Result<(), EventBusError>> {
        (self.wrong == Wrong::DropsWhatIsPublishedAtOnce).then_some(Ok(()))
    }

    fn subscribe(
        &self,
        _: &str,
        pattern: TopicPattern,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        let (queue, mut events) = mpsc::unbounded_channel::<Event>();
        if self.wrong == Wrong::RemembersThePast {
            for event in self.past.lock().unwrap().iter().filter(|event| pattern.matches(event.topic())) {
                drop(queue.send(event.clone()));
            }
        }
        let number = self.count.fetch_add(2, Ordering::Relaxed);
        let subscribers = Arc::clone(&self.subscribers);
        subscribers.lock().unwrap().push((number, pattern, queue, Arc::clone(&handler)));
        let wrong = self.wrong;
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                let handler = Arc::clone(&handler);
                let handling = AssertUnwindSafe(async move { handler.handle(event).await }).catch_unwind();
                match wrong {
                    Wrong::WaitsForHandlers => {}
                    Wrong::HandlesEachEventInATaskOfItsOwn => drop(tokio::spawn(handling)),
                    _ => match handling.await {
                        Err(_) if wrong == Wrong::EndsASubscriberThatPanicked => return,
                        Ok(Err(_)) if wrong == Wrong::EndsASubscriberThatFailed => return,
                        _ => {}
                    },
                }
            }
        });
        Ok(Subscription::new(move || match wrong {
            Wrong::NeverUnsubscribes => {}
            Wrong::UnsubscribesAll => subscribers.lock().unwrap().clear(),
            _ => subscribers.lock().unwrap().retain(|(other, ..)| *other != number),
        }))
    }
}

async fn report(wrong: Wrong) -> conformance::Report {
    let fresh = || async move {
        Broken { wrong, subscribers: Arc::default(), past: Mutex::default(), count: AtomicUsize::new(0) }
    };
    conformance::event_bus(fresh).patience(SHORT).await
}

#[tokio::test]
async fn a_bus_that_loses_every_second_event_is_caught() {
    let cases = [
        "each_event_of_a_batch_arrives",
        "each_event_of_many_publishers_arrives",
        "a_subscriber_gets_what_comes_from_now_on",
    ];
    assert_caught(&report(Wrong::DropsEverySecondEvent).await, &cases);
}

#[tokio::test]
async fn a_batch_that_is_reversed_is_caught() {
    let cases = ["a_batch_keeps_its_order", "batches_at_the_same_time_keep_their_order"];
    let report = report(Wrong::ReversesABatch).await;
    assert_caught(&report, &cases);
    assert!(report.passed().contains(&"each_user_keeps_the_order"));
}

#[tokio::test]
async fn what_was_taken_at_once_and_dropped_is_caught() {
    let cases = ["what_is_published_at_once_keeps_its_place"];
    assert_caught_only(&report(Wrong::DropsWhatIsPublishedAtOnce).await, &cases);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_are_handled_at_once_are_caught() {
    // Which of them is first is chance: in a hundred events of many cases one is.
    let report = report(Wrong::HandlesEachEventInATaskOfItsOwn).await;
    assert!(!report.failed().is_empty(), "{report}");
}

#[tokio::test]
async fn a_bus_that_waits_for_handlers_is_caught() {
    let cases = ["publishing_does_not_wait_for_handlers", "a_handler_that_never_ends_harms_no_other"];
    assert_caught_only(&report(Wrong::WaitsForHandlers).await, &cases);
}

#[tokio::test]
async fn patterns_that_are_taken_for_prefixes_are_caught() {
    let cases = [
        "a_pattern_of_one_topic_gets_it_alone",
        "a_pattern_of_an_area_gets_the_area",
        "a_pattern_of_a_name_gets_it_of_every_area",
    ];
    assert_caught(&report(Wrong::TakesPatternsForPrefixes).await, &cases);
}

#[tokio::test]
async fn a_bus_that_gives_all_to_all_is_caught() {
    let report = report(Wrong::GivesAllToAll).await;
    assert_caught(&report, &["a_pattern_of_one_topic_gets_it_alone", "a_bare_topic_is_of_no_area"]);
    assert!(report.passed().contains(&"a_pattern_of_all_gets_all"));
}

#[tokio::test]
async fn a_bus_that_gives_to_one_subscriber_alone_is_caught() {
    assert_caught(&report(Wrong::GivesToTheFirstAlone).await, &["every_subscriber_gets_the_event"]);
}

#[tokio::test]
async fn a_subscription_that_does_not_end_is_caught() {
    assert_caught_only(&report(Wrong::NeverUnsubscribes).await, &["a_dropped_subscription_ends"]);
}

#[tokio::test]
async fn a_dropped_subscription_that_ends_others_is_caught() {
    assert_caught(&report(Wrong::UnsubscribesAll).await, &["a_dropped_subscription_leaves_others"]);
}

#[tokio::test]
async fn a_bus_that_tells_of_the_past_is_caught() {
    let cases = ["a_subscriber_gets_what_comes_from_now_on", "one_can_subscribe_again"];
    assert_caught(&report(Wrong::RemembersThePast).await, &cases);
}

#[tokio::test]
async fn a_bus_that_forgets_the_user_is_caught() {
    let report = report(Wrong::ForgetsTheUser).await;
    assert_caught(&report, &["an_event_arrives_as_it_was_published", "apps_and_users_arrive_as_they_are"]);
    assert!(report.passed().contains(&"an_event_that_no_user_caused_arrives"));
}

#[tokio::test]
async fn a_bus_that_gives_up_a_subscriber_is_caught() {
    let panicked = report(Wrong::EndsASubscriberThatPanicked).await;
    assert_caught_only(&panicked, &["a_handler_that_panicked_gets_the_next_event"]);
    let failed = report(Wrong::EndsASubscriberThatFailed).await;
    assert_caught_only(&failed, &["a_handler_that_failed_gets_the_next_event"]);
}

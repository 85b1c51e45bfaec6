//! A subscriber gets the events of one user in the order in which they were handed over.

use std::sync::Arc;

use futures_util::future::join_all;
use mozaiks_core::Event;

use super::listener::Listener;
use super::{Subject, event, publish};
use crate::conformance::wait::{answer, at_once};

/// Events of one user arrive in the order in which they were published, whatever others publish in between. A slow
/// handler does not change that.
pub async fn each_user_keeps_the_order(bus: &Subject) {
    let slow = |count| -> futures_util::future::BoxFuture<'static, Result<(), mozaiks_core::Error>> {
        Box::pin(async move {
            // The later an event is, the sooner its handler is done.
            for _ in 0..50_usize.saturating_sub(count) {
                tokio::task::yield_now().await;
            }
            Ok(())
        })
    };
    let listeners =
        [Listener::new(bus, "quick", "notes:*"), Listener::behaving(bus, "slow", "notes:*", slow)];
    let events: Vec<_> = (0..150)
        .zip(["alice", "bob", "carol"].iter().cycle())
        .map(|(number, user)| event("notes:note_created", user, number))
        .collect();
    for event in &events {
        publish(bus, [event]).await;
    }
    for listener in &listeners {
        listener.got(&events).await;
        for user in ["alice", "bob", "carol"] {
            in_order(listener, &of(&events, user), user);
        }
    }
}

/// The order is the user's, not the topic's.
pub async fn a_user_of_many_topics_keeps_the_order(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "*");
    let topics = ["notes:note_created", "notes:note_deleted", "tasks:task_created", "user:registered"];
    let events: Vec<_> =
        (0..60).zip(topics.iter().cycle()).map(|(number, topic)| event(topic, "alice", number)).collect();
    for event in &events {
        publish(bus, [event]).await;
    }
    listener.got(&events).await;
    in_order(&listener, &events.iter().collect::<Vec<_>>(), "alice");
}

/// A batch keeps its order, and comes after the batch before it.
pub async fn a_batch_keeps_its_order(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "notes:*");
    let events: Vec<_> = (0..90).map(|number| event("notes:note_created", "alice", number)).collect();
    for batch in events.chunks(30) {
        publish(bus, batch).await;
    }
    listener.got(&events).await;
    in_order(&listener, &events.iter().collect::<Vec<_>>(), "alice");
}

/// What a bus takes at once arrives like everything else, and in its place among what it was asked to wait for.
pub async fn what_is_published_at_once_keeps_its_place(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "notes:*");
    let events: Vec<_> = (0..60).map(|number| event("notes:note_created", "alice", number)).collect();
    for (number, batch) in events.chunks(3).enumerate() {
        let published = if number % 2 == 0 { bus.publish_now(batch) } else { None };
        match published {
            Some(outcome) => answer("publish_now", async { outcome }).await,
            None => publish(bus, batch).await,
        }
    }
    listener.got(&events).await;
    in_order(&listener, &events.iter().collect::<Vec<_>>(), "alice");
}

/// Batches that are published at the same time each keep their order, whatever stands between.
pub async fn batches_at_the_same_time_keep_their_order(bus: &Subject) {
    let listener = Listener::new(bus, "listener", "notes:*");
    let users: Vec<_> = (0..8).map(|number| format!("user{number}")).collect();
    let batches: Vec<Vec<_>> = users
        .iter()
        .map(|user| (0..20).map(|number| event("notes:note_created", user, number)).collect())
        .collect();
    let publishers = batches.iter().cloned().map(|batch| {
        let bus = Arc::clone(bus);
        at_once(async move { publish(&bus, &batch).await })
    });
    join_all(publishers).await;
    for (user, batch) in users.iter().zip(&batches) {
        listener.got(batch).await;
        in_order(&listener, &batch.iter().collect::<Vec<_>>(), user);
    }
}

fn of<'e>(events: &'e [Event], user: &str) -> Vec<&'e Event> {
    events.iter().filter(|event| is_of(event, user)).collect()
}

fn is_of(event: &Event, user: &str) -> bool {
    event.user_id().is_some_and(|id| **id == *user)
}

/// Checks in what order the events of a user first arrived.
fn in_order(listener: &Listener, published: &[&Event], user: &str) {
    let seen: Vec<_> = listener.seen().into_iter().filter(|event| is_of(event, user)).collect();
    let same = seen.iter().map(Event::id).eq(published.iter().map(|event| event.id()));
    assert!(same, "the events of {user} were published as {published:?}, and arrived as {seen:?}");
}

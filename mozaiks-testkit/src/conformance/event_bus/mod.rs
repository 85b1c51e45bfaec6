//! What an [`EventBus`] must do: the cases of [`conformance::event_bus`](super::event_bus()).

mod delivery;
mod handlers;
mod listener;
mod order;
mod patterns;
mod subscriptions;

use std::sync::Arc;

use bson::oid::ObjectId;
use mozaiks_core::Event;
use mozaiks_core::events::{EventBus, Topic};
use serde_json::{Value, json};

use super::suite::{Case, cases};
use super::wait::{answer, fail};
use crate::clock::START;

pub use delivery::{
    an_event_arrives_as_it_was_published, an_event_that_no_user_caused_arrives,
    apps_and_users_arrive_as_they_are, each_event_of_a_batch_arrives, each_event_of_many_publishers_arrives,
    nobody_needs_to_listen,
};
pub use handlers::{
    a_handler_may_publish, a_handler_that_failed_gets_the_next_event, a_handler_that_fails_harms_no_other,
    a_handler_that_never_ends_harms_no_other, a_handler_that_panicked_gets_the_next_event,
    a_handler_that_panics_harms_no_other, publishing_does_not_wait_for_handlers,
};
pub use order::{
    a_batch_keeps_its_order, a_user_of_many_topics_keeps_the_order,
    batches_at_the_same_time_keep_their_order, each_user_keeps_the_order,
    what_is_published_at_once_keeps_its_place,
};
pub use patterns::{
    a_bare_topic_is_of_no_area, a_pattern_of_a_name_gets_it_of_every_area, a_pattern_of_all_gets_all,
    a_pattern_of_an_area_gets_the_area, a_pattern_of_one_topic_gets_it_alone,
};
pub use subscriptions::{
    a_dropped_subscription_ends, a_dropped_subscription_leaves_others,
    a_subscriber_gets_what_comes_from_now_on, every_subscriber_gets_the_event, one_can_subscribe_again,
};

/// An event bus, as cases take it.
pub type Subject = Arc<dyn EventBus>;

pub(super) const CASES: &[Case<Subject>] = cases![
    nobody_needs_to_listen,
    an_event_arrives_as_it_was_published,
    an_event_that_no_user_caused_arrives,
    apps_and_users_arrive_as_they_are,
    each_event_of_a_batch_arrives,
    each_event_of_many_publishers_arrives,
    a_pattern_of_one_topic_gets_it_alone,
    a_pattern_of_an_area_gets_the_area,
    a_pattern_of_a_name_gets_it_of_every_area,
    a_pattern_of_all_gets_all,
    a_bare_topic_is_of_no_area,
    each_user_keeps_the_order,
    a_user_of_many_topics_keeps_the_order,
    a_batch_keeps_its_order,
    what_is_published_at_once_keeps_its_place,
    batches_at_the_same_time_keep_their_order,
    every_subscriber_gets_the_event,
    a_subscriber_gets_what_comes_from_now_on,
    a_dropped_subscription_ends,
    a_dropped_subscription_leaves_others,
    one_can_subscribe_again,
    publishing_does_not_wait_for_handlers,
    a_handler_that_fails_harms_no_other,
    a_handler_that_panics_harms_no_other,
    a_handler_that_never_ends_harms_no_other,
    a_handler_that_failed_gets_the_next_event,
    a_handler_that_panicked_gets_the_next_event,
    a_handler_may_publish,
];

/// An event of a user of the app `shop`.
fn event(topic: &str, user_id: &str, number: usize) -> Event {
    event_of(topic, "shop", Some(user_id), &json!({ "number": number }))
}

fn event_of(topic: &str, app_id: &str, user_id: Option<&str>, payload: &Value) -> Event {
    let topic: Topic = match topic.parse() {
        Ok(topic) => topic,
        Err(error) => fail(&format!("{error}")),
    };
    match Event::new(ObjectId::new(), topic, app_id, user_id.map(Arc::from), payload, START) {
        Ok(event) => event,
        Err(error) => fail(&format!("no event: {error}")),
    }
}

async fn publish(bus: &Subject, events: impl IntoIterator<Item = &Event>) {
    answer("publish", bus.publish(events.into_iter().cloned().collect())).await;
}

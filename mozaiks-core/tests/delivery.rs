//! Which events reach a plugin, and which failures the bus gets to retry.

mod common;
#[path = "common/nothing.rs"]
mod nothing;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use common::alice;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use mozaiks_core::events::{Event, EventBus, EventBusError, EventHandler, Subscription, Topic, TopicPattern};
use mozaiks_core::installations::{Installation, Installations, InstallationsError};
use mozaiks_core::plugin::{Manifest, Plugin, Router};
use mozaiks_core::{DateTime, ErrorCode, Result, Runtime, UserKey};
use nothing::services;
use serde_json::json;

/// Keeps its subscribers, for a test to call.
#[derive(Default)]
struct Kept(Mutex<Vec<Arc<dyn EventHandler>>>);

impl EventBus for Kept {
    fn publish(&self, _: Vec<Event>) -> BoxFuture<'_, Result<(), EventBusError>> {
        ready(Ok(())).boxed()
    }

    fn subscribe(
        &self,
        _: &str,
        _: TopicPattern,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Subscription, EventBusError> {
        self.0.lock().unwrap().push(handler);
        Ok(Subscription::new(|| ()))
    }
}

/// What is said of every installation.
#[derive(Clone, Copy)]
enum Says {
    Installed,
    SwitchedOff,
    NotInstalled,
    Away,
}

impl Installations for Says {
    fn get<'a>(
        &'a self,
        _: &'a UserKey,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<Installation>, InstallationsError>> {
        let mut copy = Installation::new([], DateTime::from_millis(0));
        let answer = match self {
            Self::Installed => Ok(Some(copy)),
            Self::SwitchedOff => {
                copy.enabled = false;
                Ok(Some(copy))
            }
            Self::NotInstalled => Ok(None),
            Self::Away => Err(InstallationsError { source: None }),
        };
        ready(answer).boxed()
    }

    fn put<'a>(
        &'a self,
        _: &'a UserKey,
        _: &'a str,
        _: Installation,
    ) -> BoxFuture<'a, Result<(), InstallationsError>> {
        ready(Ok(())).boxed()
    }

    fn remove<'a>(&'a self, _: &'a UserKey, _: &'a str) -> BoxFuture<'a, Result<bool, InstallationsError>> {
        ready(Ok(false)).boxed()
    }
}

struct Counter(Arc<AtomicUsize>);

impl Plugin for Counter {
    fn manifest(&self) -> Manifest {
        Manifest::new("counter", "1.0.0")
    }

    fn router() -> Router<Self> {
        Router::new().on_event("user:registered", |counter: &Self, _, _| {
            counter.0.fetch_add(1, Ordering::Relaxed);
            Ok(ready(Ok(())).boxed())
        })
    }
}

/// Delivers one event to the plugin of a user of whose copy this is said; gives how often the plugin heard of it.
fn delivered(says: Says) -> (Result<()>, usize) {
    let (bus, heard) = (Arc::new(Kept::default()), Arc::new(AtomicUsize::new(0)));
    let runtime: Runtime = services()
        .events(bus.clone())
        .installations(Arc::new(says))
        .plugin(Counter(heard.clone()))
        .build()
        .unwrap();
    runtime.start().now_or_never().unwrap().unwrap();
    let topic: Topic = "user:registered".parse().unwrap();
    let (id, time) = (bson::oid::ObjectId::new(), DateTime::from_millis(0));
    let user = Some(alice().user().user_id().clone());
    let event = Event::new(id, topic, "shop", user, &json!({}), time).unwrap();
    let handler = bus.0.lock().unwrap().first().unwrap().clone();
    let outcome = handler.handle(event).now_or_never().unwrap();
    (outcome, heard.load(Ordering::Relaxed))
}

#[test]
fn an_event_reaches_the_plugin_of_those_who_have_it() {
    let (outcome, heard) = delivered(Says::Installed);
    outcome.unwrap();
    assert_eq!(heard, 1);
}

#[test]
fn whoever_has_not_installed_a_plugin_or_switched_it_off_is_passed_over() {
    for says in [Says::NotInstalled, Says::SwitchedOff] {
        let (outcome, heard) = delivered(says);
        outcome.unwrap();
        assert_eq!(heard, 0);
    }
}

#[test]
fn where_it_cannot_be_told_the_bus_gets_to_retry() {
    let (outcome, heard) = delivered(Says::Away);
    assert_eq!(outcome.unwrap_err().code(), ErrorCode::Unavailable);
    assert_eq!(heard, 0);
}

//! What core keeps in a storage passes the suites of the services that it is.

use std::sync::Arc;

use mozaiks_core::events::EventBus;
use mozaiks_core::notifications::{
    ListNotifications, Notification, NotificationsManager, StoredNotifications,
};
use mozaiks_core::settings::StoredSettings;
use mozaiks_core::{Clock, Event, SystemClock, UserKey};
use mozaiks_testkit::clock::TestClock;
use mozaiks_testkit::conformance;
use mozaiks_testkit::events::MemoryEventBus;
use mozaiks_testkit::journal::{Happening, Journal};
use mozaiks_testkit::realtime::MemoryRealtime;
use mozaiks_testkit::storage::MemoryStorage;
use serde_json::json;

/// Notifications in a storage in memory, and what they touch.
fn notifications(clock: Arc<dyn Clock>) -> (StoredNotifications, MemoryStorage, MemoryRealtime, Journal) {
    let storage = MemoryStorage::new();
    let journal = Journal::new();
    let realtime = MemoryRealtime::new(journal.clone(), Arc::clone(&clock));
    let manager = StoredNotifications::new(Arc::new(storage.clone()), Arc::new(realtime.clone()), clock);
    (manager, storage, realtime, journal)
}

fn alice() -> UserKey {
    UserKey::new("shop", "alice").unwrap()
}

#[tokio::test]
async fn stored_settings_pass() {
    let fresh = || async { StoredSettings::new(Arc::new(MemoryStorage::new()), Arc::new(SystemClock)) };
    conformance::settings(fresh).await.assert_passed();
}

#[tokio::test]
async fn stored_notifications_pass() {
    conformance::notifications(|clock| async { notifications(clock).0 }).await.assert_passed();
}

#[tokio::test]
async fn a_notification_is_pushed_as_it_is_stored() {
    let (manager, .., journal) = notifications(Arc::new(TestClock::new()));
    let sent = Notification::new("notes_created", "Saved").message("Milk").metadata("note.id", 7);
    let stored = manager.send(&alice(), Some("notes"), sent).await.unwrap();
    let happened = journal.all();
    let [Happening::Push(to, push)] = &*happened else { panic!("one push, not {happened:?}") };
    assert_eq!(to, &alice());
    assert_eq!((&*push.kind, push.timestamp), ("notification", stored.created_at));
    let expected = json!({
        "id": stored.id, "type": "notes_created", "title": "Saved", "message": "Milk", "metadata": { "note.id": 7 },
    });
    assert_eq!(push.data, expected);
}

#[tokio::test]
async fn a_notification_that_is_not_pushed_is_stored_all_the_same() {
    let (manager, _, realtime, _) = notifications(Arc::new(TestClock::new()));
    realtime.faults().fail_next(1);
    manager.send(&alice(), None, Notification::new("news", "News")).await.unwrap();
    assert_eq!(manager.unread_count(&alice()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_storage_that_is_away_is_said_to_be() {
    let (manager, storage, _, journal) = notifications(Arc::new(TestClock::new()));
    storage.faults().fail_next(1);
    let error = manager.send(&alice(), None, Notification::new("news", "News")).await.unwrap_err();
    assert_eq!(error.to_string(), "notifications are unavailable");
    assert!(journal.all().is_empty(), "what is not stored is not pushed");
}

#[tokio::test]
async fn an_event_raises_a_notification_of_whoever_caused_it() {
    let clock = Arc::new(TestClock::new());
    let (manager, ..) = notifications(clock.clone());
    let bus = MemoryEventBus::new(Journal::new(), clock.clone());
    let pattern = "task_manager:*".parse().unwrap();
    let made = |event: &Event| {
        let title = event.payload()["title"].as_str()?.to_owned();
        Some(Notification::new("done", title))
    };
    let _raising = manager.raise(&bus, pattern, made).unwrap();
    let event = |user: Option<&str>, payload: serde_json::Value| {
        let topic = "task_manager:task_completed".parse().unwrap();
        Event::new(clock.new_id(), topic, "shop", user.map(Arc::from), &payload, clock.now()).unwrap()
    };
    let events = vec![
        event(Some("alice"), json!({ "title": "Milk" })),
        event(Some("alice"), json!({})),
        event(None, json!({ "title": "Nobody's" })),
        event(Some("bob"), json!({ "title": "Bread" })),
    ];
    bus.publish(events).await.unwrap();
    bus.settle().await;
    let list = manager.list(&alice(), ListNotifications::default()).await.unwrap();
    let titles: Vec<_> = list.notifications.iter().map(|one| &*one.title).collect();
    assert_eq!((titles, list.notifications[0].plugin.as_deref()), (vec!["Milk"], None));
}

//! What the macro wrote, at work.

#![allow(clippy::unwrap_used)] // a test may

use author::{Book, Shelf, ShelfClient, ShelfSettings};
use mozaiks_testkit::prelude::*;

fn host() -> TestHost {
    TestHost::builder().plugin(Shelf::default()).publishes("house:moved").build()
}

#[tokio::test]
async fn a_client_calls_every_action_by_its_name() {
    let host = host();
    let alice = host.user("alice");
    let shelf = ShelfClient::new(&alice);
    let before = shelf.count().await.unwrap();
    assert_eq!(shelf.add("Emma".into(), None).await.unwrap(), before + 1);
    let book = Book { title: "Persuasion".into() };
    assert_eq!(shelf.echo(&book).await.unwrap(), book);
    assert_eq!(shelf.opened().await.unwrap(), 1);
    assert_eq!(alice.call("how_many", json!({})).await.unwrap(), json!({ "data": before + 1 }));
}

#[tokio::test]
async fn every_argument_that_is_wrong_is_said_at_once() {
    let host = host();
    let error = host.user("alice").call("add", json!({ "copies": "two" })).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Validation);
    let text = format!("{:?}", error.details());
    assert!(text.contains("title") && text.contains("copies"), "{text}");
}

#[tokio::test]
async fn an_error_of_the_authors_is_one_of_ours() {
    let host = host();
    let alice = host.user("alice");
    let error = ShelfClient::new(&alice).overfill().await.unwrap_err();
    assert_eq!((error.code(), error.message()), (ErrorCode::Conflict, "The shelf is full"));
    host.assert_not_published("shelf:book_added");
}

#[tokio::test]
async fn settings_are_checked_by_their_rules_and_then_by_the_plugin() {
    let host = host();
    let alice = host.user("alice");
    let shelf = ShelfClient::new(&alice);
    assert_eq!(shelf.get_settings().await.unwrap().settings.room, 3);
    shelf.save_settings(&ShelfSettings { room: 7 }).await.unwrap();
    assert_eq!(shelf.get_settings().await.unwrap().settings.room, 7);
    for bad in [13, 51] {
        let error = shelf.save_settings(&ShelfSettings { room: bad }).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Validation);
    }
    assert_eq!(shelf.get_settings().await.unwrap().settings.room, 7);
}

#[tokio::test]
async fn an_event_comes_with_its_payload() {
    let host = host();
    let alice = host.user("alice");
    let shelf = ShelfClient::new(&alice);
    let before = shelf.count().await.unwrap();
    alice.publish("house:moved", json!({ "to": "Bath" })).await.unwrap();
    host.settle().await;
    assert_eq!(shelf.count().await.unwrap(), before + 1);
}

#[tokio::test]
async fn a_step_runs_for_the_user_who_takes_it() {
    let host =
        TestHost::builder().plugin(Shelf::default()).publishes("house:moved").nothing_installed().build();
    let alice = host.user("alice").plugin("shelf");
    alice.install([]).await.unwrap();
    assert_eq!(ShelfClient::new(&alice).count().await.unwrap(), 1);
}

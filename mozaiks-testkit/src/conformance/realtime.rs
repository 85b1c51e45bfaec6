//! What [`Realtime`] must do: the cases of [`conformance::realtime`](super::realtime()).

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use mozaiks_core::UserKey;
use mozaiks_core::realtime::{Push, Realtime};
use serde_json::json;

use super::suite::{Case, cases};
use super::texts::{odd_users, user};
use super::wait::{fail, within};
use crate::clock::START;

/// What the suite needs beside the service: a way to listen, as a front end does.
pub trait Connects: Realtime {
    /// A live connection of a user. It receives what is pushed from now on, and ends when it is dropped.
    fn connect(&self, user: &UserKey) -> BoxStream<'static, Push>;
}

/// What pushes, as cases take it.
pub type Subject = Arc<dyn Connects>;

pub(super) const CASES: &[Case<Subject>] = cases![
    a_connection_receives_what_is_pushed,
    every_connection_of_a_user_receives_it,
    the_messages_of_a_user_keep_their_order,
    a_user_without_a_connection_is_no_error,
    a_connection_that_does_not_keep_up_holds_nobody_up,
    a_connection_that_was_closed_is_no_error,
    nobody_receives_what_is_anothers,
];

/// A message arrives as it was pushed.
pub async fn a_connection_receives_what_is_pushed(realtime: &Subject) {
    let mut connection = realtime.connect(&alice());
    let data = json!({ "note_id": "1", "a.b": [null, 1.5, i64::MAX, "\u{1f600}"], "": {} });
    for pushed in
        [Push::new("notes_update", data, START).action("created"), Push::new("x", json!(null), START)]
    {
        push(realtime, &alice(), &pushed);
        assert_eq!(next(&mut connection).await, pushed, "what arrived is not what was pushed");
    }
}

/// Each live connection of a user gets it.
pub async fn every_connection_of_a_user_receives_it(realtime: &Subject) {
    let mut connections = [(); 3].map(|()| realtime.connect(&alice()));
    push(realtime, &alice(), &number(1));
    for connection in &mut connections {
        assert_eq!(next(connection).await, number(1), "what arrived is not what was pushed");
    }
}

/// The messages of one user keep their order.
pub async fn the_messages_of_a_user_keep_their_order(realtime: &Subject) {
    let mut connection = realtime.connect(&alice());
    let mut other = realtime.connect(&user("shop", "bob"));
    for index in 0..30 {
        push(realtime, &alice(), &number(index));
        push(realtime, &user("shop", "bob"), &number(index));
    }
    for connection in [&mut connection, &mut other] {
        for index in 0..30 {
            assert_eq!(next(connection).await, number(index), "the message number {index}");
        }
    }
}

/// A user without a connection misses the message: that is no error, and nothing is kept for later.
pub async fn a_user_without_a_connection_is_no_error(realtime: &Subject) {
    push(realtime, &alice(), &number(1));
    let mut connection = realtime.connect(&alice());
    push(realtime, &alice(), &number(2));
    assert_eq!(next(&mut connection).await, number(2), "what arrived is not what was pushed last");
}

/// A connection that does not keep up does not make a push wait or fail, and takes nothing from others.
pub async fn a_connection_that_does_not_keep_up_holds_nobody_up(realtime: &Subject) {
    let _slow = realtime.connect(&alice());
    for index in 0..10_000 {
        push(realtime, &alice(), &number(index));
    }
    let mut bob = realtime.connect(&user("shop", "bob"));
    push(realtime, &user("shop", "bob"), &number(1));
    assert_eq!(next(&mut bob).await, number(1), "what arrived is not what was pushed");
}

/// A connection that was closed takes nothing from the others of its user.
pub async fn a_connection_that_was_closed_is_no_error(realtime: &Subject) {
    let (closed, mut open) = (realtime.connect(&alice()), realtime.connect(&alice()));
    drop(closed);
    push(realtime, &alice(), &number(1));
    assert_eq!(next(&mut open).await, number(1), "what arrived is not what was pushed");
}

/// Users and apps are compared byte by byte: each receives their own alone.
pub async fn nobody_receives_what_is_anothers(realtime: &Subject) {
    let users = odd_users();
    let mut connections: Vec<_> = users.iter().map(|user| realtime.connect(user)).collect();
    for (index, user) in users.iter().enumerate() {
        push(realtime, user, &number(index));
    }
    for (index, (connection, user)) in connections.iter_mut().zip(&users).enumerate() {
        // A second one, so that one too many before it shows.
        push(realtime, user, &number(index));
        for _ in 0..2 {
            assert_eq!(next(connection).await, number(index), "what arrived at the user number {index}");
        }
    }
}

fn alice() -> UserKey {
    user("shop", "alice")
}

fn number(number: usize) -> Push {
    Push::new("notes_update", json!({ "number": number }), START).action("created")
}

fn push(realtime: &Subject, to: &UserKey, message: &Push) {
    if let Err(error) = realtime.push(to, message.clone()) {
        fail(&format!("`push` failed: {error}"));
    }
}

async fn next(connection: &mut BoxStream<'static, Push>) -> Push {
    match within("a message to arrive", connection.next()).await {
        Some(message) => message,
        None => fail("the connection ended before the message arrived"),
    }
}

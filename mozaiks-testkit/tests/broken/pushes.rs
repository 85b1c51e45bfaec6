//! Live connections that are wrong in one way each.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::stream::{self, BoxStream, StreamExt};
use mozaiks_core::UserKey;
use mozaiks_core::realtime::{Push, Realtime, RealtimeError};
use mozaiks_testkit::conformance;
use mozaiks_testkit::conformance::realtime::Connects;
use tokio::sync::mpsc;

use crate::{SHORT, assert_caught, assert_caught_only};

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    ReachesEveryone,
    FailsWithoutAConnection,
    FailsWhenAConnectionIsFull,
    KeepsForLater,
    KnowsOneConnection,
}

struct Broken {
    wrong: Wrong,
    connections: Mutex<Vec<(UserKey, mpsc::Sender<Push>)>>,
    later: Mutex<VecDeque<(UserKey, Push)>>,
}

impl Realtime for Broken {
    fn push(&self, to: &UserKey, message: Push) -> Result<(), RealtimeError> {
        let mut connections = self.connections.lock().unwrap();
        connections.retain(|(_, connection)| !connection.is_closed());
        let mut reached = false;
        for (_, connection) in
            connections.iter().filter(|(user, _)| user == to || self.wrong == Wrong::ReachesEveryone)
        {
            let sent = connection.try_send(message.clone());
            if sent.is_err() && self.wrong == Wrong::FailsWhenAConnectionIsFull {
                return Err(RealtimeError { source: None });
            }
            reached = true;
        }
        match self.wrong {
            Wrong::FailsWithoutAConnection if !reached => Err(RealtimeError { source: None }),
            Wrong::KeepsForLater if !reached => {
                self.later.lock().unwrap().push_back((to.clone(), message));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Connects for Broken {
    fn connect(&self, user: &UserKey) -> BoxStream<'static, Push> {
        let (connection, mut messages) = mpsc::channel(100);
        for (_, message) in self.later.lock().unwrap().drain(..).filter(|(to, _)| to == user) {
            connection.try_send(message).unwrap();
        }
        let mut connections = self.connections.lock().unwrap();
        if self.wrong == Wrong::KnowsOneConnection {
            connections.retain(|(other, _)| other != user);
        }
        connections.push((user.clone(), connection));
        stream::poll_fn(move |cx| messages.poll_recv(cx)).boxed()
    }
}

async fn report(wrong: Wrong) -> conformance::Report {
    let fresh = || async move { Broken { wrong, connections: Mutex::default(), later: Mutex::default() } };
    conformance::realtime(fresh).patience(SHORT).await
}

#[tokio::test]
async fn a_push_to_everyone_is_caught() {
    let cases = ["nobody_receives_what_is_anothers", "the_messages_of_a_user_keep_their_order"];
    assert_caught_only(&report(Wrong::ReachesEveryone).await, &cases);
}

#[tokio::test]
async fn a_push_that_needs_a_connection_is_caught() {
    assert_caught(
        &report(Wrong::FailsWithoutAConnection).await,
        &["a_user_without_a_connection_is_no_error"],
    );
}

#[tokio::test]
async fn a_push_that_fails_for_one_slow_connection_is_caught() {
    let cases = ["a_connection_that_does_not_keep_up_holds_nobody_up"];
    assert_caught_only(&report(Wrong::FailsWhenAConnectionIsFull).await, &cases);
}

#[tokio::test]
async fn what_is_kept_for_later_is_caught() {
    assert_caught_only(&report(Wrong::KeepsForLater).await, &["a_user_without_a_connection_is_no_error"]);
}

#[tokio::test]
async fn a_second_connection_that_ends_the_first_is_caught() {
    let cases = ["every_connection_of_a_user_receives_it"];
    assert_caught(&report(Wrong::KnowsOneConnection).await, &cases);
}

//! Ends: killed, or told to stop, under load. What was acknowledged is there afterwards.

use std::collections::BTreeSet;

use rustix::process::Signal;

use crate::support::{Host, Load, folder, until};

/// What was acknowledged is there, and `activity` hears of each task once.
async fn assert_nothing_lost(host: &Host, token: &str, acknowledged: &[String]) {
    let tasks: BTreeSet<String> = host.tasks(token).await.into_iter().collect();
    let missing: Vec<_> = acknowledged.iter().filter(|id| !tasks.contains(*id)).collect();
    assert!(missing.is_empty(), "tasks are lost: {missing:?}");
    until("the events arrive", async || {
        let heard: BTreeSet<String> = host.heard(token).await.into_iter().collect();
        acknowledged.iter().all(|id| heard.contains(id))
    })
    .await;
    let heard = host.heard(token).await;
    let once: BTreeSet<&String> = heard.iter().collect();
    assert_eq!(heard.len(), once.len(), "an event is on record twice");
}

#[tokio::test]
async fn a_host_that_was_killed_under_load_goes_on_where_it_was() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let load = Load::on(&host, &token);
    load.reaches(150).await;
    host.kill().await;
    let acknowledged = load.end().await;

    let host = Host::start(folder.path(), &[]).await;
    // With the token of before: the secret is the same.
    assert_nothing_lost(&host, &token, &acknowledged).await;
    assert_eq!(host.tasks(&host.token().await).await.len(), host.tasks(&token).await.len());
}

#[tokio::test]
async fn a_signal_under_load_loses_nothing_and_ends_with_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = folder();
        let host = Host::start(folder.path(), &[]).await;
        let token = host.token().await;
        let load = Load::on(&host, &token);
        load.reaches(100).await;
        host.signal(signal);
        let ended = host.ended().await;
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        let acknowledged = load.end().await;

        let host = Host::start(folder.path(), &[]).await;
        assert_nothing_lost(&host, &token, &acknowledged).await;
        assert_eq!(host.tasks(&token).await.len(), acknowledged.len(), "there is more than was acknowledged");
    }
}

#[tokio::test]
async fn without_the_outbox_events_arrive_as_long_as_the_host_ends_in_order() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--outbox", "off"]).await;
    let token = host.token().await;
    let load = Load::on(&host, &token);
    load.reaches(50).await;
    host.signal(Signal::TERM);
    assert_eq!(host.ended().await.code, Some(0));
    let acknowledged = load.end().await;
    let host = Host::start(folder.path(), &[]).await;
    assert_nothing_lost(&host, &token, &acknowledged).await;
}

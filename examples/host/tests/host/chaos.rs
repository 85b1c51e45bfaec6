//! A plugin that misbehaves does so alone.

use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Host, folder, until};

#[tokio::test]
async fn a_panic_is_an_error_with_an_id_that_the_log_has() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let (status, reply) = host.call(&token, "chaos/panic", json!({})).await;
    assert_eq!((status, &reply["error_code"]), (500, &json!("INTERNAL")));
    assert_eq!(reply["error"], "An unexpected error occurred");
    host.logged(reply["details"]["error_id"].as_str().unwrap()).await;
    host.create(&token, "Milk").await;
    host.signal(Signal::TERM);
    // With nothing beside the log, as far as it was asked to be JSON.
    for line in host.ended().await.log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[tokio::test]
async fn what_never_returns_ends_with_its_deadline() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--deadline", "200ms"]).await;
    let token = host.token().await;
    let (status, reply) = host.call(&token, "chaos/hang", json!({})).await;
    assert_eq!((status, &reply["error_code"]), (504, &json!("TIMEOUT")));
}

#[tokio::test]
async fn a_hundred_megabytes_are_no_reply_and_a_flood_of_events_is_refused() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let (status, reply) = host.call(&token, "chaos/huge", json!({})).await;
    assert_eq!((status, &reply["error_code"]), (500, &json!("INTERNAL")));
    let (status, reply) = host.call(&token, "chaos/flood", json!({})).await;
    assert!(status >= 400, "{reply}");
    let figures = host.get("/metrics").await.text().await.unwrap();
    assert!(!figures.contains("chaos:flooded"), "some of the flood is through");
    host.create(&token, "Milk").await;
}

#[tokio::test]
async fn four_that_hold_their_threads_hold_up_nobody_else() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let block = || host.call(&token, "chaos/block", json!({ "seconds": 5 }));
    let blocked = join_all((0..4).map(|_| block()));
    let others = async {
        until("four are held", async || host.figure("mozaiks_requests_in_flight").await == 4).await;
        for number in 0..20 {
            host.create(&token, &number.to_string()).await;
        }
        assert_eq!(host.tasks(&token).await.len(), 20);
        // They are held still: nobody has waited for them.
        assert_eq!(host.figure("mozaiks_requests_in_flight").await, 4);
    };
    let (blocked, ()) = futures_util::join!(blocked, others);
    assert!(blocked.iter().all(|(status, _)| *status == 200), "{blocked:?}");
}

#[tokio::test]
async fn what_does_not_end_in_time_makes_the_end_a_failure() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--shutdown", "300ms"]).await;
    let token = host.token().await;
    let id = host.create(&token, "Milk").await;
    let (client, url) = (host.client.clone(), host.url("/api/execute/chaos/hang"));
    let hanging = {
        let token = token.clone();
        tokio::spawn(async move { client.post(url).bearer_auth(token).json(&json!({})).send().await })
    };
    until("it hangs", async || host.figure("mozaiks_requests_in_flight").await == 1).await;
    host.signal(Signal::TERM);
    let begun = std::time::Instant::now();
    let ended = host.ended().await;
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(hanging.await.unwrap().is_err());

    let host = Host::start(folder.path(), &[]).await;
    assert_eq!(host.tasks(&token).await, [id]);
}

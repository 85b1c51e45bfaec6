//! What the host serves beside its actions, and how that is switched off.

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Host, folder, until, within};

#[tokio::test]
async fn the_figures_tell_of_calls_the_storage_and_events() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    host.create(&token, "Milk").await;
    assert!(host.figure("mozaiks_requests_total").await >= 1);
    assert!(host.figure("mozaiks_storage_seconds_count").await >= 1);
    until("the event is delivered", async || host.figure("mozaiks_events_delivered_total").await >= 1).await;
}

#[tokio::test]
async fn the_figures_can_have_an_address_of_their_own() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--metrics-listen", "127.0.0.1:0"]).await;
    let elsewhere = host.metrics_address().await;
    assert_ne!(elsewhere, host.address);
    assert_eq!(host.get("/metrics").await.status(), 404);
    let client = &host.client;
    let there = client.get(format!("http://{elsewhere}/metrics")).send().await.unwrap();
    assert!(there.text().await.unwrap().contains("mozaiks_storage_seconds"));
    assert_eq!(client.get(format!("http://{elsewhere}/health")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let folder = folder();
    let paths = ["/metrics", "/api/openapi.json", "/api/docs"];
    for (option, there) in [
        (None, [true, true, true]),
        (Some("--no-metrics"), [false, true, true]),
        (Some("--no-openapi"), [true, false, false]),
        (Some("--no-docs"), [true, true, false]),
    ] {
        let host = Host::start(folder.path(), option.as_slice()).await;
        for (path, there) in paths.iter().zip(there) {
            let status = host.get(path).await.status();
            assert_eq!(status, if there { 200 } else { 404 }, "{path} with {option:?}");
        }
        host.kill().await;
    }
}

#[tokio::test]
async fn the_description_has_a_path_for_every_action() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let described: Value = host.get("/api/openapi.json").await.json().await.unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in ["/api/execute/task_manager/create", "/api/execute/activity/recent"] {
        assert!(described["paths"][path].is_object(), "{path}");
    }
}

#[tokio::test]
async fn the_app_says_what_the_options_say() {
    let folder = folder();
    let options = ["--app-name", "Shop", "--env", "production", "--monetization", "on"];
    let host = Host::start(folder.path(), &options).await;
    let app: Value = host.get("/api/app-config").await.json().await.unwrap();
    assert_eq!(app["app_name"], "Shop");
    assert_eq!(app["env"], "production");
    assert_eq!(app["monetization_enabled"], true);
}

#[tokio::test]
async fn pages_of_the_origins_that_were_named_may_call() {
    let folder = folder();
    let (mine, other) = ("https://app.example", "https://evil.example");
    let allowed = async |host: &Host, origin: &str| {
        let request = host.client.get(host.url("/health")).header("origin", origin);
        let reply = request.send().await.unwrap();
        reply.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    let host =
        Host::start(folder.path(), &["--cors-origin", mine, "--cors-origin", "http://localhost:3000"]).await;
    assert_eq!(allowed(&host, mine).await.as_deref(), Some(mine));
    assert_eq!(allowed(&host, other).await, None);
    host.kill().await;
    let host = Host::start(folder.path(), &["--cors-origin", "*"]).await;
    assert_eq!(allowed(&host, other).await.as_deref(), Some("*"));
    host.kill().await;
    let host = Host::start(folder.path(), &[]).await;
    assert_eq!(allowed(&host, mine).await, None);
}

#[tokio::test]
async fn a_live_connection_hears_of_a_new_task_and_of_the_end() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let mut request = format!("ws://{}/ws/notifications/alice", host.address).into_client_request().unwrap();
    let protocol = format!("access_token.{token}").parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let (mut socket, _) = within("the handshake", connect_async(request)).await.unwrap();
    let mut next = async || within("a message", socket.next()).await.unwrap().unwrap();
    let greeting: Value = serde_json::from_str(next().await.to_text().unwrap()).unwrap();
    assert_eq!((&greeting["type"], &greeting["user_id"]), (&"connection_ack".into(), &"alice".into()));
    let id = host.create(&token, "Milk").await;
    let push: Value = serde_json::from_str(next().await.to_text().unwrap()).unwrap();
    assert_eq!((&push["type"], &push["action"]), (&"task_manager_update".into(), &"created".into()));
    assert_eq!(push["data"]["item_id"], id.as_str());
    host.signal(rustix::process::Signal::TERM);
    let tokio_tungstenite::tungstenite::Message::Close(Some(close)) = next().await else {
        panic!("not closed")
    };
    assert_eq!(u16::from(close.code), 1001);
    drop(socket);
    assert_eq!(host.ended().await.code, Some(0));
}

#[tokio::test]
async fn the_rate_of_a_user_is_held() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--rate", "1", "--burst", "3"]).await;
    let token = host.token().await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(host.call(&token, "task_manager/list", serde_json::json!({})).await.0);
    }
    assert_eq!(statuses[..3], [200; 3]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

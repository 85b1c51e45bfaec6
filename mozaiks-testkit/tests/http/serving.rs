//! Serving: slow and broken clients, many at once, and the end.

use std::time::Duration;

use futures_util::future::join_all;
use mozaiks_core::http::ServeOptions;
use serde_json::json;
use tokio::runtime::Builder;

use crate::support::{Server, Setup, server, within};

#[tokio::test]
async fn a_head_that_trickles_in_is_cut_off() {
    let serving = ServeOptions::default().header_timeout(Duration::from_millis(200));
    let server = Server::start(Setup { serving, ..Setup::default() }).await;
    for beginning in ["", "POST /api/execute/lab HTTP/1.1\r\nHost: x\r\nX: "] {
        let mut raw = server.raw().await;
        raw.send(beginning).await;
        let begun = std::time::Instant::now();
        raw.to_end().await;
        assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_connection_may_rest_between_requests_but_not_within_one() {
    let serving = ServeOptions::default()
        .header_timeout(Duration::from_millis(100))
        .keep_alive(Duration::from_millis(400));
    let server = Server::start(Setup { serving, ..Setup::default() }).await;
    let mut raw = server.raw().await;
    for _ in 0..2 {
        raw.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(raw.some().await.starts_with("HTTP/1.1 200 OK"));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let begun = std::time::Instant::now();
    raw.send("GET /health HTTP/1.1\r\nHo").await;
    raw.to_end().await;
    assert!(begun.elapsed() < Duration::from_millis(350), "{:?}", begun.elapsed());
    let mut raw = server.raw().await;
    raw.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(raw.some().await.starts_with("HTTP/1.1 200 OK"));
    let begun = std::time::Instant::now();
    raw.to_end().await;
    assert!(begun.elapsed() >= Duration::from_millis(350), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_harms_nobody() {
    let server = server().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/execute/lab HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /api/execute/lab HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let mut raw = server.raw().await;
        raw.send(bytes).await;
        raw.send([b"X".repeat(100).as_slice(), b"\r\n\r\n"].concat()).await;
        let reply = raw.to_end().await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 4"), "{reply}");
    }
    let many_headers = (0..200).map(|number| format!("X-{number}: x\r\n")).collect::<String>();
    let mut raw = server.raw().await;
    raw.send(format!("GET /health HTTP/1.1\r\n{many_headers}\r\n")).await;
    assert!(raw.to_end().await.starts_with("HTTP/1.1 431 "));
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
}

#[tokio::test]
async fn a_reply_reaches_a_client_that_is_still_sending() {
    let server = server().await;
    for head in ["", "Authorization: Bearer user-alice\r\n"] {
        let mut raw = server.raw().await;
        raw.send(format!(
            "POST /api/execute/lab/echo HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 4000000\r\n\r\n"
        ))
        .await;
        let (mut reader, mut writer) = raw.0.into_split();
        let writing = tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            // It does not look at the reply before it is done, or the host has gone.
            for _ in 0..400 {
                if writer.write_all(&[b'x'; 10_000]).await.is_err() {
                    break;
                }
            }
            writer
        });
        let mut reply = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut reply);
        within("the reply", read).await.unwrap();
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let expected = if head.is_empty() { "HTTP/1.1 401 " } else { "HTTP/1.1 413 " };
        assert!(reply.starts_with(expected), "{reply}");
        assert!(reply.ends_with('}'), "{reply}");
        drop(writing.await);
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_reply_is_cut_off() {
    let serving = ServeOptions::default().write_timeout(Duration::from_millis(200));
    let mut server = Server::start(Setup { serving, ..Setup::default() }).await;
    let mut raw = server.raw().await;
    // More than all buffers on the way hold.
    let request = "GET /api/docs/swagger-ui-5.35.0.js HTTP/1.1\r\nHost: x\r\n\r\n";
    raw.send(request.repeat(20)).await;
    assert!(raw.some().await.starts_with("HTTP/1.1 200 OK"));
    // It reads no further, and still the end is one in order.
    server.signal();
    assert!(within("the end", server.ended()).await);
    drop(raw);
}

#[tokio::test]
async fn a_thousand_clients_are_served_at_once() {
    let server = server().await;
    let calls = (0..1000).map(|number| {
        let client = reqwest::Client::new();
        let request = client.post(server.url("/api/execute/lab/keep")).bearer_auth(format!("user-{number}"));
        let request = request.json(&json!({ "text": number.to_string() }));
        async move { request.send().await.unwrap().status().as_u16() }
    });
    assert!(join_all(calls).await.into_iter().all(|status| status == 200));
    assert_eq!(server.storage.len(), 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_plugin_that_holds_its_thread_holds_up_nobody_else() {
    let server = server().await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(tokio::spawn(server.post("/api/execute/lab/hold").json(&json!({})).send()));
        within("one holds its thread", server.lab.begun.notified()).await;
    }
    for _ in 0..20 {
        assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
    }
    for _ in &held {
        server.lab.let_go();
    }
    for call in held {
        assert_eq!(call.await.unwrap().unwrap().status(), 200);
    }
}

#[test]
fn the_worker_that_hears_the_network_may_be_held() {
    let workers = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = workers.block_on(server());
    let clients = Builder::new_current_thread().enable_all().build().unwrap();
    clients.block_on(async {
        let (mut holding, mut other) = (server.raw().await, server.raw().await);
        let health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
        for _ in 0..20 {
            for connection in [&mut holding, &mut other] {
                connection.send(health).await;
                assert!(connection.some().await.starts_with("HTTP/1.1 200 OK"));
            }
            holding
                .send(
                    "POST /api/execute/lab/hold HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-alice\r\n\
                     Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                )
                .await;
            within("it holds its thread", server.lab.begun.notified()).await;
            other.send(health).await;
            assert!(other.some().await.starts_with("HTTP/1.1 200 OK"));
            server.lab.let_go();
            assert!(holding.some().await.starts_with("HTTP/1.1 200 OK"));
        }
    });
}

#[tokio::test]
async fn what_is_in_flight_ends_before_the_host_does() {
    let mut server = server().await;
    let idle = server.raw().await;
    let mut kept = server.raw().await;
    kept.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
    kept.some().await;
    let call = tokio::spawn(server.post("/api/execute/lab/wait").json(&json!({})).send());
    server.lab.begun.notified().await;
    server.signal();
    assert_eq!(kept.to_end().await, "");
    let refused = reqwest::Client::new().get(server.url("/health")).send().await;
    assert!(refused.is_err(), "{refused:?}");
    server.lab.go_on.notify_one();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
    drop(idle);
    assert!(server.ended().await);
}

#[tokio::test]
async fn what_does_not_end_is_cut_off_at_the_deadline() {
    let serving = ServeOptions::default().shutdown(Duration::from_millis(100));
    let mut server = Server::start(Setup { serving, ..Setup::default() }).await;
    let call = tokio::spawn(server.post("/api/execute/lab/hang").json(&json!({})).send());
    server.lab.begun.notified().await;
    server.signal();
    assert!(!server.ended().await);
    assert!(call.await.unwrap().is_err());
}

#[tokio::test]
async fn what_was_acknowledged_under_load_is_kept_when_the_host_ends() {
    let mut server = server().await;
    let clients: Vec<_> = (0..20)
        .map(|number| {
            let (client, url) = (server.client.clone(), server.url("/api/execute/lab/keep"));
            tokio::spawn(async move {
                let mut kept = 0;
                loop {
                    let request = client.post(&url).bearer_auth(format!("user-{number}"));
                    let Ok(response) = request.json(&json!({ "text": "x" })).send().await else { break kept };
                    if response.status() != 200 || response.bytes().await.is_err() {
                        break kept;
                    }
                    kept += 1;
                }
            })
        })
        .collect();
    while server.storage.len() < 200 {
        tokio::task::yield_now().await;
    }
    server.signal();
    assert!(server.ended().await);
    let acknowledged: usize = join_all(clients).await.into_iter().map(Result::unwrap).sum();
    assert!(acknowledged >= 200 && server.storage.len() >= acknowledged, "{acknowledged}");
}

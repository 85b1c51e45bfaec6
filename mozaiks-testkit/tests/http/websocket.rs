//! Live connections.

use std::time::Duration;

use mozaiks_core::realtime::hub::HubOptions;
use mozaiks_core::realtime::{Push, Realtime};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Server, Setup, assert_error, key, server, until};

const PROTOCOL: &str = "sec-websocket-protocol";

#[tokio::test]
async fn the_token_stands_in_the_subprotocol_or_in_the_query() {
    let server = server().await;
    let greeting = json!({ "type": "connection_ack", "user_id": "alice" });
    for path in ["/ws", "/ws/notifications/alice"] {
        let mut socket = server.open(path, &[(PROTOCOL, "access_token.user-alice")]).await.unwrap();
        assert_eq!(socket.protocol.as_deref(), Some("access_token.user-alice"));
        assert_eq!(socket.json().await, greeting);
        let mut socket = server.open(&format!("{path}?access_token=user-alice"), &[]).await.unwrap();
        assert_eq!(socket.json().await, greeting);
        assert_eq!(socket.protocol, None);
    }
    // Of two, the subprotocol wins.
    let mut socket =
        server.open("/ws?access_token=user-bob", &[(PROTOCOL, "access_token.user-alice")]).await.unwrap();
    assert_eq!(socket.json().await, greeting);
    let refused = server.open("/ws?access_token=user-alice", &[(PROTOCOL, "access_token.nobody")]).await;
    assert_error(&refused.unwrap_err(), 401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn who_may_not_is_refused_before_the_upgrade() {
    let setup = Setup { hub: HubOptions::default().per_user(2).total(3), ..Setup::default() };
    let server = Server::start(setup).await;
    for path in ["/ws", "/ws?access_token=nobody", "/ws/notifications/alice", "/ws?access_token="] {
        assert_error(&server.open(path, &[]).await.unwrap_err(), 401, "UNAUTHENTICATED");
    }
    let others = server.open("/ws/notifications/bob?access_token=user-alice", &[]).await.unwrap_err();
    assert_error(&others, 403, "FORBIDDEN");
    let (first, _second) = (server.socket("alice").await, server.socket("alice").await);
    let third = server.open("/ws?access_token=user-alice", &[]).await.unwrap_err();
    assert_error(&third, 429, "LIMIT_EXCEEDED");
    let _bob = server.socket("bob").await;
    assert_error(&server.open("/ws?access_token=user-carol", &[]).await.unwrap_err(), 429, "LIMIT_EXCEEDED");
    drop(first);
    until("the connection to end", || server.hub.statistics().connections == 2).await;
    server.socket("carol").await;
}

#[tokio::test]
async fn what_is_no_upgrade_is_a_mistake() {
    let server = server().await;
    let reply = crate::support::answer(server.get("/ws")).await;
    assert_error(&reply, 400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn what_plugins_push_arrives_in_order_at_every_connection() {
    let server = server().await;
    let (mut one, mut two, mut bob) =
        (server.socket("alice").await, server.socket("alice").await, server.socket("bob").await);
    for index in 0..50 {
        assert_eq!(server.call("tell", json!({ "text": index.to_string() })).await.0, 200);
    }
    for socket in [&mut one, &mut two] {
        for index in 0..50 {
            let message = socket.json().await;
            assert_eq!(
                message,
                json!({
                    "type": "lab_update", "action": "created", "data": { "text": index.to_string() },
                    "timestamp": "2025-01-01T00:00:00Z",
                })
            );
        }
    }
    server.hub.push(&key("bob"), Push::new("hello", json!(null), server.runtime_now())).unwrap();
    assert_eq!(bob.json().await["type"], "hello");
}

#[tokio::test]
async fn clients_say_little() {
    let server = server().await;
    let mut socket = server.socket("alice").await;
    for ignored in ["hello", "{}", "[]", r#"{"type":"pong"}"#, r#"{"type":5}"#, ""] {
        socket.send(Message::text(ignored)).await;
    }
    socket.send(Message::text(r#" {"id": 1, "type": "ping"} "#)).await;
    assert_eq!(socket.json().await, json!({ "type": "pong" }));
    socket.send(Message::text("x".repeat(4096))).await;
    socket.send(Message::text(r#"{"type":"ping"}"#)).await;
    assert_eq!(socket.json().await, json!({ "type": "pong" }));
    socket.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(socket.close_code().await, 1003);
    drop(socket);

    for size in [4097, 100_000, 5_000_000] {
        let mut socket = server.socket("alice").await;
        socket.send(Message::text("x".repeat(size))).await;
        assert_eq!(socket.close_code().await, 1009, "{size}");
    }
    until("all connections to end", || server.hub.statistics().connections == 0).await;
}

#[tokio::test]
async fn a_client_that_closes_is_forgotten() {
    let server = server().await;
    let mut socket = server.socket("alice").await;
    socket.socket.close(None).await.unwrap();
    while socket.next().await.is_some() {}
    until("the connection to end", || server.hub.statistics().connections == 0).await;
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_then_closed() {
    let server = server().await;
    // This one is never polled, so it answers no ping.
    let mut silent = server.socket("alice").await;
    let mut lively = server.socket("bob").await;
    for _ in 0..2 {
        server.clock.advance(Duration::from_secs(30));
        assert!(matches!(lively.next().await, Some(Message::Ping(_))));
        // Reading a ping answers it; a text makes sure that the answer is out.
        lively.send(Message::text(r#"{"type":"ping"}"#)).await;
        assert_eq!(lively.json().await["type"], "pong");
    }
    server.clock.advance(Duration::from_secs(16));
    assert_eq!(silent.close_code().await, 1008);
    lively.send(Message::text(r#"{"type":"ping"}"#)).await;
    assert_eq!(lively.json().await["type"], "pong");
}

#[tokio::test]
async fn a_connection_ends_with_its_token() {
    let server = server().await;
    let mut socket = server.open("/ws?access_token=user-alice-for-60", &[]).await.unwrap();
    assert_eq!(socket.json().await["user_id"], "alice");
    server.clock.advance(Duration::from_secs(59));
    socket.send(Message::text(r#"{"type":"ping"}"#)).await;
    assert_eq!(socket.json().await["type"], "pong");
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(socket.close_code().await, 1008);
}

#[tokio::test]
async fn who_does_not_keep_up_is_closed_and_holds_nobody_up() {
    let setup = Setup { hub: HubOptions::default().queue(8), ..Setup::default() };
    let server = Server::start(setup).await;
    let mut slow = server.socket("alice").await;
    let mut quick = server.socket("bob").await;
    let text = "x".repeat(100_000);
    // More than the queue and all buffers between hold.
    let mut pushed = 0;
    while server.hub.statistics().overflowed == 0 {
        let message = || Push::new("big", json!({ "text": text }), server.runtime_now());
        server.hub.push(&key("alice"), message()).unwrap();
        tokio::task::yield_now().await;
        pushed += 1;
        assert!(pushed < 10_000, "the queue is not bounded");
    }
    server.hub.push(&key("bob"), Push::new("small", json!({}), server.runtime_now())).unwrap();
    assert_eq!(quick.json().await["type"], "small");
    // It reads what was on its way, and then why it is closed.
    assert_eq!(slow.close_code().await, 1013);
}

#[tokio::test]
async fn who_does_not_take_the_close_is_dropped() {
    let setup = Setup { hub: HubOptions::default().queue(8), ..Setup::default() };
    let server = Server::start(setup).await;
    let _slow = server.socket("alice").await;
    let text = "x".repeat(100_000);
    while server.hub.statistics().overflowed == 0 {
        server
            .hub
            .push(&key("alice"), Push::new("big", json!({ "text": text }), server.runtime_now()))
            .unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(server.hub.statistics().connections, 1);
    let moved = async {
        loop {
            server.clock.advance(Duration::from_secs(6));
            tokio::task::yield_now().await;
        }
    };
    let ended = until("the connection to be dropped", || server.hub.statistics().connections == 0);
    tokio::select! { () = ended => {}, () = moved => unreachable!() }
}

#[tokio::test]
async fn the_end_of_the_host_closes_connections_with_1001() {
    let mut server = server().await;
    let mut sockets = vec![server.socket("alice").await, server.socket("bob").await];
    server.hub.push(&key("alice"), Push::new("last", json!({}), server.runtime_now())).unwrap();
    server.signal();
    assert_eq!(sockets[0].json().await["type"], "last");
    for socket in &mut sockets {
        assert_eq!(socket.close_code().await, 1001);
        while socket.next().await.is_some() {}
    }
    assert!(server.ended().await);
}

#[tokio::test]
async fn what_an_action_sends_reaches_who_has_connected_before_it_ends() {
    let server = server().await;
    let call = tokio::spawn(server.post("/api/execute/lab/announce").json(&json!({})).send());
    server.lab.begun.notified().await;
    let mut socket = server.socket("alice").await;
    server.lab.go_on.notify_one();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
    let message = socket.json().await;
    assert_eq!(message["type"], "lab_update");
    assert_eq!(message["action"], "announced");
    assert_eq!(message["data"], json!({ "deep": [1, { "er": null }] }));
}

#[tokio::test]
async fn a_push_that_cannot_be_written_fails_whether_somebody_listens_or_not() {
    let server = server().await;
    assert_error(&server.call("tell_the_unwritable", json!({})).await, 500, "INTERNAL");
    let _socket = server.socket("alice").await;
    assert_error(&server.call("tell_the_unwritable", json!({})).await, 500, "INTERNAL");
}

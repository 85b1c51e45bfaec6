//! What a body must be, and in which order its mistakes are told.

use serde_json::json;

use crate::support::{PATIENCE, Server, Setup, answer, assert_error, server};

const ECHO: &str = "/api/execute/lab/echo";

#[tokio::test]
async fn a_body_is_a_json_object() {
    let server = server().await;
    for body in [
        &b""[..],
        b"nope",
        b"{",
        b"[]",
        b"null",
        b"\"x\"",
        b"{\"text\": \"x\"} x",
        b"{\"text\": \"x\", \"text\": \"y\"}",
        b"{\"text\": \"x\", \"te\\u0078t\": \"y\"}",
        b"{\"user_id\": 1, \"user_id\": 2, \"text\": \"x\"}",
        b"{\"text\": \"\xff\"}",
        b"\xef\xbb\xbf{\"text\": \"x\"}",
    ] {
        let reply = answer(server.post(ECHO).body(body.to_vec())).await;
        assert_error(&reply, 400, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn a_body_is_at_most_64_levels_deep() {
    let server = server().await;
    let nested = |levels: usize| {
        format!("{{\"text\":\"x\",\"more\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
    };
    assert_eq!(answer(server.post(ECHO).body(nested(64))).await.0, 200);
    assert_error(&answer(server.post(ECHO).body(nested(65))).await, 400, "VALIDATION_ERROR");
    assert_error(&answer(server.post(ECHO).body(nested(100_000))).await, 400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_body_is_json_in_utf_8_or_of_no_type() {
    let server = server().await;
    let call = |kind: &str| answer(server.post(ECHO).header("content-type", kind).body(r#"{"text":"x"}"#));
    for good in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/vnd.api+json",
        "text/x+json",
        "application/json; profile=x",
    ] {
        assert_eq!(call(good).await.0, 200, "{good}");
    }
    for bad in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "application/+json",
        "json",
        "application/json, text/plain",
    ] {
        assert_error(&call(bad).await, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    assert_eq!(answer(server.post(ECHO).body(r#"{"text":"x"}"#)).await.0, 200);
    for (encoding, status) in [("identity", 200), ("gzip", 415), ("identity, gzip", 415), ("br", 415)] {
        let request = server.post(ECHO).header("content-encoding", encoding).body(r#"{"text":"x"}"#);
        assert_eq!(answer(request).await.0, status, "{encoding}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_however_it_comes() {
    let server = server().await;
    let body = |size: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(size - 11));
    let most = 1024 * 1024;
    assert_eq!(answer(server.post(ECHO).body(body(most))).await.0, 200);
    assert_error(&answer(server.post(ECHO).body(body(most + 1))).await, 413, "PAYLOAD_TOO_LARGE");
    assert_error(&answer(server.post(ECHO).body(body(20 * most))).await, 413, "PAYLOAD_TOO_LARGE");
    let streamed = |size: usize| {
        let pieces = body(size)
            .into_bytes()
            .chunks(10_000)
            .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
            .collect::<Vec<_>>();
        reqwest::Body::wrap_stream(futures_util::stream::iter(pieces))
    };
    assert_eq!(answer(server.post(ECHO).body(streamed(most))).await.0, 200);
    assert_error(&answer(server.post(ECHO).body(streamed(3 * most))).await, 413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_body_that_was_announced_too_large_is_not_waited_for() {
    let server = server().await;
    let mut raw = server.raw().await;
    raw.send("POST /api/execute/lab/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-alice\r\nContent-Length: 2000000\r\n\r\n{")
        .await;
    let reply = raw.to_end().await;
    assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
    assert!(reply.contains("PAYLOAD_TOO_LARGE"), "{reply}");
}

#[tokio::test]
async fn who_may_not_call_learns_that_before_what_is_wrong_with_the_body() {
    let server = server().await;
    let large = "x".repeat(2_000_000);
    let bad = |path: &str| server.request(reqwest::Method::POST, path);
    for path in ["/api/execute/lab/echo", "/api/execute/nope"] {
        assert_error(&answer(bad(path).body(large.clone())).await, 401, "UNAUTHENTICATED");
    }
    let token = |path: &str| server.post(path);
    for request in [
        token("/api/execute/nope").body(large.clone()),
        token("/api/execute/nope").body("no json"),
        token("/api/execute/nope/echo").header("content-type", "text/plain").body("x"),
        token("/api/plugin-settings/nope").body("no json"),
    ] {
        assert_error(&answer(request).await, 404, "PLUGIN_NOT_FOUND");
    }
    // What is wrong with the body comes before the action.
    assert_error(
        &answer(token("/api/execute/lab/frobnicate").body("no json")).await,
        400,
        "VALIDATION_ERROR",
    );
    let request = token("/api/execute/lab/frobnicate").header("content-type", "text/plain").body("x");
    assert_error(&answer(request).await, 415, "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn a_slow_body_is_given_up_after_its_time() {
    let server = server().await;
    for (path, status, code) in [("lab/echo", 408, "TIMEOUT"), ("nope/echo", 404, "PLUGIN_NOT_FOUND")] {
        let mut raw = server.raw().await;
        raw.send(format!("POST /api/execute/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-alice\r\nContent-Length: 20\r\n\r\n{{"))
            .await;
        let moved = async {
            loop {
                server.clock.advance(std::time::Duration::from_secs(31));
                tokio::task::yield_now().await;
            }
        };
        let reply = tokio::select! { reply = raw.to_end() => reply, () = moved => unreachable!() };
        assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{reply}");
        assert!(reply.contains(code), "{reply}");
    }
}

#[tokio::test]
async fn a_body_in_many_pieces_is_one_body() {
    let server = server().await;
    let mut raw = server.raw().await;
    raw.send("POST /api/execute/lab/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer user-alice\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    for byte in br#"{"text":"slowly"}"# {
        raw.send(format!("1\r\n{}\r\n", char::from(*byte))).await;
    }
    raw.send("0\r\n\r\n").await;
    let reply = raw.to_end().await;
    assert!(reply.starts_with("HTTP/1.1 200 OK") && reply.ends_with(r#"{"text":"slowly"}"#), "{reply}");
}

#[tokio::test]
async fn malformed_chunks_end_the_connection_and_nothing_else() {
    let server = server().await;
    let mut raw = server.raw().await;
    raw.send("POST /api/execute/lab/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-alice\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n")
        .await;
    let reply = raw.to_end().await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400 "), "{reply}");
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
}

#[tokio::test]
async fn the_largest_body_is_the_runtime_s_to_say() {
    let limits = mozaiks_core::runtime::Limits::default().max_body(100);
    let server = Server::start(Setup { limits, ..Setup::default() }).await;
    let reply =
        answer(server.post(ECHO).timeout(PATIENCE).body(format!(r#"{{"text":"{}"}}"#, "x".repeat(100))))
            .await;
    assert_error(&reply, 413, "PAYLOAD_TOO_LARGE");
}

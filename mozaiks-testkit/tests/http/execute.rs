//! Executing actions.

use mozaiks_testkit::journal::Happening;
use serde_json::json;

use crate::support::{Server, Setup, answer, assert_error, key, server};

#[tokio::test]
async fn an_action_is_named_in_the_path_or_in_the_body() {
    let server = server().await;
    let in_path = server.post("/api/execute/lab/echo").json(&json!({ "text": "hi" }));
    assert_eq!(answer(in_path).await, (200, json!({ "text": "hi" })));
    let in_body = server.post("/api/execute/lab").json(&json!({ "action": "echo", "text": "hi" }));
    assert_eq!(answer(in_body).await, (200, json!({ "text": "hi" })));
    let both = server.post("/api/execute/lab/echo").json(&json!({ "action": "echo", "text": "hi" }));
    assert_eq!(answer(both).await, (200, json!({ "text": "hi" })));
    let other = server.post("/api/execute/lab/echo").json(&json!({ "action": "keep", "text": "hi" }));
    assert_error(&answer(other).await, 400, "VALIDATION_ERROR");
    for body in [json!({}), json!({ "action": "" }), json!({ "action": 5 }), json!({ "action": null })] {
        let reply = answer(server.post("/api/execute/lab").json(&body)).await;
        assert_error(&reply, 400, "VALIDATION_ERROR");
        assert_eq!(reply.1["details"]["field"], "action");
    }
}

#[tokio::test]
async fn unknown_names_are_told_apart() {
    let server = server().await;
    let reply = server.call("frobnicate", json!({})).await;
    assert_eq!(
        reply,
        (404, json!({ "error": "Unknown action: frobnicate", "error_code": "UNKNOWN_ACTION" }))
    );
    let reply = answer(server.post("/api/execute/nope/echo").json(&json!({}))).await;
    assert_eq!(reply, (404, json!({ "error": "Unknown plugin: nope", "error_code": "PLUGIN_NOT_FOUND" })));
    for path in ["/api/execute/%ff/echo", "/api/execute/..%2f/echo", "/api/execute/la%62x"] {
        assert_error(&answer(server.post(path).json(&json!({}))).await, 404, "PLUGIN_NOT_FOUND");
    }
    // An escape in a path is the letter that it stands for.
    assert_eq!(answer(server.post("/api/execute/la%62/ech%6f").json(&json!({ "text": "x" }))).await.0, 200);
}

#[tokio::test]
async fn who_calls_is_the_host_s_to_say() {
    let server = server().await;
    let smuggled =
        json!({ "user_id": "bob", "app_id": "bank", "_context": { "user_id": "bob", "roles": ["admin"] } });
    let request = server
        .post("/api/execute/lab/whoami?user_id=bob&app_id=bank")
        .header("x-user-id", "bob")
        .header("x-app-id", "bank")
        .json(&smuggled);
    let seen = json!({ "app": "shop", "user": "alice", "roles": ["editor"] });
    assert_eq!(answer(request).await, (200, seen));
}

#[tokio::test]
async fn what_one_user_keeps_another_does_not_see() {
    let server = server().await;
    let (status, created) = server.call("keep", json!({ "text": "mine" })).await;
    assert_eq!(status, 200);
    assert_eq!(created["success"], true);
    assert_eq!(server.call("kept", json!({})).await.1["total"], 1);
    let bob = server.request(reqwest::Method::POST, "/api/execute/lab/kept").bearer_auth("user-bob");
    assert_eq!(answer(bob.json(&json!({}))).await.1["total"], 0);
}

#[tokio::test]
async fn errors_have_the_status_of_their_code() {
    let server = server().await;
    for (code, status) in [
        ("VALIDATION_ERROR", 400),
        ("FORBIDDEN", 403),
        ("NOT_FOUND", 404),
        ("CONFLICT", 409),
        ("LIMIT_EXCEEDED", 429),
        ("UNAVAILABLE", 503),
        ("TIMEOUT", 504),
        ("NOT_ENOUGH_MILK", 400),
    ] {
        let response =
            server.post("/api/execute/lab/fail").json(&json!({ "code": code })).send().await.unwrap();
        let waits = response.headers().get("retry-after").map(|seconds| seconds.to_str().unwrap().to_owned());
        assert_eq!(waits.as_deref(), matches!(status, 429 | 503).then_some("1"), "{code}");
        assert_error(&crate::support::body_of(response).await, status, code);
    }
    let reply = server.call("echo", json!({ "text": 5 })).await;
    assert_error(&reply, 400, "VALIDATION_ERROR");
    assert_eq!(reply.1["details"]["field"], "text");
}

#[tokio::test]
async fn an_internal_error_tells_nothing_but_an_id() {
    let server = server().await;
    for (action, fields) in [("panic", json!({})), ("huge", json!({ "bytes": 9_000_000 }))] {
        let (status, body) = server.call(action, fields).await;
        assert_eq!((status, &body["error"]), (500, &json!("An unexpected error occurred")));
        assert!(body["details"]["error_id"].is_string());
        assert!(!body.to_string().contains("secret"));
    }
    assert_eq!(server.call("echo", json!({ "text": "still there" })).await.0, 200);
}

#[tokio::test]
async fn an_action_that_hangs_ends_at_its_deadline() {
    let server = server().await;
    let call = server.call("hang", json!({}));
    let clock = async {
        server.lab.begun.notified().await;
        loop {
            server.clock.advance(std::time::Duration::from_secs(31));
            tokio::task::yield_now().await;
        }
    };
    let reply = tokio::select! { reply = call => reply, () = clock => unreachable!() };
    assert_error(&reply, 504, "TIMEOUT");
}

#[tokio::test]
async fn plans_and_installations_are_enforced() {
    let server = Server::start(Setup { enforced: true, ..Setup::default() }).await;
    let reply = server.call("echo", json!({ "text": "x" })).await;
    assert_error(&reply, 403, "FORBIDDEN");
    assert_eq!(reply.1["details"]["reason"], "not_installed");
    server.install("alice", "lab");
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
    server.plans.add("pro", ["lab"]);
    let reply = server.call("echo", json!({ "text": "x" })).await;
    assert_error(&reply, 403, "FORBIDDEN");
    assert_eq!(
        (&reply.1["details"]["reason"], &reply.1["details"]["plans"]),
        (&json!("plan"), &json!(["pro"]))
    );
    server.plans.set(&key("alice"), "pro");
    assert_eq!(server.call("echo", json!({ "text": "x" })).await.0, 200);
}

#[tokio::test]
async fn a_trace_is_handed_on_where_it_has_its_form() {
    let server = server().await;
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let call = |value: &str| {
        answer(server.post("/api/execute/lab/trace").header("traceparent", value).json(&json!({})))
    };
    assert_eq!(call(good).await.1["traceparent"], good);
    for bad in [
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "x",
    ] {
        assert_eq!(call(bad).await.1["traceparent"], json!(null), "{bad}");
    }
}

#[tokio::test]
async fn the_events_of_a_call_carry_its_trace() {
    let server = server().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let call =
        server.post("/api/execute/lab/tell").header("traceparent", trace).json(&json!({ "text": "x" }));
    assert_eq!(answer(call).await.0, 200);
    let events = server.journal.all().into_iter().filter_map(|happening| match happening {
        Happening::Event(event) => Some((event.topic().to_string(), event.traceparent().map(str::to_owned))),
        _ => None,
    });
    let traced = |topic: &str| (topic.to_owned(), Some(trace.to_owned()));
    assert_eq!(events.collect::<Vec<_>>(), [traced("lab:thing_done"), traced("plugin_executed")]);
}

#[tokio::test]
async fn names_in_a_path_are_read_as_they_are_written() {
    let server = server().await;
    let call = |path: &'static str| {
        let request = server.post(path).json(&json!({ "text": "x", "bytes": 1 }));
        async { answer(request).await }
    };
    for path in ["/api/execute/lab/echo", "/api/execute/%6Cab/ech%6f", "/api/execute/lab/echo?lab=other"] {
        assert_eq!(call(path).await.0, 200, "{path}");
    }
    for path in
        ["/api/execute/lab%2Fecho", "/api/execute/%2F/echo", "/api/execute/%FF/echo", "/api/execute/lab/%FF"]
    {
        assert_error(&call(path).await, 404, "PLUGIN_NOT_FOUND");
    }
    for path in [
        "/api/execute/lab/echo%2F",
        "/api/execute/lab/%00",
        "/api/execute/lab/ech%zz",
        "/api/execute/lab/a+b",
    ] {
        assert_error(&call(path).await, 404, "UNKNOWN_ACTION");
    }
    for path in [
        "/api/execute/lab/",
        "/api/execute//lab",
        "/api/execute//",
        "/api/execute///",
        "/api/execute/lab/echo/",
        "/api/execute/lab//echo",
        "/API/execute/lab/echo",
        "/api/%65xecute/lab/echo",
        "//api/execute/lab/echo",
    ] {
        assert_error(&call(path).await, 404, "NOT_FOUND");
        let other = server.request(reqwest::Method::DELETE, path).send().await.unwrap();
        assert!(other.headers().get("allow").is_none(), "{path} allows {:?}", other.headers()["allow"]);
        assert_error(&crate::support::body_of(other).await, 404, "NOT_FOUND");
    }
    for method in [reqwest::Method::HEAD, reqwest::Method::OPTIONS, reqwest::Method::PATCH] {
        let response = server.request(method.clone(), "/api/execute/lab/echo").send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["allow"]),
            (405, &"POST".parse().unwrap()),
            "{method}"
        );
    }
}

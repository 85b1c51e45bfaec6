//! Starts: good ones, and those that fail, each with its exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Host, command, folder, run, token, within};

const SECRET: &str = "a secret that only these tests know";

#[tokio::test]
async fn a_bad_option_ends_with_2_and_says_which() {
    let folder = folder();
    let bad: &[(&[&str], &str)] = &[
        (&["--nonsense"], "--nonsense"),
        (&["--listen", "here"], "--listen"),
        (&["--rate", "many"], "--rate"),
        (&["--burst", "0"], "--burst"),
        (&["--concurrency", "0"], "--concurrency"),
        (&["--deadline", "soon"], "--deadline"),
        (&["--max-body", "large"], "--max-body"),
        (&["--leeway", "61s"], "--leeway"),
        (&["--outbox", "maybe"], "--outbox"),
        (&["--monetization", "maybe"], "--monetization"),
        (&["--log-format", "xml"], "--log-format"),
        (&["--cors-origin", "app.example"], "--cors-origin"),
        (&["--cors-origin", "https://app.example/path"], "--cors-origin"),
        (&["--app-id", ""], "app id"),
        (&["--mongodb-uri", "http://127.0.0.1"], "mongodb://"),
        (&["--mongodb-uri", "mongodb://"], "connection string"),
        (&["--mongodb-uri", "mongodb://h/?maxPoolSize=abc"], "connection string"),
        (&["--jwks-url", "http://id.example/keys"], "https"),
        (&["--jwks-url", "https://id.example/keys", "--jwks-interval", "10ms"], "second"),
        (&["--jwt-secret", "short"], "32 bytes"),
        (&["--jwt-secret", SECRET, "--jwks-url", "https://id.example/keys"], "never with both"),
        (&["--no-metrics", "--metrics-listen", "127.0.0.1:0"], "--metrics-listen"),
        (&["token"], "--user"),
        (&["token", "--user", ""], "--user"),
        (&["token", "--user", "bob", "--ttl", "0s"], "--ttl"),
    ];
    for (arguments, says) in bad {
        let output = run(folder.path(), arguments).await;
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.starts_with("error: ") && error.contains(says), "{arguments:?}: {error}");
        assert!(!error.contains(SECRET) && output.stdout.is_empty(), "{arguments:?}: {error}");
    }
    assert!(!folder.path().join("data").exists());
}

#[tokio::test]
async fn an_option_is_an_environment_variable_too() {
    let folder = folder();
    for (name, value) in [
        ("MOZAIKS_RATE", "many"),
        ("MOZAIKS_NO_DOCS", "perhaps"),
        ("MONETIZATION", "perhaps"),
        ("MONGODB_URI", "http://127.0.0.1"),
        ("MOZAIKS_JWT_SECRET", "short"),
    ] {
        let output = within(name, command(folder.path(), &[]).env(name, value).output()).await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
    }
    let help = String::from_utf8(run(folder.path(), &["--help"]).await.stdout).unwrap();
    let options: Vec<&str> = help.split("\n      --").skip(1).collect();
    for option in &options {
        let name = option.split([' ', '\n']).next().unwrap();
        let variable = match name {
            "mongodb-uri" => "MONGODB_URI".to_owned(),
            "monetization" => "MONETIZATION".to_owned(),
            other => format!("MOZAIKS_{}", other.replace('-', "_").to_uppercase()),
        };
        assert!([']', '='].iter().any(|end| option.contains(&format!("[env: {variable}{end}"))), "{option}");
    }
    assert_eq!(options.len(), 37, "{help}");
}

/// Fails to start: exactly one line that has this in it, and 1.
async fn assert_fails(data: &std::path::Path, arguments: &[&str], says: &str) {
    let output = run(data, &[&["--listen", "127.0.0.1:0"], arguments].concat()).await;
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.lines().count() == 1 && error.ends_with('\n') && error.contains(says), "{error}");
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn a_start_that_fails_ends_with_1_and_one_line() {
    let place = folder();
    let at = place.path();
    let host = Host::start(at, &[]).await;
    let taken = host.address.to_string();
    let other = folder();
    let output = run(other.path(), &["--listen", &taken]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    assert_fails(at, &[], "is open already").await;
    assert_fails(other.path(), &["--metrics-listen", &taken], "cannot listen").await;
    // It goes on all the same.
    assert_eq!(host.get("/health").await.status(), 200);
    host.kill().await;

    assert_fails(at, &["--config", "/nowhere"], "/nowhere").await;
    assert_fails(at, &["--config", "data/jwt-secret"], "jwt-secret").await;
    let nobody = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100";
    assert_fails(at, &["--mongodb-uri", nobody], "unavailable").await;

    let secret = at.join("data/jwt-secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    assert_fails(at, &[], "may be read or written by others").await;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&secret, "short").unwrap();
    assert_fails(at, &[], "at least 32").await;
    fs::remove_file(&secret).unwrap();

    let database = at.join("data/mozaiks.sqlite");
    let mut bytes = fs::read(&database).unwrap();
    bytes[..16].fill(b'x');
    fs::write(&database, &bytes).unwrap();
    assert_fails(at, &[], "not an SQLite database").await;
    assert_eq!(fs::read(&database).unwrap(), bytes);
    fs::write(other.path().join("data"), "").unwrap();
    assert_fails(other.path(), &[], "cannot be made").await;
}

#[tokio::test]
async fn the_lines_that_a_start_prints_work() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let lines = host.curl_lines().await;
    assert_eq!(lines.len(), 3);
    let mut made = json!(null);
    for (url, body) in lines {
        let reply = host.client.post(&url).bearer_auth(&token).json(&body).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{url}");
        let reply: serde_json::Value = reply.json().await.unwrap();
        if url.ends_with("create") {
            made = reply["id"].clone();
        } else if url.ends_with("list") {
            assert_eq!((&reply["items"][0]["_id"], &reply["items"][0]["title"]), (&made, &json!("Milk")));
        }
    }
    assert_eq!(folder.path().join("data").metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(folder.path().join("data/jwt-secret").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    host.signal(Signal::INT);
    let ended = host.ended().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert!(!ended.log.contains(&token), "a token stands in the log");
}

#[tokio::test]
async fn with_a_secret_that_it_was_given_a_host_prints_nothing() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--jwt-secret", SECRET]).await;
    let bob = token(folder.path(), &["--jwt-secret", SECRET, "--user", "bob", "--role", "admin"]).await;
    host.create(&bob, "Milk").await;
    host.signal(Signal::TERM);
    let ended = host.ended().await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    assert!(!ended.log.contains(SECRET));
    assert!(!folder.path().join("data/jwt-secret").exists());
}

#[tokio::test]
async fn a_token_can_be_made_before_the_host_has_started_and_while_it_runs() {
    let folder = folder();
    let before =
        token(folder.path(), &["--user", "bob", "--role", "admin", "--role", "editor", "--ttl", "1h"]).await;
    let host = Host::start(folder.path(), &[]).await;
    let data = folder.path().join("data");
    let elsewhere = tempfile::tempdir().unwrap();
    let after = token(elsewhere.path(), &["--user", "bob", "--data", data.to_str().unwrap()]).await;
    host.create(&before, "Milk").await;
    assert_eq!(host.tasks(&after).await.len(), 1);
    assert_eq!(host.tasks(&host.token().await).await.len(), 0);
}

#[tokio::test]
async fn a_host_whose_standard_output_is_closed_serves() {
    let folder = folder();
    let mut command = command(folder.path(), &["token", "--user", "bob"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = within("the token", child.wait_with_output()).await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!error.contains("panicked"), "{error}");

    let host = Host::start_deaf(folder.path()).await;
    assert_eq!(host.get("/health").await.status(), 200);
    host.signal(Signal::TERM);
    let ended = host.ended().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
}

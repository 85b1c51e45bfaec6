//! An identity provider that is away, slow, wrong or too generous.

use std::time::Duration;

use mozaiks_core::auth::{AuthError, Authenticator, JwksEndpoint, JwtOptions, JwtOptionsError};
use serde_json::json;

use crate::provider::{Answer, Provider, ready_users_of, settled, until, users_of};
use crate::tokens::Pair;
use crate::{ask, assert_user};

fn good() -> Answer {
    Answer::Keys(vec![Pair::Rsa.jwk(json!({ "kid": "a" }))])
}

fn token() -> String {
    Pair::Rsa.token("RS256", json!({ "kid": "a" }))
}

#[test]
fn keys_come_from_https_or_this_machine_alone() {
    for good in [
        "https://id.example/keys",
        "HTTPS://id.example:8443/keys?x=y",
        "http://127.0.0.1/keys",
        "http://127.8.9.10:80/",
        "http://[::1]:8080/keys",
        "http://LocalHost:8080/keys",
    ] {
        assert!(JwksEndpoint::new(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "keys",
        "/keys",
        "id.example/keys",
        "http://id.example/keys",
        "http://localhost.example/keys",
        "http://127.0.0.1.example/keys",
        "http://127.0.0.1@id.example/keys",
        "https://user:password@id.example/keys",
        "http://0.0.0.0/keys",
        "http://10.0.0.1/keys",
        "http://[::2]/keys",
        "ftp://127.0.0.1/keys",
        "file:///etc/keys",
    ] {
        assert!(matches!(JwksEndpoint::new(bad), Err(JwtOptionsError::Endpoint(_))), "{bad}");
    }
}

#[test]
fn keys_are_not_fetched_all_the_time_nor_without_a_runtime() {
    let endpoint = JwksEndpoint::new("https://id.example/keys").unwrap();
    let outcome = endpoint.clone().interval(Duration::from_millis(999));
    assert!(matches!(outcome, Err(JwtOptionsError::Interval)));
    let outcome = JwtOptions::new("shop").with_jwks(&endpoint);
    assert!(matches!(outcome, Err(JwtOptionsError::NoRuntime)));
}

/// Not ready and not able to tell, for this reason; with the right answer it is both within 5 s.
async fn recovers_from(answer: Answer, reason: &str) {
    let provider = Provider::start(answer);
    let (users, clock) = users_of(&provider);
    let (trouble, outcome) = (users.ready().unwrap_err(), ask(&users, &token()));
    assert!(trouble.contains("not been fetched"), "{trouble}");
    assert!(matches!(outcome, Err(AuthError::Unavailable(_))), "{outcome:?}");

    settled(&clock, &provider, 1).await;
    let (trouble, outcome) = (users.ready().unwrap_err(), ask(&users, &token()));
    assert!(trouble.contains(reason), "{trouble}, not {reason}");
    assert_eq!(outcome, Err(AuthError::Unavailable(trouble)));

    clock.advance(Duration::from_millis(4_999));
    settled(&clock, &provider, 1).await;
    provider.answers(good());
    clock.advance(Duration::from_millis(1));
    until("it recovers", || users.ready().is_ok()).await;
    assert_eq!(provider.requests(), 2);
    assert_user(&ask(&users, &token()), "alice");
}

#[tokio::test]
async fn an_endpoint_that_hangs_up_is_asked_again() {
    recovers_from(Answer::Close, "could not be fetched").await;
}

#[tokio::test]
async fn an_endpoint_that_answers_with_garbage_is_asked_again() {
    for garbage in ["", "<html>", "[]", "{}", r#"{"keys":7}"#, r#"{"keys":{}}"#, r#"{"keys":[]"#] {
        recovers_from(Answer::body(garbage), "no JWKS").await;
    }
    recovers_from(Answer::body(b"{\"keys\":[\"\xff\"]}"), "no JWKS").await;
    recovers_from(Answer::Raw(b"what?\r\n\r\n".into()), "could not be fetched").await;
}

#[tokio::test]
async fn an_endpoint_without_a_usable_key_is_asked_again() {
    recovers_from(Answer::Keys(vec![]), "no key that can be used").await;
    recovers_from(
        Answer::Keys(vec![json!({ "kty": "oct", "k": "AAAA" }), json!(1)]),
        "no key that can be used",
    )
    .await;
}

#[tokio::test]
async fn an_endpoint_that_answers_with_an_error_is_asked_again() {
    let body = json!({ "keys": [Pair::Rsa.jwk(json!({ "kid": "a" }))] }).to_string();
    for status in ["500 Internal Server Error", "404 Not Found", "203 Hm", "204 No Content"] {
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n{body}");
        recovers_from(Answer::Raw(head.into_bytes()), &format!("status {}", &status[..3])).await;
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Provider::start(good());
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            elsewhere.url()
        );
        recovers_from(Answer::Raw(answer.into_bytes()), &format!("status {status}")).await;
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn an_endless_answer_is_cut_off_at_a_mebibyte() {
    let mut answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"keys\":[".to_vec();
    answer.extend(std::iter::repeat_n(b' ', 1024 * 1024));
    recovers_from(Answer::Raw(answer.clone()), "limit exceeded").await;

    // As long as is allowed, and said beforehand.
    let body = json!({ "keys": [Pair::Rsa.jwk(json!({ "kid": "a" }))] }).to_string();
    let longest = format!("{body}{}", " ".repeat(1024 * 1024 - body.len()));
    ready_users_of(&Provider::start(Answer::body(&longest))).await;
    recovers_from(Answer::body(longest + " "), "limit exceeded").await;
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_given_up_after_5_seconds() {
    for (answer, is_asked) in [
        (Answer::Wait, true),
        // It begins, and goes no further.
        (Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"keys\":".into()), false),
    ] {
        let provider = Provider::start(answer);
        let (users, clock) = users_of(&provider);
        until("it is asked", || provider.requests() == 1 && clock.with_deadline() == 1).await;
        if is_asked {
            clock.advance(Duration::from_millis(4_999));
            assert!(users.ready().unwrap_err().contains("not been fetched"));
            clock.advance(Duration::from_millis(1));
            settled(&clock, &provider, 1).await;
            assert!(users.ready().unwrap_err().contains("no answer within 5 s"));
        }
        provider.answers(good());
        // The one that was cut off fails by itself.
        until("it sleeps", || clock.asleep() == 1).await;
        clock.advance(Duration::from_secs(5));
        until("it recovers", || users.ready().is_ok()).await;
    }
}

#[tokio::test]
async fn nobody_listens() {
    // Taken and given back: nobody else is likely to get it at once.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = JwksEndpoint::new(&format!("http://127.0.0.1:{port}/keys")).unwrap();
    let clock = crate::clock::TestClock::default();
    let users =
        JwtOptions::new("shop").clock(std::sync::Arc::new(clock.clone())).with_jwks(&endpoint).unwrap();
    until("it gave up", || clock.asleep() == 1).await;
    assert!(users.ready().unwrap_err().contains("refused"), "{:?}", users.ready());
}

#[tokio::test]
async fn what_speaks_no_tls_has_no_keys() {
    let provider = Provider::start(good());
    let url = provider.url().replace("http://", "https://");
    let clock = crate::clock::TestClock::default();
    let users = JwtOptions::new("shop").clock(std::sync::Arc::new(clock.clone()));
    let users = users.with_jwks(&JwksEndpoint::new(&url).unwrap()).unwrap();
    until("it gave up", || clock.asleep() == 1 || clock.with_deadline() == 0).await;
    assert!(users.ready().is_err());
}

#[tokio::test]
async fn an_endpoint_that_goes_down_later_harms_no_known_key() {
    let provider = Provider::start(good());
    let (users, clock) = ready_users_of(&provider).await;
    for (round, answer) in
        [Answer::Close, Answer::body("garbage"), Answer::Raw(b"HTTP/1.1 500 X\r\n\r\n".into())]
            .into_iter()
            .enumerate()
    {
        provider.answers(answer);
        clock.advance(Duration::from_secs(300));
        settled(&clock, &provider, 2 + round * 2).await;
        assert_eq!(users.ready(), Ok(()));
        // Signed anew, so that it is not remembered; its time has not come yet, but its key is found.
        let token = crate::tokens::signed(
            r#"{"alg":"RS256","kid":"a"}"#,
            &json!({ "sub": "alice", "iat": 0, "exp": i64::MAX, "round": round }).to_string(),
            |message| Pair::Rsa.sign("RS256", message),
        );
        assert_user(&ask(&users, &token), "alice");
        let unknown = Pair::Rsa.token("RS256", json!({ "kid": "b" }));
        crate::assert_invalid(&users.authenticate(&unknown).await, "unknown");
        settled(&clock, &provider, 3 + round * 2).await;
    }
}

#[tokio::test]
async fn dropping_the_authenticator_ends_the_fetching() {
    let provider = Provider::start(good());
    let (users, clock) = ready_users_of(&provider).await;
    drop(users);
    until("the task is gone", || clock.asleep() == 0).await;
    clock.advance(Duration::from_secs(3_600));
    assert_eq!(provider.requests(), 1);

    let slow = Provider::start(Answer::Wait);
    let (users, clock) = users_of(&slow);
    until("it is asked", || slow.requests() == 1).await;
    drop(users);
    until("the task is gone", || clock.with_deadline() == 0).await;
}

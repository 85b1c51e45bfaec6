//! Keys that come and go, and the fetches that it takes to notice.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use mozaiks_core::auth::{AuthError, Authenticator, JwksEndpoint, JwtOptions};
use serde_json::json;

use crate::clock::TestClock;
use crate::provider::{Answer, Provider, ready_users_of, settled, until};
use crate::tokens::Pair;
use crate::{ask, assert_invalid, assert_user};

/// Whether it is not done when it has had its turn.
fn waits(future: &mut (impl Future + Unpin)) -> bool {
    future.poll_unpin(&mut Context::from_waker(Waker::noop())).is_pending()
}

#[tokio::test]
async fn a_key_that_was_withdrawn_counts_no_more() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "old" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    let (from_old, from_new) =
        (old.token("ES256", json!({ "kid": "old" })), new.token("ES256", json!({ "kid": "new" })));
    assert_user(&ask(&users, &from_old), "alice");

    provider.answers(Answer::Keys(vec![old.jwk(json!({ "kid": "old" })), new.jwk(json!({ "kid": "new" }))]));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 2).await;
    assert_user(&ask(&users, &from_old), "alice");
    assert_user(&ask(&users, &from_new), "alice");

    provider.answers(Answer::Keys(vec![new.jwk(json!({ "kid": "new" }))]));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 3).await;
    // Although it is remembered.
    assert_invalid(&users.authenticate(&from_old).await, "unknown");
    assert_user(&ask(&users, &from_new), "alice");
}

#[tokio::test]
async fn a_key_that_was_replaced_under_its_name_counts_no_more() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "a" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    let (from_old, from_new) =
        (old.token("ES256", json!({ "kid": "a" })), new.token("ES256", json!({ "kid": "a" })));
    assert_user(&ask(&users, &from_old), "alice");
    assert_invalid(&ask(&users, &from_new), "signature");

    provider.answers(Answer::Keys(vec![new.jwk(json!({ "kid": "a" }))]));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 2).await;
    assert_invalid(&ask(&users, &from_old), "signature");
    assert_user(&ask(&users, &from_new), "alice");
}

#[tokio::test]
async fn withdrawing_all_keys_shuts_everybody_out() {
    let pair = Pair::p256();
    let provider = Provider::start(Answer::Keys(vec![pair.jwk(json!({ "kid": "a" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    let token = pair.token("ES256", json!({ "kid": "a" }));
    assert_user(&ask(&users, &token), "alice");
    provider.answers(Answer::Keys(vec![]));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 2).await;
    assert!(matches!(ask(&users, &token), Err(AuthError::Unavailable(_))));
    assert!(users.ready().is_err());
}

#[tokio::test]
async fn keys_are_fetched_as_often_as_the_host_says() {
    let provider = Provider::start(Answer::Keys(vec![Pair::Rsa.jwk(json!({ "kid": "a" }))]));
    let clock = TestClock::default();
    let endpoint = JwksEndpoint::new(&provider.url()).unwrap().interval(Duration::from_secs(20)).unwrap();
    let users = JwtOptions::new("shop").clock(Arc::new(clock.clone())).with_jwks(&endpoint).unwrap();
    until("the keys are there", || users.ready().is_ok()).await;
    for fetched in 1..4 {
        settled(&clock, &provider, fetched).await;
        clock.advance(Duration::from_millis(19_999));
        settled(&clock, &provider, fetched).await;
        clock.advance(Duration::from_millis(1));
    }
    settled(&clock, &provider, 4).await;
}

#[tokio::test]
async fn a_token_with_a_new_key_waits_for_it_to_be_fetched() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "old" }))]));
    let (users, _) = ready_users_of(&provider).await;
    provider.answers(Answer::Keys(vec![old.jwk(json!({ "kid": "old" })), new.jwk(json!({ "kid": "new" }))]));
    assert_user(&users.authenticate(&new.token("ES256", json!({ "kid": "new" }))).await, "alice");
    assert_eq!(provider.requests(), 2);
}

#[tokio::test]
async fn unknown_keys_are_asked_for_every_30_seconds_at_most() {
    let pair = Pair::p256();
    let provider = Provider::start(Answer::Keys(vec![pair.jwk(json!({ "kid": "a" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    let names = ["../../etc/passwd", "b' OR '1'='1", "", "http://127.0.0.1/keys", "a\u{0}", "A"];
    for name in names {
        assert_invalid(&users.authenticate(&pair.token("ES256", json!({ "kid": name }))).await, "unknown");
    }
    settled(&clock, &provider, 2).await;
    clock.advance(Duration::from_millis(29_999));
    assert_invalid(&ask(&users, &pair.token("ES256", json!({ "kid": "z" }))), "unknown");
    clock.advance(Duration::from_millis(1));
    assert_invalid(&users.authenticate(&pair.token("ES256", json!({ "kid": "z" }))).await, "unknown");
    assert_invalid(&ask(&users, &pair.token("ES256", json!({ "kid": "y" }))), "unknown");
    assert_eq!(provider.requests(), 3);
    // What is known is not held up by any of it.
    assert_user(&ask(&users, &pair.token("ES256", json!({ "kid": "a" }))), "alice");
}

#[tokio::test]
async fn a_thousand_tokens_with_a_new_key_cause_one_fetch() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "old" }))]));
    let (users, _) = ready_users_of(&provider).await;
    provider.answers(Answer::Wait);
    let token = new.token("ES256", json!({ "kid": "new" }));
    let mut all = Box::pin(join_all((0..1_000).map(|_| users.authenticate(&token))));
    assert!(waits(&mut all));
    until("it is asked", || provider.requests() == 2).await;
    assert!(waits(&mut all));
    // Known keys need not wait.
    assert_user(&ask(&users, &old.token("ES256", json!({ "kid": "old" }))), "alice");
    provider.answers(Answer::Keys(vec![old.jwk(json!({ "kid": "old" })), new.jwk(json!({ "kid": "new" }))]));
    for outcome in all.await {
        assert_user(&outcome, "alice");
    }
    assert_eq!((provider.requests(), provider.most_at_once()), (2, 1));
}

#[tokio::test]
async fn of_tokens_with_an_unknown_key_no_more_wait_than_a_host_can_spare() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "old" }))]));
    let (users, _) = ready_users_of(&provider).await;
    provider.answers(Answer::Wait);
    let token = new.token("ES256", json!({ "kid": "new" }));
    let mut some = Box::pin(join_all((0..1_024).map(|_| users.authenticate(&token))));
    assert!(waits(&mut some));
    let refused = ask(&users, &token);
    assert!(matches!(refused, Err(AuthError::Unavailable(_))), "{refused:?}");
    assert_user(&ask(&users, &old.token("ES256", json!({ "kid": "old" }))), "alice");
    // Who goes makes room.
    drop(some);
    let mut next = users.authenticate(&token);
    assert!(waits(&mut next));
    provider.answers(Answer::Keys(vec![new.jwk(json!({ "kid": "new" }))]));
    assert_user(&next.await, "alice");
}

#[tokio::test]
async fn who_leaves_before_the_keys_come_takes_nothing_from_the_others() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "old" }))]));
    let (users, _) = ready_users_of(&provider).await;
    provider.answers(Answer::Wait);
    let token = new.token("ES256", json!({ "kid": "new" }));
    let mut first = users.authenticate(&token);
    assert!(waits(&mut first));
    let second = users.authenticate(&token);
    drop(first);
    until("it is asked", || provider.requests() == 2).await;
    provider.answers(Answer::Keys(vec![new.jwk(json!({ "kid": "new" }))]));
    assert_user(&second.await, "alice");
    assert_eq!(provider.requests(), 2);
}

#[tokio::test]
async fn a_fetch_under_way_is_waited_for_and_not_doubled() {
    let (old, new) = (Pair::p256(), Pair::p256());
    let provider = Provider::start(Answer::Keys(vec![old.jwk(json!({ "kid": "old" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    provider.answers(Answer::Wait);
    clock.advance(Duration::from_secs(300));
    until("it is asked", || provider.requests() == 2).await;
    let token = new.token("ES256", json!({ "kid": "new" }));
    let mut waiting = users.authenticate(&token);
    assert!(waits(&mut waiting));
    provider.answers(Answer::Keys(vec![new.jwk(json!({ "kid": "new" }))]));
    assert_user(&waiting.await, "alice");
    settled(&clock, &provider, 2).await;
}

#[tokio::test]
async fn a_token_without_a_name_for_its_key_needs_one_that_fits_alone() {
    let (p256, other, p384) = (Pair::p256(), Pair::p256(), Pair::p384());
    let provider = Provider::start(Answer::Keys(vec![p256.jwk(json!({})), p384.jwk(json!({ "kid": "b" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    assert_user(&ask(&users, &p256.token("ES256", json!({}))), "alice");
    assert_user(&ask(&users, &p384.token("ES384", json!({}))), "alice");
    assert_invalid(&ask(&users, &other.token("ES256", json!({}))), "signature");
    assert_invalid(&ask(&users, &Pair::Rsa.token("RS256", json!({}))), "no key fits");

    provider.answers(Answer::Keys(vec![p256.jwk(json!({})), other.jwk(json!({ "kid": "c" }))]));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 2).await;
    let again = p256.token("ES256", json!({ "typ": "JWT" }));
    assert_invalid(&ask(&users, &again), "no key fits it alone");
    // The name tells them apart; a key without one is no token's that names one.
    assert_user(&ask(&users, &other.token("ES256", json!({ "kid": "c" }))), "alice");
    assert_invalid(&users.authenticate(&p256.token("ES256", json!({ "kid": "a" }))).await, "unknown");
}

#[tokio::test]
async fn two_keys_of_one_name_are_both_tried() {
    let (first, second) = (Pair::p256(), Pair::p256());
    let jwk = |pair: &Pair| pair.jwk(json!({ "kid": "a" }));
    let provider = Provider::start(Answer::Keys(vec![jwk(&first), jwk(&second), jwk(&first)]));
    let (users, _) = ready_users_of(&provider).await;
    assert_user(&ask(&users, &first.token("ES256", json!({ "kid": "a" }))), "alice");
    assert_user(&ask(&users, &second.token("ES256", json!({ "kid": "a" }))), "alice");
    assert_invalid(&ask(&users, &Pair::p256().token("ES256", json!({ "kid": "a" }))), "signature");
}

#[tokio::test]
async fn tokens_of_a_provider_obey_the_clock_too() {
    let provider = Provider::start(Answer::Keys(vec![Pair::Rsa.jwk(json!({ "kid": "a" }))]));
    let (users, clock) = ready_users_of(&provider).await;
    let token = Pair::Rsa.token("RS256", json!({ "kid": "a" }));
    assert_user(&ask(&users, &token), "alice");
    clock.advance(Duration::from_secs(630));
    assert_invalid(&ask(&users, &token), "expired");
    assert!(users.authenticate("a.b.c").now_or_never().unwrap().is_err());
}

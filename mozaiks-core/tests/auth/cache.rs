//! Tokens that are remembered.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mozaiks_core::auth::Authenticator;
use serde_json::json;

use crate::tokens::local_token_with;
use crate::{ask, assert_invalid, assert_user, local, local_with};

#[test]
fn a_remembered_token_gives_the_same_user_as_a_verified_one() {
    let (users, _) = local();
    let (forgetful, _) = local_with(|options| options.remember(0));
    let token = local_token_with(json!({ "username": "Alice", "roles": ["editor"], "is_superadmin": true }));
    let verified = ask(&users, &token).unwrap();
    assert_eq!(ask(&users, &token).unwrap(), verified);
    assert_eq!(ask(&forgetful, &token).unwrap(), verified);
    assert_eq!(ask(&forgetful, &token).unwrap(), verified);
}

#[test]
fn a_remembered_token_opens_nothing_for_one_that_resembles_it() {
    let (users, _) = local();
    let token = local_token_with(json!({}));
    assert_user(&ask(&users, &token), "alice");
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = local_token_with(json!({ "sub": "root" }));
    let (other_message, _) = other.rsplit_once('.').unwrap();
    assert_invalid(&ask(&users, &format!("{other_message}.{signature}")), "signature");
    assert_invalid(&ask(&users, &format!("{message}.")), "");
    assert_invalid(&ask(&users, &format!("{token} ")), "");
}

#[test]
fn only_what_is_remembered_is_answered_at_once() {
    let (users, clock) = local();
    let token = local_token_with(json!({}));
    assert_eq!(users.authenticate_now(&token), None);
    let verified = ask(&users, &token).unwrap();
    assert_eq!(users.authenticate_now(&token), Some(Ok(verified)));
    assert_eq!(users.authenticate_now(&format!("{token} ")), None);
    assert_eq!(users.authenticate_now(""), None);
    assert_eq!(users.authenticate_now(&"x".repeat(1 << 20)), None);
    let (forgetful, _) = local_with(|options| options.remember(0));
    assert!(ask(&forgetful, &token).is_ok());
    assert_eq!(forgetful.authenticate_now(&token), None);
    clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(users.authenticate_now(&token), None);
}

#[test]
fn more_tokens_than_are_remembered_are_verified_all_the_same() {
    let (users, _) = local_with(|options| options.remember(4));
    let tokens: Vec<_> = (0..100).map(|user| local_token_with(json!({ "sub": user.to_string() }))).collect();
    for _ in 0..3 {
        for (user, token) in tokens.iter().enumerate() {
            assert_user(&ask(&users, token), &user.to_string());
        }
    }
}

#[test]
fn many_threads_get_each_their_own_user() {
    let (users, _) = local_with(|options| options.remember(50));
    let users = Arc::new(users);
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let users = Arc::clone(&users);
            thread::spawn(move || {
                for round in 0..500 {
                    let user = format!("{}", (round * 7 + thread) % 100);
                    assert_user(&ask(&users, &local_token_with(json!({ "sub": user }))), &user);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

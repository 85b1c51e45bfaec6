//! What a genuine token must say, and what is made of it.

use std::time::Duration;

use mozaiks_core::Clock;
use mozaiks_core::auth::{ClaimNames, JwtOptions, JwtOptionsError, JwtSecret, JwtSigner, NewToken};
use serde_json::{Value, json};

use crate::clock::START;
use crate::tokens::{local_token, local_token_with};
use crate::{SECRET, ask, assert_invalid, assert_user, local, local_with};

#[test]
fn a_good_token_names_its_user() {
    let (users, clock) = local();
    let token = local_token_with(json!({
        "username": "Alice", "roles": ["admin", "editor"], "is_superadmin": true, "nbf": START, "jti": "1",
    }));
    let user = ask(&users, &token).unwrap();
    assert_eq!(user.identity.app_id(), "shop");
    assert_eq!(user.identity.user_id(), "alice");
    assert_eq!(user.identity.username(), Some("Alice"));
    assert_eq!(user.identity.roles(), ["admin", "editor"]);
    assert!(user.identity.is_superadmin());
    assert_eq!(user.expires_at, Some(clock.now() + Duration::from_secs(630)));
}

#[test]
fn a_token_that_says_no_more_than_it_must_gives_no_rights() {
    let user = ask(&local().0, &local_token_with(json!({}))).unwrap();
    assert_eq!(user.identity.username(), None);
    assert!(user.identity.roles().is_empty());
    assert!(!user.identity.is_superadmin());
}

#[test]
fn it_expires_after_the_leeway() {
    for remembered in [0, 100] {
        let (users, clock) = local_with(|options| options.remember(remembered));
        let token = local_token_with(json!({ "exp": START + 60 }));
        clock.advance(Duration::from_millis(89_999));
        assert_user(&ask(&users, &token), "alice");
        clock.advance(Duration::from_millis(1));
        assert_invalid(&ask(&users, &token), "expired");
    }
}

#[test]
fn the_leeway_is_the_hosts_and_at_most_a_minute() {
    let (strict, clock) = local_with(|options| options.leeway(Duration::ZERO));
    let token = local_token_with(json!({ "exp": START + 1 }));
    assert_user(&ask(&strict, &token), "alice");
    clock.advance(Duration::from_secs(1));
    assert_invalid(&ask(&strict, &token), "expired");

    let (patient, clock) = local_with(|options| options.leeway(Duration::from_secs(60)));
    clock.advance(Duration::from_secs(60));
    assert_user(&ask(&patient, &token), "alice");
    clock.advance(Duration::from_secs(1));
    assert_invalid(&ask(&patient, &token), "expired");

    let secret = JwtSecret::new(SECRET).unwrap();
    let endless = JwtOptions::new("shop").leeway(Duration::from_millis(60_001)).with_secret(&secret);
    assert!(matches!(endless, Err(JwtOptionsError::Leeway)));
}

#[test]
fn what_begins_in_the_future_is_refused_beyond_the_leeway() {
    let (users, _) = local();
    assert_user(&ask(&users, &local_token_with(json!({ "iat": START + 30, "nbf": START + 30 }))), "alice");
    assert_invalid(&ask(&users, &local_token_with(json!({ "iat": START + 31 }))), "issued in the future");
    assert_invalid(&ask(&users, &local_token_with(json!({ "nbf": START + 31 }))), "not valid yet");
    assert_invalid(&ask(&users, &local_token_with(json!({ "nbf": 1_735_689_630.5 }))), "not valid yet");
}

#[test]
fn a_token_not_valid_yet_is_valid_later() {
    let (users, clock) = local();
    let token = local_token_with(json!({ "nbf": START + 100 }));
    assert_invalid(&ask(&users, &token), "not valid yet");
    clock.advance(Duration::from_secs(70));
    assert_user(&ask(&users, &token), "alice");
}

#[test]
fn what_must_be_said_is_said_and_a_number() {
    let (users, _) = local();
    for name in ["exp", "iat"] {
        assert_invalid(
            &ask(&users, &local_token_with(json!({ name: null }))),
            &format!("`{name}` is missing"),
        );
        for wrong in [json!("1735690000"), json!(true)] {
            let outcome = ask(&users, &local_token_with(json!({ name: wrong })));
            assert_invalid(&outcome, &format!("`{name}` is no number"));
        }
        for wrong in [json!([1_735_690_000]), json!({})] {
            assert_invalid(&ask(&users, &local_token_with(json!({ name: wrong }))), "");
        }
    }
    assert_invalid(&ask(&users, &local_token_with(json!({ "nbf": "soon" }))), "`nbf` is no number");
    for name in ["exp", "iat", "nbf"] {
        let mut claims = crate::tokens::claims();
        claims[name] = Value::Null;
        assert_invalid(&ask(&users, &local_token(&claims)), &format!("`{name}` is no number"));
    }
}

#[test]
fn numbers_of_every_size_are_times() {
    let (users, _) = local();
    for forever in [json!(i64::MAX), json!(u64::MAX), json!(1e300), json!(1_735_689_600.25)] {
        assert_user(&ask(&users, &local_token_with(json!({ "exp": forever }))), "alice");
    }
    for past in [json!(0), json!(-1), json!(i64::MIN), json!(-1e300), json!(0.5)] {
        assert_invalid(&ask(&users, &local_token_with(json!({ "exp": past }))), "expired");
        assert_user(&ask(&users, &local_token_with(json!({ "iat": past, "nbf": past }))), "alice");
    }
    for future in [json!(i64::MAX), json!(u64::MAX), json!(1e300)] {
        assert_invalid(&ask(&users, &local_token_with(json!({ "iat": future }))), "future");
    }
}

#[test]
fn the_subject_is_a_user_id() {
    let (users, _) = local();
    let longest = "x".repeat(256);
    assert_user(&ask(&users, &local_token_with(json!({ "sub": longest }))), &longest);
    assert_user(&ask(&users, &local_token_with(json!({ "sub": "auth0|ä b" }))), "auth0|ä b");
    for wrong in [json!(null), json!(7), json!(true), json!(["alice"]), json!({ "id": "alice" })] {
        assert_invalid(&ask(&users, &local_token_with(json!({ "sub": wrong }))), "");
    }
    for wrong in [json!(""), json!("x".repeat(257)), json!("a\nb"), json!("a\u{0}"), json!("a\u{85}b")] {
        assert_invalid(&ask(&users, &local_token_with(json!({ "sub": wrong }))), "`sub` is no user id");
    }
}

#[test]
fn issuer_and_audience_are_ignored_unless_the_host_cares() {
    let token = local_token_with(json!({ "iss": "anybody", "aud": ["x", 7] }));
    assert_user(&ask(&local().0, &token), "alice");
}

#[test]
fn the_issuer_is_the_one() {
    let (users, _) = local_with(|options| options.issuer("https://id.example"));
    assert_user(&ask(&users, &local_token_with(json!({ "iss": "https://id.example" }))), "alice");
    for wrong in
        [json!(null), json!("https://id.example/"), json!(""), json!(["https://id.example"]), json!(1)]
    {
        assert_invalid(&ask(&users, &local_token_with(json!({ "iss": wrong }))), "another issuer");
    }
}

#[test]
fn the_audience_is_one_of_those_configured() {
    let (users, _) = local_with(|options| options.audience("shop").audience("shop-mobile"));
    for right in [json!("shop"), json!("shop-mobile"), json!(["other", "shop"]), json!([1, "shop"])] {
        assert_user(&ask(&users, &local_token_with(json!({ "aud": right }))), "alice");
    }
    for wrong in
        [json!(null), json!("other"), json!("Shop"), json!([]), json!(["other"]), json!({ "shop": true })]
    {
        assert_invalid(&ask(&users, &local_token_with(json!({ "aud": wrong }))), "another audience");
    }
}

#[test]
fn optional_claims_of_the_wrong_type_say_nothing() {
    let (users, _) = local();
    for wrong in [json!("admin"), json!({ "admin": true }), json!(1), json!([["admin"], 7, null])] {
        let user = ask(&users, &local_token_with(json!({ "roles": wrong }))).unwrap();
        assert!(user.identity.roles().is_empty(), "{wrong}");
    }
    let some = ask(&users, &local_token_with(json!({ "roles": ["editor", 7] }))).unwrap();
    assert_eq!(some.identity.roles(), ["editor"]);
    for wrong in [json!("true"), json!(1), json!([true]), json!({}), json!(false)] {
        let user = ask(&users, &local_token_with(json!({ "is_superadmin": wrong }))).unwrap();
        assert!(!user.identity.is_superadmin(), "{wrong}");
    }
    for wrong in [json!(7), json!(["Alice"]), json!({})] {
        let user = ask(&users, &local_token_with(json!({ "username": wrong }))).unwrap();
        assert_eq!(user.identity.username(), None, "{wrong}");
    }
}

#[test]
fn the_preferred_username_stands_in_for_the_username() {
    let (users, _) = local();
    let preferred = ask(&users, &local_token_with(json!({ "preferred_username": "al" }))).unwrap();
    assert_eq!(preferred.identity.username(), Some("al"));
    let both = json!({ "preferred_username": "al", "username": "Alice" });
    assert_eq!(ask(&users, &local_token_with(both)).unwrap().identity.username(), Some("Alice"));
}

#[test]
fn claims_are_found_where_the_host_says() {
    let names = ClaimNames::default()
        .username("profile.name.full")
        .roles("realm_access.roles")
        .superadmin("https://shop.example/root");
    let (users, _) = local_with(|options| options.claims(names));
    let user = ask(
        &users,
        &local_token_with(json!({
            "profile": { "name": { "full": "Alice A." } },
            "username": "not this", "preferred_username": "nor this",
            "realm_access": { "roles": ["admin"] },
            "roles": ["not this"],
            "https://shop.example/root": true,
        })),
    )
    .unwrap();
    assert_eq!(user.identity.username(), Some("Alice A."));
    assert_eq!(user.identity.roles(), ["admin"]);
    assert!(user.identity.is_superadmin());

    let elsewhere =
        ask(&users, &local_token_with(json!({ "username": "A", "roles": ["x"], "is_superadmin": true })))
            .unwrap();
    assert_eq!(elsewhere.identity.username(), None);
    assert!(elsewhere.identity.roles().is_empty() && !elsewhere.identity.is_superadmin());
}

#[test]
fn a_claim_with_a_dot_in_its_name_wins_over_a_path() {
    let (users, _) = local_with(|options| options.claims(ClaimNames::default().roles("realm_access.roles")));
    let both = json!({ "realm_access.roles": ["flat"], "realm_access": { "roles": ["nested"] } });
    assert_eq!(ask(&users, &local_token_with(both)).unwrap().identity.roles(), ["flat"]);
    // Also if it says nothing that can be used.
    let both = json!({ "realm_access.roles": "flat", "realm_access": { "roles": ["nested"] } });
    assert!(ask(&users, &local_token_with(both)).unwrap().identity.roles().is_empty());
}

#[test]
fn a_part_of_a_path_may_have_dots_too() {
    let names = ClaimNames::default().roles("resource_access.shop.example.roles");
    let (users, _) = local_with(|options| options.claims(names));
    let nested = json!({ "resource_access": { "shop.example": { "roles": ["admin"] } } });
    assert_eq!(ask(&users, &local_token_with(nested)).unwrap().identity.roles(), ["admin"]);
    for broken in [json!({ "resource_access": 7 }), json!({ "resource_access": { "shop": ["roles"] } })] {
        assert!(ask(&users, &local_token_with(broken)).unwrap().identity.roles().is_empty());
    }
}

#[test]
fn a_token_made_here_is_read_here_wherever_the_claims_are() {
    let names = ClaimNames::default().username("profile.name").roles("realm_access.roles").superadmin("root");
    let (users, clock) = local_with(|options| {
        options.claims(names.clone()).issuer("me").audience("shop").leeway(Duration::ZERO)
    });
    let token = NewToken::new("bob")
        .username("Bob")
        .roles(["admin", "editor"])
        .superadmin(true)
        .issuer("me")
        .audience("shop")
        .ttl(Duration::from_secs(60));
    let signer = JwtSigner::new(&JwtSecret::new(SECRET).unwrap()).claims(names);
    let token = signer.sign(&token, clock.now()).unwrap();

    let user = ask(&users, &token).unwrap();
    assert_eq!(user.identity.user_id(), "bob");
    assert_eq!(user.identity.username(), Some("Bob"));
    assert_eq!(user.identity.roles(), ["admin", "editor"]);
    assert!(user.identity.is_superadmin());
    assert_eq!(user.expires_at, Some(clock.now() + Duration::from_secs(60)));
    clock.advance(Duration::from_secs(60));
    assert_invalid(&ask(&users, &token), "expired");
}

#[test]
fn an_app_id_that_no_app_can_have_is_found_at_once() {
    let secret = JwtSecret::new(SECRET).unwrap();
    assert!(matches!(JwtOptions::new("").with_secret(&secret), Err(JwtOptionsError::AppId(_))));
}

//! Which algorithms are accepted: those of the keys, whatever a token says.

use ring::hmac;
use serde_json::{Value, json};

use crate::provider::{Answer, Provider, ready_users_of};
use crate::tokens::{Pair, RSA_PUBLIC_PEM, base64url, claims, hmac_with, rsa_public_der, signed};
use crate::{SECRET, ask, assert_invalid, assert_user, local};

#[test]
fn a_secret_is_for_hmac_of_any_size() {
    let (users, _) = local();
    for (name, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        let header = json!({ "alg": name }).to_string();
        let token = signed(&header, &claims().to_string(), hmac_with(algorithm, SECRET.as_bytes()));
        assert_user(&ask(&users, &token), "alice");
        let forged =
            signed(&header, &claims().to_string(), hmac_with(algorithm, b"another secret, also long enough"));
        assert_invalid(&ask(&users, &forged), "signature");
    }
    // The header says one thing, the signature is another.
    let token =
        signed(r#"{"alg":"HS512"}"#, &claims().to_string(), hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes()));
    assert_invalid(&ask(&users, &token), "signature");
}

/// In every spelling that some library has once taken for "none".
fn unsigned() -> impl Iterator<Item = String> {
    let names = ["none", "None", "NONE", "nOnE", "none ", "", "null", "HS0"];
    let headers = names.map(|name| json!({ "alg": name }));
    let others =
        [json!({ "typ": "JWT" }), json!({ "alg": null }), json!({ "alg": 0 }), json!({ "alg": ["HS256"] })];
    headers.into_iter().chain(others).flat_map(|header| {
        let claims = claims().to_string();
        let genuine = hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes());
        [signed(&header.to_string(), &claims, |_| Vec::new()), signed(&header.to_string(), &claims, genuine)]
    })
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let (local, _) = local();
    let provider = Provider::start(Answer::Keys(vec![Pair::Rsa.jwk(json!({ "kid": "a" }))]));
    let (users, _) = ready_users_of(&provider).await;
    for token in unsigned() {
        assert_invalid(&ask(&local, &token), "");
        assert_invalid(&ask(&users, &token), "");
    }
    // An algorithm that is accepted, and no signature.
    let token = signed(r#"{"alg":"RS256","kid":"a"}"#, &claims().to_string(), |_| Vec::new());
    assert_invalid(&ask(&users, &token), "signature");
}

#[tokio::test]
async fn every_public_algorithm_is_verified() {
    let (p256, p384, ed25519) = (Pair::p256(), Pair::p384(), Pair::ed25519());
    let keys = [("rsa", &Pair::Rsa), ("p256", &p256), ("p384", &p384), ("ed", &ed25519)];
    let provider =
        Provider::start(Answer::Keys(keys.map(|(kid, pair)| pair.jwk(json!({ "kid": kid }))).into()));
    let (users, _) = ready_users_of(&provider).await;
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"] {
        let kid = match &algorithm[..2] {
            "ES" if algorithm == "ES256" => "p256",
            "ES" => "p384",
            "Ed" => "ed",
            _ => "rsa",
        };
        let pair = keys.iter().find(|(name, _)| *name == kid).unwrap().1;
        let token = pair.token(algorithm, json!({ "kid": kid }));
        assert_user(&ask(&users, &token), "alice");
        let (message, signature) = token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        assert_invalid(&ask(&users, &format!("{message}.{other}{}", &signature[1..])), "signature");
    }
    assert_eq!(provider.requests(), 1);
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    let jwk = Pair::Rsa.jwk(json!({ "kid": "a" }));
    let provider = Provider::start(Answer::Keys(vec![jwk.clone()]));
    let (users, _) = ready_users_of(&provider).await;
    let (der, whole) = (rsa_public_der(), jwk.to_string());
    let without_end = RSA_PUBLIC_PEM.trim_end().as_bytes();
    let guesses: [&[u8]; 6] = [
        RSA_PUBLIC_PEM.as_bytes(),
        without_end,
        &der,
        // The key without its frame.
        &der[24..],
        jwk["n"].as_str().unwrap().as_bytes(),
        whole.as_bytes(),
    ];
    for secret in guesses {
        for header in [json!({ "alg": "HS256", "kid": "a" }), json!({ "alg": "HS256" })] {
            let sign = hmac_with(hmac::HMAC_SHA256, secret);
            let token = signed(&header.to_string(), &claims().to_string(), sign);
            assert_invalid(&ask(&users, &token), "no key fits");
        }
    }
    assert_eq!(provider.requests(), 1);
}

#[tokio::test]
async fn a_secret_in_a_jwks_is_not_used() {
    let key = json!({ "kty": "oct", "kid": "s", "alg": "HS256", "k": base64url(SECRET) });
    let provider = Provider::start(Answer::Keys(vec![key, Pair::Rsa.jwk(json!({ "kid": "a" }))]));
    let (users, _) = ready_users_of(&provider).await;
    let token =
        signed(r#"{"alg":"HS256"}"#, &claims().to_string(), hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes()));
    assert_invalid(&ask(&users, &token), "no key fits");
}

#[tokio::test]
async fn a_key_with_an_algorithm_is_for_that_one_alone() {
    let provider = Provider::start(Answer::Keys(vec![Pair::Rsa.jwk(json!({ "kid": "a", "alg": "PS256" }))]));
    let (users, _) = ready_users_of(&provider).await;
    assert_user(&ask(&users, &Pair::Rsa.token("PS256", json!({ "kid": "a" }))), "alice");
    for other in ["RS256", "PS384", "PS512"] {
        assert_invalid(&ask(&users, &Pair::Rsa.token(other, json!({ "kid": "a" }))), "no key fits");
    }
}

#[tokio::test]
async fn a_curve_has_its_own_algorithm() {
    let (p256, p384) = (Pair::p256(), Pair::p384());
    let provider =
        Provider::start(Answer::Keys(vec![p256.jwk(json!({ "kid": "a" })), p384.jwk(json!({ "kid": "b" }))]));
    let (users, _) = ready_users_of(&provider).await;
    assert_invalid(&ask(&users, &p256.token("ES384", json!({ "kid": "a" }))), "no key fits");
    assert_invalid(&ask(&users, &p384.token("ES256", json!({ "kid": "b" }))), "no key fits");
    assert_invalid(&ask(&users, &p256.token("EdDSA", json!({ "kid": "a" }))), "no key fits");
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_left_out_and_the_good_ones_kept() {
    let good = Pair::ed25519();
    let (p256, p384) = (Pair::p256(), Pair::p384());
    let bad: Vec<Value> = vec![
        json!(7),
        json!(null),
        json!({}),
        json!({ "kty": "RSA" }),
        json!({ "kty": "RSA", "kid": "bad", "n": "!", "e": "AQAB" }),
        // 1,024 bits.
        json!({ "kty": "RSA", "kid": "bad", "n": base64url([0xc5; 128]), "e": "AQAB" }),
        Pair::Rsa.jwk(json!({ "kid": "bad", "use": "enc" })),
        Pair::Rsa.jwk(json!({ "kid": "bad", "key_ops": ["encrypt"] })),
        Pair::Rsa.jwk(json!({ "kid": "bad", "alg": "RSA-OAEP" })),
        Pair::Rsa.jwk(json!({ "kid": "bad", "alg": "ES256" })),
        Pair::Rsa.jwk(json!({ "kid": "bad", "alg": "HS256" })),
        p256.jwk(json!({ "kid": "bad", "crv": "P-521" })),
        p256.jwk(json!({ "kid": "bad", "crv": "P-384" })),
        p256.jwk(json!({ "kid": "bad", "crv": "secp256k1" })),
        p384.jwk(json!({ "kid": "bad", "crv": "P-256" })),
        good.jwk(json!({ "kid": "bad", "crv": "X25519" })),
        good.jwk(json!({ "kid": "bad", "x": "AAAA" })),
        json!({ "kty": "WAT", "kid": "bad", "x": 1 }),
    ];
    let mut keys = bad;
    keys.insert(4, good.jwk(json!({ "kid": "good", "use": "sig", "key_ops": ["verify"], "alg": "EdDSA" })));
    let provider = Provider::start(Answer::Keys(keys));
    let (users, clock) = ready_users_of(&provider).await;
    assert_user(&ask(&users, &good.token("EdDSA", json!({ "kid": "good" }))), "alice");
    // One fetch may be made for the sake of the unknown key; it brings nothing new.
    for algorithm in ["RS256", "PS256"] {
        let token = Pair::Rsa.token(algorithm, json!({ "kid": "bad" }));
        assert_invalid(&mozaiks_core::auth::Authenticator::authenticate(&*users, &token).await, "unknown");
        assert_invalid(&ask(&users, &Pair::Rsa.token(algorithm, json!({}))), "no key fits");
    }
    let _ = clock;
}

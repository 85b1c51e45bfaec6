//! Who gets in: tokens made by hand, with a secret and with the keys of an identity provider on this machine.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{hmac, rsa};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Host, folder, until};

const SECRET: &str = "a secret that only these tests know";
const PUBLIC_PEM: &str = include_str!("../../../../mozaiks-core/tests/auth/rsa.public.pem");

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims() -> Value {
    json!({ "sub": "alice", "iat": now(), "exp": now() + 600, "aud": "shop", "iss": "https://id.example" })
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn token(header: Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn hs256(secret: &[u8]) -> impl FnOnce(&[u8]) -> Vec<u8> + use<'_> {
    move |message| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

fn pair() -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(include_bytes!("../../../../mozaiks-core/tests/auth/rsa.pkcs8.der")).unwrap()
}

fn rs256(message: &[u8]) -> Vec<u8> {
    let pair = pair();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

fn nothing(_message: &[u8]) -> Vec<u8> {
    Vec::new()
}

/// What the host says to the token.
async fn status(host: &Host, token: &str) -> u16 {
    host.call(token, "task_manager/list", json!({})).await.0
}

async fn assert_refused(host: &Host, what: &str, token: &str) {
    let request = host.client.post(host.url("/api/execute/task_manager/list")).json(&json!({}));
    let reply = request.bearer_auth(token).send().await.unwrap();
    assert_eq!(reply.status(), 401, "{what}");
    assert_eq!(reply.headers()["www-authenticate"], "Bearer", "{what}");
    assert_eq!(reply.json::<Value>().await.unwrap()["error_code"], "UNAUTHENTICATED", "{what}");
}

#[tokio::test]
async fn with_a_secret_only_its_tokens_get_in() {
    let folder = folder();
    let host = Host::start(
        folder.path(),
        &["--jwt-secret", SECRET, "--audience", "shop", "--issuer", "https://id.example", "--leeway", "1s"],
    )
    .await;
    let of = |claims: &Value| token(json!({ "alg": "HS256" }), claims, hs256(SECRET.as_bytes()));
    assert_eq!(status(&host, &of(&claims())).await, 200);
    assert_eq!(
        host.client.post(host.url("/api/execute/task_manager/list")).send().await.unwrap().status(),
        401
    );
    let wrong_key = hs256(b"another secret, also long enough");
    for (what, token) in [
        ("expired", of(&claims_with("exp", json!(now() - 5)))),
        ("from the future", of(&claims_with("iat", json!(now() + 600)))),
        ("wrong audience", of(&claims_with("aud", json!("bank")))),
        ("wrong issuer", of(&claims_with("iss", json!("https://evil.example")))),
        ("no user", of(&claims_with("sub", json!("")))),
        ("wrong signature", token(json!({ "alg": "HS256" }), &claims(), wrong_key)),
        ("alg none", token(json!({ "alg": "none" }), &claims(), nothing)),
        ("alg None, signed", token(json!({ "alg": "None" }), &claims(), hs256(SECRET.as_bytes()))),
        ("no token at all", "nonsense".to_owned()),
    ] {
        assert_refused(&host, what, &token).await;
    }
}

/// An identity provider that publishes one key, `a`.
async fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let public = rsa::PublicKeyComponents::<Vec<u8>>::from(pair().public());
    let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
    let keys = json!({ "keys": [{ "kty": "RSA", "kid": "a", "n": n, "e": e }] }).to_string();
    let reply =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{keys}", keys.len());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _read = connection.read(&mut head).await;
            let _written = connection.write_all(reply.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn with_the_keys_of_a_provider_only_its_tokens_get_in() {
    let folder = folder();
    let url = provider().await;
    let host =
        Host::start(folder.path(), &["--jwks-url", &url, "--audience", "shop", "--audience", "depot"]).await;
    until("the keys are there", async || host.get("/ready").await.status() == 200).await;
    let of = |claims: &Value| token(json!({ "alg": "RS256", "kid": "a" }), claims, rs256);
    assert_eq!(status(&host, &of(&claims())).await, 200);
    assert_eq!(status(&host, &of(&claims_with("aud", json!(["depot", "bank"])))).await, 200);
    assert_eq!(status(&host, &token(json!({ "alg": "RS256" }), &claims(), rs256)).await, 200);
    let der: String = PUBLIC_PEM.lines().filter(|line| !line.starts_with('-')).collect();
    let hmac_header = || json!({ "alg": "HS256", "kid": "a" });
    for (what, token) in [
        ("expired", of(&claims_with("exp", json!(now() - 60)))),
        ("wrong audience", of(&claims_with("aud", json!("bank")))),
        ("unknown key", token(json!({ "alg": "RS256", "kid": "b" }), &claims(), rs256)),
        ("alg none", token(json!({ "alg": "none", "kid": "a" }), &claims(), nothing)),
        ("no signature", token(json!({ "alg": "RS256", "kid": "a" }), &claims(), nothing)),
        ("HMAC with the public key", token(hmac_header(), &claims(), hs256(PUBLIC_PEM.as_bytes()))),
        ("the same, trimmed", token(hmac_header(), &claims(), hs256(PUBLIC_PEM.trim_end().as_bytes()))),
        ("the same, bare", token(hmac_header(), &claims(), hs256(der.as_bytes()))),
    ] {
        assert_refused(&host, what, &token).await;
    }
    assert!(!folder.path().join("data/jwt-secret").exists(), "nobody needs a secret here");
}

#[tokio::test]
async fn without_the_keys_a_host_starts_and_is_not_ready() {
    let folder = folder();
    let host = Host::start(folder.path(), &["--jwks-url", "http://127.0.0.1:1/keys"]).await;
    assert_eq!(host.get("/health").await.status(), 200);
    assert_eq!(host.get("/ready").await.status(), 503);
    let of_the_provider = token(json!({ "alg": "RS256", "kid": "a" }), &claims(), rs256);
    assert_eq!(status(&host, &of_the_provider).await, 503);
}

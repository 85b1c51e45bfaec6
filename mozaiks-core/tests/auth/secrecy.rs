//! What must not be seen: secrets and tokens, in errors, in `Debug` and in the log.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mozaiks_core::Clock;
use mozaiks_core::auth::{Authenticator, JwksEndpoint, JwtSecret, JwtSigner, NewToken};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::provider::{Answer, Provider, ready_users_of, settled, users_of};
use crate::tokens::{Pair, local_token, local_token_with, signed};
use crate::{SECRET, ask, local, local_with};

#[test]
fn a_secret_shows_itself_nowhere() {
    let secret = JwtSecret::new(SECRET).unwrap();
    let (users, clock) = local();
    let signer = JwtSigner::new(&secret);
    let shown = format!("{secret:?} {secret:#?} {users:?} {users:#?} {signer:?} {signer:#?}");
    let token = signer.sign(&NewToken::new("alice"), clock.now()).unwrap();
    ask(&users, &token).unwrap();
    let shown = format!("{shown} {users:?}");
    for part in [SECRET, &SECRET[..16], &format!("{:?}", SECRET.as_bytes())[1..40], &token[..20]] {
        assert!(!shown.contains(part), "{shown}");
    }
    let too_short = JwtSecret::new("only a few letters").unwrap_err();
    assert_eq!(too_short.to_string(), "the secret has 18 bytes, and needs at least 32");
    assert!(!format!("{too_short:?}").contains("letters"));
}

#[test]
fn the_query_of_an_endpoint_is_not_shown() {
    let endpoint = JwksEndpoint::new("https://id.example/keys?key=hush").unwrap();
    assert!(!format!("{endpoint:?}").contains("hush"));
    assert!(!format!("{:?}", JwksEndpoint::new("https://me:hush@id.example/").unwrap_err()).contains("hush"));
}

#[test]
fn a_reason_holds_nothing_of_the_token() {
    let (users, _) = local_with(|options| options.issuer("me").audience("us"));
    let marked = |changes| local_token_with(changes);
    let tokens = [
        "hush".to_owned(),
        "hush.hush.hush".to_owned(),
        format!("{}.x", "hush".repeat(10_000)),
        signed(r#"{"alg":"hush"}"#, "{}", |_| Vec::new()),
        signed(r#"{"alg":"HS256","typ":["hush"]}"#, "{}", |_| Vec::new()),
        signed(r#"{"alg":"HS256","hush":1,"kid":7}"#, "{}", |_| Vec::new()),
        signed(r#"{"alg":"HS256","kid":"hush"}"#, r#"{"hush":1}"#, |_| Vec::new()),
        local_token(&json!("hush")),
        local_token(&json!({ "hush": "hush" })),
        marked(json!({ "sub": "hush\n" })),
        marked(json!({ "sub": ["hush"] })),
        marked(json!({ "exp": "hush" })),
        marked(json!({ "iss": "hush" })),
        marked(json!({ "iss": "me", "aud": "hush" })),
    ];
    for token in tokens {
        let error = ask(&users, &token).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(token.len() < 10 || !shown.contains(&token[token.len() - 8..]), "{shown}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_tells_of_keys_but_of_no_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(writer)
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .finish();
    // With a single dispatcher, tracing asks that of whichever thread comes first whether a line is wanted at all, and
    // other tests have none. It asks each of two.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::callsite::rebuild_interest_cache();

    let hush = json!({ "kty": "oct", "kid": "bad\nkey", "k": "aHVzaGh1c2hodXNo" });
    let provider = Provider::start(Answer::Keys(vec![Pair::Rsa.jwk(json!({ "kid": "a" })), hush]));
    let (users, clock) = ready_users_of(&provider).await;
    let good = Pair::Rsa.token("RS256", json!({ "kid": "a" }));
    ask(&users, &good).unwrap();
    let unknown = Pair::Rsa.token("RS256", json!({ "kid": "nobody" }));
    users.authenticate(&unknown).await.unwrap_err();
    settled(&clock, &provider, 2).await;
    provider.answers(Answer::body("hush hush hush"));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 3).await;
    provider.answers(Answer::Keys(vec![Pair::p256().jwk(json!({ "kid": "b" }))]));
    clock.advance(Duration::from_secs(300));
    settled(&clock, &provider, 4).await;
    let (_other, _) = users_of(&provider);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<_> = text.lines().filter(|line| line.contains("mozaiks_core")).collect();
    for told in ["a key of the JWKS is left out: it is a secret", "could not be fetched", "count no more"] {
        assert!(ours.iter().any(|line| line.contains(told)), "{told}: {text}");
    }
    let (_, good) = good.rsplit_once('.').unwrap();
    let (_, unknown) = unknown.rsplit_once('.').unwrap();
    for part in [good, unknown, "aHVzaGh1c2hodXNo", "hush", "nobody"] {
        assert!(!text.contains(part), "{part}: {text}");
    }
    // A name from elsewhere cannot begin a line of the log.
    assert!(text.contains(r"bad\nkey"), "{text}");
}

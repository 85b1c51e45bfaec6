//! An identity provider that publishes keys on this machine, or fails to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mozaiks_core::auth::{Authenticator, JwksEndpoint, JwtAuthenticator, JwtOptions};
use serde_json::{Value, json};

use crate::clock::TestClock;

/// How it answers.
#[derive(Clone)]
pub enum Answer {
    /// With these keys.
    Keys(Vec<Value>),
    /// With this as the whole answer.
    Raw(Vec<u8>),
    /// It closes the connection.
    Close,
    /// Not before it is told another answer.
    Wait,
}

impl Answer {
    pub fn body(body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
        answer.extend_from_slice(body);
        Self::Raw(answer)
    }
}

#[derive(Clone)]
pub struct Provider {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

struct State {
    answer: Answer,
    requests: usize,
    at_once: usize,
    most_at_once: usize,
}

impl Provider {
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { answer, requests: 0, at_once: 0, most_at_once: 0 };
        let provider = Self { address, state: Arc::new((Mutex::new(state), Condvar::new())) };
        let serving = provider.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let provider = serving.clone();
                thread::spawn(move || provider.serve(connection.unwrap()));
            }
        });
        provider
    }

    pub fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    pub fn answers(&self, answer: Answer) {
        self.state.0.lock().unwrap().answer = answer;
        self.state.1.notify_all();
    }

    /// How often it was asked.
    pub fn requests(&self) -> usize {
        self.state.0.lock().unwrap().requests
    }

    pub fn most_at_once(&self) -> usize {
        self.state.0.lock().unwrap().most_at_once
    }

    fn serve(&self, mut connection: TcpStream) {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if connection.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        let mut state = self.state.0.lock().unwrap();
        state.requests += 1;
        state.at_once += 1;
        state.most_at_once = state.most_at_once.max(state.at_once);
        let mut state = self.state.1.wait_while(state, |state| matches!(state.answer, Answer::Wait)).unwrap();
        state.at_once -= 1;
        let answer = match state.answer.clone() {
            Answer::Keys(keys) => Answer::body(json!({ "keys": keys }).to_string()),
            other => other,
        };
        drop(state);
        if let Answer::Raw(bytes) = answer {
            // Whoever has heard enough hangs up.
            let _ = connection.write_all(&bytes);
        }
    }
}

/// An authenticator that has begun to fetch the provider's keys, and its clock.
pub fn users_of(provider: &Provider) -> (Arc<JwtAuthenticator>, TestClock) {
    let clock = TestClock::default();
    let endpoint = JwksEndpoint::new(&provider.url()).unwrap();
    let users = JwtOptions::new("shop").clock(Arc::new(clock.clone())).with_jwks(&endpoint).unwrap();
    (Arc::new(users), clock)
}

/// The same once it is ready, and waits to ask again.
pub async fn ready_users_of(provider: &Provider) -> (Arc<JwtAuthenticator>, TestClock) {
    let (users, clock) = users_of(provider);
    until("the keys are there", || users.ready().is_ok()).await;
    settled(&clock, provider, 1).await;
    (users, clock)
}

/// Waits until the provider has been asked so often, and the authenticator sleeps until the next time.
pub async fn settled(clock: &TestClock, provider: &Provider, requests: usize) {
    until("it was asked and sleeps", || provider.requests() == requests && clock.asleep() == 1).await;
}

/// Waits until something is so, which must not take long.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        tokio::task::yield_now().await;
    }
}

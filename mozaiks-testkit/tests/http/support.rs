//! A host on a port of its own, and clients that speak to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt};
use mozaiks_core::auth::{AuthError, Authenticated, Authenticator};
use mozaiks_core::http::{Http, HttpBuilder, HttpService, ServeOptions, serve};
use mozaiks_core::installations::Installation;
use mozaiks_core::realtime::hub::{Hub, HubOptions};
use mozaiks_core::runtime::{Limits, Runtime};
use mozaiks_core::{Clock, Identity, UserKey};
use mozaiks_testkit::TestClock;
use mozaiks_testkit::events::MemoryEventBus;
use mozaiks_testkit::installations::MemoryInstallations;
use mozaiks_testkit::journal::Journal;
use mozaiks_testkit::notifications::MemoryNotifications;
use mozaiks_testkit::plans::MemoryPlans;
use mozaiks_testkit::settings::MemorySettings;
use mozaiks_testkit::storage::MemoryStorage;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::lab::{Lab, Other};

/// How long anything may take that is to happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Knows tokens of the form `user-alice`, `user-alice-for-60` (seconds), `away`, `hang`.
pub struct Tokens(pub TestClock);

impl Authenticator for Tokens {
    fn authenticate<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Authenticated, AuthError>> {
        Box::pin(async move {
            if token == "away" {
                return Err(AuthError::unavailable("no keys"));
            }
            if token == "hang" {
                return std::future::pending().await;
            }
            let user = token.strip_prefix("user-").ok_or_else(|| AuthError::invalid("no user"))?;
            let (user, seconds) =
                user.split_once("-for-").map_or((user, None), |(user, seconds)| (user, Some(seconds)));
            let identity = Identity::new("shop", user).map_err(AuthError::invalid)?.with_roles(["editor"]);
            let authenticated = Authenticated::new(identity);
            Ok(match seconds {
                Some(seconds) => {
                    authenticated.expires_at(self.0.now() + Duration::from_secs(seconds.parse().unwrap()))
                }
                None => authenticated,
            })
        })
    }
}

/// What a host is made of.
pub struct Setup {
    pub clock: TestClock,
    pub limits: Limits,
    pub hub: HubOptions,
    pub serving: ServeOptions,
    pub enforced: bool,
    pub http: Box<dyn Fn(HttpBuilder) -> HttpService>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            clock: TestClock::new(),
            limits: Limits::default(),
            hub: HubOptions::default(),
            serving: ServeOptions::default(),
            enforced: false,
            http: Box::new(HttpService::from),
        }
    }
}

impl Setup {
    pub fn http<S: Into<HttpService>>(mut self, http: impl Fn(HttpBuilder) -> S + 'static) -> Self {
        self.http = Box::new(move |builder| http(builder).into());
        self
    }
}

/// A host that serves.
pub struct Server {
    pub address: SocketAddr,
    pub client: reqwest::Client,
    pub clock: TestClock,
    pub hub: Hub,
    pub lab: Lab,
    pub runtime: Runtime,
    pub storage: MemoryStorage,
    pub notifications: MemoryNotifications,
    pub installations: MemoryInstallations,
    pub plans: MemoryPlans,
    pub journal: Journal,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<bool>>,
}

/// A host as most are.
pub async fn server() -> Server {
    Server::start(Setup::default()).await
}

impl Server {
    pub async fn start(setup: Setup) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(setup.clock.clone());
        let hub = Hub::new(setup.hub);
        let lab = Lab::default();
        let storage = MemoryStorage::with_clock(Arc::clone(&clock));
        let notifications = MemoryNotifications::new(Journal::new(), Arc::clone(&clock));
        let installations = MemoryInstallations::new(Arc::clone(&clock));
        let plans = MemoryPlans::new(Arc::clone(&clock));
        let journal = Journal::new();
        let mut builder = Runtime::builder()
            .clock(Arc::clone(&clock))
            .storage(Arc::new(storage.clone()))
            .events(Arc::new(MemoryEventBus::new(journal.clone(), Arc::clone(&clock))))
            .notifications(Arc::new(notifications.clone()))
            .settings(Arc::new(MemorySettings::new(Arc::clone(&clock))))
            .realtime(Arc::new(hub.clone()))
            .limits(setup.limits)
            .plugin(lab.clone())
            .plugin(Other);
        if setup.enforced {
            builder =
                builder.installations(Arc::new(installations.clone())).entitlements(Arc::new(plans.clone()));
        }
        let runtime = builder.build().unwrap();
        runtime.start().await.unwrap();
        let http = Http::builder(runtime.clone())
            .authenticator(Arc::new(Tokens(setup.clock.clone())))
            .hub(hub.clone());
        let service = (setup.http)(http);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let options = setup.serving.hub(hub.clone());
        let task = tokio::spawn(serve(listener, service, async { drop(stopped.await) }, options));
        Self {
            address,
            client: reqwest::Client::new(),
            clock: setup.clock,
            hub,
            lab,
            runtime,
            storage,
            notifications,
            installations,
            plans,
            journal,
            stop: Some(stop),
            task: Some(task),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path)).timeout(PATIENCE)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path).bearer_auth("user-alice")
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path).bearer_auth("user-alice")
    }

    /// What Alice gets of an action of the lab.
    pub async fn call(&self, action: &str, fields: Value) -> (u16, Value) {
        answer(self.post(&format!("/api/execute/lab/{action}")).json(&fields)).await
    }

    pub fn install(&self, user: &str, plugin: &str) {
        let permissions = ["notifications:send".parse().unwrap()];
        self.installations.set(&key(user), plugin, Some(Installation::new(permissions, self.clock.now())));
    }

    /// Says that it is to end.
    pub fn signal(&mut self) {
        self.stop.take();
    }

    /// Whether all ended in time.
    pub async fn ended(&mut self) -> bool {
        within("the host to end", self.task.take().unwrap()).await.unwrap()
    }

    /// A connection of bytes.
    pub async fn raw(&self) -> Raw {
        Raw(TcpStream::connect(self.address).await.unwrap())
    }

    /// A live connection of a user, greeted.
    pub async fn socket(&self, user: &str) -> Socket {
        let mut socket = self.open(&format!("/ws?access_token=user-{user}"), &[]).await.unwrap();
        assert_eq!(socket.json().await["type"], "connection_ack");
        socket
    }

    /// What comes of asking for a live connection.
    pub async fn open(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, (u16, Value)> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match within("the handshake", connect_async(request)).await {
            Ok((socket, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|protocol| protocol.to_str().unwrap().to_owned());
                Ok(Socket { socket, protocol })
            }
            Err(SocketError::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err((response.status().as_u16(), serde_json::from_slice(body).unwrap_or_default()))
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// A live connection.
#[derive(Debug)]
pub struct Socket {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub protocol: Option<String>,
}

impl Socket {
    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// The next message.
    pub async fn next(&mut self) -> Option<Message> {
        within("a message", self.socket.next()).await?.ok()
    }

    /// The next text, as JSON. Pings are passed over.
    pub async fn json(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_)) => {}
                other => panic!("expected a text, got {other:?}"),
            }
        }
    }

    /// The code with which the host closes. Texts before that are passed over.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            match self.next().await {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(Message::Text(_) | Message::Ping(_)) => {}
                other => panic!("expected a close, got {other:?}"),
            }
        }
    }
}

/// A connection of bytes.
pub struct Raw(pub TcpStream);

impl Raw {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that comes until the host closes.
    pub async fn to_end(&mut self) -> String {
        let mut all = Vec::new();
        within("the host to close", self.0.read_to_end(&mut all)).await.unwrap();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The next that comes.
    pub async fn some(&mut self) -> String {
        let mut room = vec![0; 64 * 1024];
        let read = within("an answer", self.0.read(&mut room)).await.unwrap();
        String::from_utf8_lossy(&room[..read]).into_owned()
    }
}

/// The status and the object of a reply.
pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    body_of(request.send().await.unwrap()).await
}

pub async fn body_of(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(kind, "application/json");
    (status, response.json().await.unwrap())
}

/// Checks that a reply is an error in its form.
#[track_caller]
pub fn assert_error((status, body): &(u16, Value), expected: u16, code: &str) {
    assert_eq!((*status, body["error_code"].as_str()), (expected, Some(code)), "{body}");
    assert!(body["error"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
}

pub fn key(user: &str) -> UserKey {
    UserKey::new("shop", user).unwrap()
}

pub async fn within<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(output) => output,
        Err(_) => panic!("{what} took too long"),
    }
}

/// Waits until something holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let holding = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    within(what, holding).await;
}

impl Server {
    pub fn runtime_now(&self) -> mozaiks_core::DateTime {
        self.clock.now()
    }
}

//! Serving: limits on slow clients, and an end that loses nothing.

mod bell;
mod connection;
mod pulse;
mod timer;

use std::future::{Future, poll_fn};
use std::io;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::service::HttpService;
use crate::realtime::hub::Hub;
use bell::BellOf;
use connection::Watched;
use pulse::watch_workers;
use timer::ConnectionTimer;

pub(super) use bell::Hold;

/// How to serve.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServeOptions {
    /// How long the head of a request may take to arrive, from its first byte: 10 s.
    pub header_timeout: Duration,
    /// How long a connection may wait for its next request: 75 s.
    pub keep_alive: Duration,
    /// How long a client may take nothing of what is sent to it: 30 s.
    pub write_timeout: Duration,
    /// How long what is in flight has to end after the signal: 10 s.
    pub shutdown: Duration,
    /// The live connections to close.
    pub hub: Option<Hub>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            shutdown: Duration::from_secs(10),
            hub: None,
        }
    }
}

impl ServeOptions {
    /// Sets how long the head of a request may take to arrive.
    #[must_use]
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.header_timeout = timeout;
        self
    }

    /// Sets how long a connection may wait for its next request.
    #[must_use]
    pub fn keep_alive(mut self, timeout: Duration) -> Self {
        self.keep_alive = timeout;
        self
    }

    /// Sets how long a client may take nothing of what is sent to it. Whatever it takes gives it the whole time again.
    #[must_use]
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// Sets how long what is in flight has to end after the signal.
    #[must_use]
    pub fn shutdown(mut self, deadline: Duration) -> Self {
        self.shutdown = deadline;
        self
    }

    /// Sets the live connections to close after the signal.
    #[must_use]
    pub fn hub(mut self, hub: Hub) -> Self {
        self.hub = Some(hub);
        self
    }
}

/// Serves a [router](axum::Router), or an [`Http`](super::Http) or its builder, over HTTP/1.1 until the signal comes,
/// then ends in order: it takes no more connections, lets requests end and live connections hear that the host goes
/// away (1001), up to the deadline.
///
/// `true` if all had ended by the deadline; what had not was cut off. Events that wait, plugins and the storage are the
/// caller's to end after that, in this order: [`Runtime::drain`](crate::Runtime::drain), `shutdown` of the bus or the
/// [outbox](crate::events::Outbox::shutdown), [`Runtime::shutdown`](crate::Runtime::shutdown),
/// [`Storage::close`](crate::storage::Storage::close).
///
/// It is to run on tokio's runtime of several threads: a plugin that blocks its thread holds up nobody else then, as
/// long as there is a thread that none blocks. A thread of its own watches for that: if the one that listens is held,
/// another listens within 40 ms.
pub async fn serve(
    listener: TcpListener,
    service: impl Into<HttpService>,
    signal: impl Future<Output = ()>,
    options: ServeOptions,
) -> bool {
    let _watching = watch_workers();
    let service = service.into();
    let mut signal = std::pin::pin!(signal);
    let (stopping, stop) = watch::channel(());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut signal => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(one(stream, service.clone(), stop.clone(), &options));
                }
                Err(error) => after(error).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    drop(listener);
    if let Some(hub) = &options.hub {
        hub.close();
    }
    let ended = async {
        stopping.send_replace(());
        if let Some(hub) = &options.hub {
            hub.emptied().await;
        }
        // A connection may still wait for its client to read what was sent.
        while connections.join_next().await.is_some() {}
    };
    tokio::time::timeout(options.shutdown, ended).await.is_ok()
}

/// One connection, from its first byte to its last.
fn one(
    stream: TcpStream,
    service: HttpService,
    mut stop: watch::Receiver<()>,
    options: &ServeOptions,
) -> impl Future<Output = ()> + Send + use<> {
    // Replies are written whole: there is nothing to wait for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let (stream, state) = Watched::new(stream, options.write_timeout);
    let timer = ConnectionTimer::new(state, options.header_timeout, options.keep_alive);
    let answer = service_fn(move |request| service.answer(request));
    let connection = http1::Builder::new()
        .timer(timer)
        .header_read_timeout(options.header_timeout)
        // Who has said all may have closed its side, and still reads; and a call whose client went away so comes to its
        // end, with what it sends.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    async move {
        let mut connection = std::pin::pin!(connection);
        let mut bell = BellOf::default();
        let ended = tokio::select! {
            biased;
            ended = poll_fn(|cx| bell.poll(cx, |cx| connection.as_mut().poll(cx))) => ended,
            _ = stop.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke off");
        }
    }
}

/// What a failed accept asks for: most concern one client alone, but of open files there may be none left.
async fn after(error: io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "a connection could not be taken");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

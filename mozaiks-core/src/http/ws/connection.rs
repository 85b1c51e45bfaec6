//! One live connection, from its greeting to its end. It is one task, and keeps nothing that it does not need.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::clock::Clock;
use crate::datetime::DateTime;
use crate::realtime::hub::{CloseReason, Delivery, Listener};

/// The longest message that a client may send.
const MAX_MESSAGE: usize = 4 * 1024;

/// How much is read at once: what clients say is short, and every connection keeps a buffer of this size.
const READ_BUFFER: usize = 1024;

/// How long a client has to take the close.
const CLOSING: Duration = Duration::from_secs(5);

const PONG: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"pong"}"#);

/// A live connection.
pub(super) struct Connection {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    listener: Listener,
    clock: Arc<dyn Clock>,
    ping: Duration,
    idle: Duration,
    /// The moments, by the clock, of the last ping and of the last that was heard.
    pinged: Duration,
    heard: Duration,
    /// When the proof of who it is expires.
    expires: Option<Duration>,
    timer: BoxFuture<'static, ()>,
    /// What is sent before anything from the queue.
    first: Option<Message>,
    /// The client has said that it closes: nothing more is sent.
    ending: bool,
}

/// How a connection ends.
enum End {
    /// The client has closed it, or is gone.
    Gone,
    /// The host closes it.
    Close(CloseCode, &'static str),
    /// The host closes it, and cannot make sense any more of what the client sends.
    Broken(CloseCode, &'static str),
}

impl Connection {
    pub async fn new(
        upgraded: Upgraded,
        listener: Listener,
        clock: Arc<dyn Clock>,
        ping: Duration,
        idle: Duration,
        expires_at: Option<DateTime>,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let io = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        let now = clock.monotonic();
        let expires = expires_at.map(|moment| now.saturating_add(moment - clock.now()));
        let greeting = Greeting { kind: "connection_ack", user_id: listener.user().user_id() };
        let greeting = serde_json::to_string(&greeting).unwrap_or_default();
        let mut connection = Self {
            socket,
            listener,
            timer: Box::pin(std::future::ready(())),
            ping,
            idle,
            pinged: now,
            heard: now,
            expires,
            clock,
            first: Some(Message::text(greeting)),
            ending: false,
        };
        connection.set_timer(now);
        connection
    }

    /// Sends and receives until the end.
    pub async fn run(mut self) {
        let end = poll_fn(|cx| self.poll(cx)).await;
        let late = self.clock.deadline(CLOSING);
        let close = std::pin::pin!(self.end(end));
        if let Either::Right(((), _)) = select(close, late).await {
            tracing::debug!("a live connection did not take its close in time");
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            // What is queued for who does not keep up is of no use any more; everything else is sent first.
            if let Poll::Ready(CloseReason::TooSlow) = self.listener.poll_closed(cx) {
                return Poll::Ready(End::Close(CloseCode::Again, "too slow"));
            }
            match self.poll_send(cx) {
                Poll::Ready(Some(end)) => return Poll::Ready(end),
                Poll::Ready(None) => continue,
                Poll::Pending => {}
            }
            // Nothing is read while an answer waits: whoever does not take answers gets no more of them.
            if self.first.is_none()
                && let Poll::Ready(read) = Pin::new(&mut self.socket).poll_next(cx)
            {
                match self.on_read(read) {
                    Some(end) => return Poll::Ready(end),
                    None => continue,
                }
            }
            ready!(self.timer.as_mut().poll(cx));
            if let Some(end) = self.on_timer() {
                return Poll::Ready(end);
            }
        }
    }

    /// Sends the next that is to be sent, if there is something and the socket takes it. `Pending` if not.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Option<End>> {
        let mut socket = Pin::new(&mut self.socket);
        if ready!(socket.as_mut().poll_ready(cx)).is_err() {
            return Poll::Ready(Some(End::Gone));
        }
        let next = match self.first.take() {
            Some(message) => Some(message),
            None if self.ending => None,
            None => match self.listener.poll_next(cx) {
                Poll::Ready(Delivery::Message(text)) => Some(text_of(text)),
                Poll::Ready(Delivery::Closed(CloseReason::ShuttingDown)) => {
                    return Poll::Ready(Some(End::Close(CloseCode::Away, "the host is shutting down")));
                }
                Poll::Ready(Delivery::Closed(_)) => {
                    return Poll::Ready(Some(End::Close(CloseCode::Again, "too slow")));
                }
                Poll::Pending => None,
            },
        };
        match next {
            Some(message) => Poll::Ready(socket.start_send(message).is_err().then_some(End::Gone)),
            None => match socket.poll_flush(cx) {
                Poll::Ready(Err(_)) => Poll::Ready(Some(End::Gone)),
                Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
            },
        }
    }

    fn on_read(&mut self, read: Option<Result<Message, Error>>) -> Option<End> {
        self.heard = self.clock.monotonic();
        match read {
            Some(Ok(Message::Text(text))) => {
                if is_ping(&text) {
                    self.first = Some(Message::Text(PONG));
                }
                None
            }
            Some(Ok(Message::Binary(_))) => Some(End::Close(CloseCode::Unsupported, "text only")),
            Some(Ok(Message::Close(_))) => {
                self.ending = true;
                None
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => None,
            Some(Err(Error::Capacity(_))) => Some(End::Broken(CloseCode::Size, "at most 4 KiB")),
            Some(Err(Error::Utf8(_))) => Some(End::Broken(CloseCode::Invalid, "not UTF-8")),
            Some(Err(Error::Protocol(_))) => Some(End::Broken(CloseCode::Protocol, "not a WebSocket frame")),
            Some(Err(_)) | None => Some(End::Gone),
        }
    }

    fn on_timer(&mut self) -> Option<End> {
        let now = self.clock.monotonic();
        if self.expires.is_some_and(|expires| now >= expires) {
            return Some(End::Close(CloseCode::Policy, "the token has expired"));
        }
        if now.saturating_sub(self.heard) >= self.idle {
            return Some(End::Close(CloseCode::Policy, "nothing was heard"));
        }
        if now.saturating_sub(self.pinged) >= self.ping {
            self.pinged = now;
            // An answer that still waits says as well that there is somebody.
            self.first.get_or_insert(Message::Ping(Bytes::new()));
        }
        self.set_timer(now);
        None
    }

    fn set_timer(&mut self, now: Duration) {
        let next = self.pinged.saturating_add(self.ping).min(self.heard.saturating_add(self.idle));
        let next = self.expires.map_or(next, |expires| next.min(expires));
        self.timer = self.clock.sleep(next.saturating_sub(now));
    }

    /// Says that the connection is closed, and waits until the client has heard it.
    async fn end(&mut self, end: End) {
        let (code, reason, broken) = match end {
            End::Gone => return,
            End::Close(code, reason) => (code, reason, false),
            End::Broken(code, reason) => (code, reason, true),
        };
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        if self.socket.send(Message::Close(Some(frame))).await.is_err() {
            return;
        }
        if broken {
            // Closing with something unread would take the close back from a client that has not read it.
            let io = self.socket.get_mut();
            let _gone = io.shutdown().await;
            poll_fn(|cx| drain(io, cx)).await;
        } else {
            while let Some(Ok(_)) = self.socket.next().await {}
        }
    }
}

/// Reads and forgets until there is nothing any more.
fn drain(io: &mut TokioIo<Upgraded>, cx: &mut Context<'_>) -> Poll<()> {
    let mut room = [0; READ_BUFFER];
    loop {
        let mut buffer = ReadBuf::new(&mut room);
        match ready!(Pin::new(&mut *io).poll_read(cx, &mut buffer)) {
            Ok(()) if !buffer.filled().is_empty() => {}
            _ => return Poll::Ready(()),
        }
    }
}

#[derive(Serialize)]
struct Greeting<'g> {
    #[serde(rename = "type")]
    kind: &'static str,
    user_id: &'g str,
}

/// What the hub queues is JSON, which is UTF-8.
fn text_of(text: Bytes) -> Message {
    Message::Text(Utf8Bytes::try_from(text).unwrap_or_default())
}

fn is_ping(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Kind<'k> {
        #[serde(rename = "type", borrow)]
        kind: std::borrow::Cow<'k, str>,
    }
    serde_json::from_str::<Kind<'_>>(text).is_ok_and(|message| message.kind == "ping")
}

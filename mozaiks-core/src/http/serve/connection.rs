//! A TCP connection that knows whether it has heard something, and that closes so that its last words are read.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::room::with_room;

/// How long a client has to read the last reply after the host has closed its side.
const LINGER: Duration = Duration::from_secs(2);

/// Whether something of a request has been heard: what the connection and its timer share.
#[derive(Debug, Default)]
pub(super) struct Heard(AtomicBool);

impl Heard {
    /// Nothing has been heard of the next request yet.
    pub fn forget(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Something has.
    pub fn hear(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether something has, since [`forget`](Self::forget).
    pub fn is_something(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What has no more bytes than this is put together before it is written: a system takes one piece quicker than two,
/// by more than it costs to copy them.
const TOGETHER: usize = 8 * 1024;

/// A TCP connection that is watched.
pub(super) struct Watched {
    stream: TcpStream,
    heard: Arc<Heard>,
    write_timeout: Duration,
    /// Set while the client takes nothing of what is written: until when it has to.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Set once the host has closed its side: until when what the client still sends is read and forgotten.
    linger: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    pub fn new(stream: TcpStream, write_timeout: Duration) -> (Self, Arc<Heard>) {
        let heard = Arc::new(Heard::default());
        let watched = Self { stream, heard: Arc::clone(&heard), write_timeout, stuck: None, linger: None };
        (watched, heard)
    }

    /// What came of writing something; an error where the client has taken nothing for too long.
    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let timeout = self.write_timeout;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(timeout)));
        stuck.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer));
        if buffer.filled().len() > before {
            self.heard.hear();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Closes the host's side, then reads and forgets what the client still sends. A connection that is closed with
    /// something unread takes the reply back from a client that is still sending.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.linger = Some(Box::pin(sleep(LINGER)));
        }
        let mut room = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut room);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => break,
            }
        }
        match &mut self.linger {
            Some(linger) => linger.as_mut().poll(cx).map(Ok),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length: usize = bytes.iter().map(|part| part.len()).sum();
        if length > TOGETHER {
            let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
            return self.written(cx, written);
        }
        let written = with_room(|together| {
            for part in bytes {
                together.extend_from_slice(part);
            }
            Pin::new(&mut self.stream).poll_write(cx, together)
        });
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

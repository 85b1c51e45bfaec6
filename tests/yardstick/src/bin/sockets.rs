//! Opens live connections to a host, and tells how long one event takes to reach them all.
//!
//! `sockets --address 127.0.0.1:8080 --count 1000 --events 100` has one user's event pushed to all; with `--events 0`
//! it opens them, says `open`, and holds them until its standard input ends.

// It ends with a panic where it cannot measure.
#![allow(clippy::expect_used)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long an event may take to arrive everywhere.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Parser)]
struct Options {
    #[arg(long)]
    address: SocketAddr,
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// How many events, one after the other.
    #[arg(long, default_value_t = 100)]
    events: usize,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "it is what it is for")]
async fn main() {
    let options = Options::parse();
    let token = yardstick::token("listener");
    let (arrived, mut arrivals) = unbounded_channel();
    for _ in 0..options.count {
        let socket = open(options.address, &token).await;
        tokio::spawn(listen(socket, arrived.clone()));
    }
    if options.events == 0 {
        println!("open");
        let mut rest = Vec::new();
        tokio::io::stdin().read_to_end(&mut rest).await.expect("standard input");
        return;
    }
    let mut create = TcpStream::connect(options.address).await.expect("a connection");
    create.set_nodelay(true).expect("no delay");
    let mut all = Vec::with_capacity(options.count * options.events);
    let mut last = Vec::with_capacity(options.events);
    for _ in 0..options.events {
        let begun = Instant::now();
        send(&mut create, &token).await;
        for _ in 0..options.count {
            let arrival = tokio::time::timeout(PATIENCE, arrivals.recv()).await.expect("in time");
            all.push(arrival.expect("a socket").duration_since(begun));
        }
        last.push(all.iter().rev().take(options.count).max().copied().unwrap_or_default());
        answer(&mut create).await;
    }
    all.sort_unstable();
    last.sort_unstable();
    println!(
        "p50 {:.2} ms, p99 {:.2} ms from the request to a socket; to the last of {} p50 {:.2} ms",
        at(&all, 50),
        at(&all, 99),
        options.count,
        at(&last, 50)
    );
}

async fn open(address: SocketAddr, token: &str) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let url = format!("ws://{address}/ws?access_token={token}");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("an upgrade");
    socket.next().await.expect("a greeting").expect("a greeting");
    socket
}

async fn listen(mut socket: WebSocketStream<TcpStream>, arrived: UnboundedSender<Instant>) {
    while let Some(message) = socket.next().await {
        if matches!(message, Ok(Message::Text(_))) && arrived.send(Instant::now()).is_err() {
            return;
        }
    }
}

/// Asks for a task, which is pushed to all connections of its user.
async fn send(stream: &mut TcpStream, token: &str) {
    let body = r#"{"title": "Milk"}"#;
    let request = format!(
        "POST /api/execute/task_manager/create HTTP/1.1\r\nhost: host\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
}

async fn answer(stream: &mut TcpStream) {
    let mut reply = [0; 4096];
    let read = stream.read(&mut reply).await.expect("a reply");
    assert!(reply.get(..read).is_some_and(|reply| reply.starts_with(b"HTTP/1.1 200")), "it was refused");
}

/// A percentile, in milliseconds.
fn at(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

//! What the servers that are measured and those who measure them have in common.

// It ends with a panic where it cannot measure.
#![allow(clippy::expect_used)]

use std::net::SocketAddr;
use std::path::PathBuf;

use mozaiks_core::auth::{JwtSecret, JwtSigner, NewToken};
use mozaiks_core::{Clock, SystemClock};
use tokio::net::TcpListener;

/// The secret of all tokens here. It guards nothing.
pub const SECRET: &str = "a secret for measuring that guards nothing at all";

/// What both servers are told.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Keep tasks in this SQLite file (`synchronous = FULL`) instead of in memory.
    #[arg(long)]
    pub sqlite: Option<PathBuf>,
    /// Threads that serve. One for each core that the process may use, if not said.
    #[arg(long)]
    pub threads: Option<usize>,
}

impl Place {
    /// Runs a server on the threads that are wanted.
    ///
    /// # Panics
    /// If there are no threads to be had.
    pub fn run(&self, server: impl Future<Output = ()>) {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(self.threads.unwrap_or(cores)).enable_all();
        runtime.build().expect("threads").block_on(server);
    }

    /// Listens, and says where on standard output.
    ///
    /// # Panics
    /// If the address is taken.
    #[expect(clippy::print_stdout, reason = "it is how a script learns the port")]
    pub async fn bind(&self) -> TcpListener {
        let listener = TcpListener::bind(self.listen).await.expect("a free address");
        println!("{}", listener.local_addr().expect("an address"));
        listener
    }
}

/// The secret, as the core takes it.
///
/// # Panics
/// Never: it is long enough.
pub fn secret() -> JwtSecret {
    JwtSecret::new(SECRET).expect("a secret")
}

/// A token of a user, as an identity provider would make it.
///
/// # Panics
/// If it cannot be signed.
pub fn token(user: &str) -> String {
    let token = NewToken::new(user).username(user).roles(["editor"]);
    JwtSigner::new(&secret()).sign(&token, SystemClock.now()).expect("a token")
}

/// Ends with the signal of a script.
///
/// # Panics
/// If signals cannot be heard.
pub async fn terminated() {
    let mut signal =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("a signal");
    signal.recv().await;
}

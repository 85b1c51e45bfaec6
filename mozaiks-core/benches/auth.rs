//! What it costs to tell a user by a token: verified, and remembered. `cargo bench -p mozaiks-core --features jwt`.

use std::hint::black_box;
use std::time::Instant;

use futures_util::FutureExt;
use mozaiks_core::auth::{Authenticator, JwtOptions, JwtSecret, JwtSigner, NewToken};
use mozaiks_core::{Clock, SystemClock};

/// So many calls are measured together: few enough to fit between two interruptions.
const TOGETHER: u32 = 500;

fn main() {
    let secret = JwtSecret::generate().unwrap();
    let new = NewToken::new("alice").username("Alice").roles(["admin", "editor"]);
    let token = JwtSigner::new(&secret).sign(&new, SystemClock.now()).unwrap();
    report("the time", || {
        black_box(SystemClock.now());
    });
    report(&format!("SHA-256 of a token of {} bytes", token.len()), || {
        black_box(ring::digest::digest(&ring::digest::SHA256, black_box(token.as_bytes())));
    });
    for (what, remembered) in [("verified (HS256)", 0), ("remembered", 10_000)] {
        let users = JwtOptions::new("shop").remember(remembered).with_secret(&secret).unwrap();
        report(what, || {
            users.authenticate(black_box(&token)).now_or_never().unwrap().unwrap();
        });
    }
}

/// The best of many rounds, which is what it takes when nothing else runs.
fn report(what: &str, mut call: impl FnMut()) {
    let best = (0..1_000).map(|_| {
        let begun = Instant::now();
        for _ in 0..TOGETHER {
            call();
        }
        begun.elapsed() / TOGETHER
    });
    let best = best.min().unwrap_or_default();
    #[expect(clippy::print_stdout, reason = "it is what a benchmark is for")]
    {
        println!("{what}: {best:?}");
    }
}

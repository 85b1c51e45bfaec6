//! Test a Mozaiks plugin with plain `cargo test`: services in memory with real behaviour, a test host, a clock that
//! the test moves, conformance suites for whoever writes a service.
//!
//! Begin with [`TestHost`].

// What may panic says so: an assertion does, with `panic!`.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

pub mod bench;
pub mod clock;
pub mod conformance;
pub mod console;
pub mod events;
pub mod faults;
pub mod host;
pub mod installations;
pub mod journal;
pub mod log;
pub mod notifications;
pub mod plans;
pub mod prelude;
pub mod realtime;
pub mod settings;
pub mod storage;

pub use clock::TestClock;
pub use console::{console, console_with};
pub use host::{TestHost, TestHostBuilder, TestUser};

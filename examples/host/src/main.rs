//! A complete Mozaiks host: `cargo run -p host`.
//!
//! It serves the task manager and a record of activity at 127.0.0.1:8080, on an SQLite file in `./data`, and prints
//! lines for curl to try it with. `--help` tells what it can be told.

mod chaos;
mod host;
mod log;
mod options;
mod secret;
mod services;
mod traces;
mod try_it;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use options::{Command, Options};
use rustix::process::{Resource, getrlimit, setrlimit};
use traces::Traces;

/// A call makes some dozens of small objects, of all threads' together: this allocator is quicker at that than most
/// systems' own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Threads beside one for each core, so that a few plugins that hold theirs hold up nobody else.
const SPARE_THREADS: usize = 4;

/// What ends a start, in one line.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let options = Options::parse().checked();
    let outcome = match &options.command {
        Some(Command::Token(token)) => {
            log::start(options.serve.log_format, &Traces::none());
            secret::print_token(&options, token).map(|()| true)
        }
        None => Traces::start().and_then(|traces| {
            log::start(options.serve.log_format, &traces);
            let outcome = serve(&options);
            traces.end();
            outcome
        }),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            log::last_words(&*error);
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Options) -> Result<bool, Failure> {
    raise_open_files();
    let threads = std::thread::available_parallelism().map_or(1, usize::from) + SPARE_THREADS;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let outcome = runtime.block_on(host::run(options));
    // A plugin that holds its thread is not waited for.
    runtime.shutdown_background();
    outcome
}

/// Lets the process have as many open files as it may: each connection is one, and many systems begin with 1,024.
fn raise_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the number of open files stays as it is");
    }
}

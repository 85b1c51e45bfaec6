//! Writes and checks events through an outbox over SQLite, to be killed at any moment: see `scripts/kill-rounds-outbox`.
//!
//! `outbox write FOLDER ROUND` calls an action without end, and prints `user number` once it was acknowledged.
//! `outbox check FOLDER` reads such lines, and fails unless whoever listens to the action's events has heard of each.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::expect_used)]

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use mozaiks_core::events::{LocalEventBus, Outbox};
use mozaiks_core::prelude::*;
use mozaiks_core::runtime::Limits;
use mozaiks_core::storage::Storage;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::{Identity, Runtime, SystemClock};
use mozaiks_testkit::bench::quiet_runtime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Users who write at the same time.
const USERS: usize = 16;

struct Writer;

/// Says what was written, three times.
#[plugin(name = "writer", version = "1.0.0", publishes = ["written"])]
impl Writer {
    #[action]
    async fn write(&self, ctx: &Context, number: u64) -> Result<()> {
        for part in 0..3 {
            ctx.publish("written", json!({ "number": number, "part": part }))?;
        }
        Ok(())
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    times: u32,
}

#[derive(Deserialize)]
struct Written {
    number: u64,
    part: u32,
}

struct Recorder;

/// Counts how often it has heard of each thing that was written.
#[plugin(name = "recorder", version = "1.0.0")]
impl Recorder {
    #[on_event("writer:written")]
    async fn record(&self, ctx: &Context, written: Written) -> Result<()> {
        let id = format!("{}/{}", written.number, written.part);
        let heard = ctx.collection::<Heard>("heard");
        heard.find_one_and_update(doc! { "_id": id }, doc! { "$inc": { "times": 1 } }).upsert().await?;
        Ok(())
    }

    #[query]
    async fn heard(&self, ctx: &QueryContext) -> Result<BTreeMap<String, u32>> {
        let all = ctx.collection::<Heard>("heard").find(doc! {}).await?;
        Ok(all.iter().map(|one| (one.id().to_string(), one.times)).collect())
    }
}

struct Host {
    storage: Arc<SqliteStorage>,
    outbox: Outbox,
    runtime: Runtime,
}

async fn start(folder: &Path) -> Result<Host, Box<dyn std::error::Error>> {
    let storage = Arc::new(SqliteStorage::open(folder.join("app.db"))?);
    let outbox = Outbox::new(storage.clone(), LocalEventBus::new(Arc::new(SystemClock)));
    let runtime = quiet_runtime()
        .storage(storage.clone())
        .events(Arc::new(outbox.clone()))
        .limits(Limits::default().max_reply(1024 * 1024 * 1024))
        .plugin(Writer)
        .plugin(Recorder)
        .build()?;
    runtime.start().await?;
    let report = outbox.recover().await?;
    eprintln!("recovered {} events", report.redelivered);
    Ok(Host { storage, outbox, runtime })
}

fn user(number: usize) -> Identity {
    Identity::new("kill", format!("user{number}")).expect("an identity")
}

async fn write(folder: &Path, round: u64) -> Result<(), Box<dyn std::error::Error>> {
    let host = start(folder).await?;
    let writers = (0..USERS).map(|number| {
        let (runtime, identity) = (host.runtime.clone(), user(number));
        tokio::spawn(async move {
            for number in round * 1_000_000.. {
                let body = format!(r#"{{"action": "write", "number": {number}}}"#);
                let reply = runtime.execute(&identity, "writer", body.as_bytes()).await;
                if reply.is_ok() {
                    println!("{} {number}", identity.user_id());
                } else {
                    eprintln!("{}", String::from_utf8_lossy(reply.body()));
                }
            }
        })
    });
    futures_util::future::join_all(writers).await;
    Ok(())
}

async fn check(folder: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let host = start(folder).await?;
    host.outbox.bus().idle().await;
    let dead = host.outbox.bus().dead_letters().len();
    let (mut heard, mut again) = (HashMap::new(), 0);
    for number in 0..USERS {
        let reply = host.runtime.execute(&user(number), "recorder", br#"{"action": "heard"}"#).await;
        let all: BTreeMap<String, u32> = serde_json::from_slice(reply.body())?;
        again += all.values().filter(|times| **times > 1).count();
        heard.insert(format!("user{number}"), all);
    }
    let (mut acknowledged, mut lost) = (0, 0);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (user, number) = line.split_once(' ').ok_or("a line is `user number`")?;
        let all = heard.get(user).ok_or("an unknown user")?;
        acknowledged += 1;
        for part in 0..3 {
            if !all.contains_key(&format!("{number}/{part}")) {
                lost += 1;
                println!("LOST: part {part} of {number} of {user}");
            }
        }
    }
    println!(
        "{acknowledged} acknowledged actions with 3 events each: {lost} lost, {again} heard more than once"
    );
    let report = host.outbox.shutdown(Duration::from_secs(10)).await;
    host.runtime.shutdown().await;
    host.storage.close().await?;
    Ok(lost == 0 && dead == 0 && report.is_complete())
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder, round] => {
            write(Path::new(folder), round.parse().expect("the round is a number")).await.map(|()| true)
        }
        ["check", folder] => check(Path::new(folder)).await,
        _ => Err("usage: outbox write FOLDER ROUND | outbox check FOLDER".into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

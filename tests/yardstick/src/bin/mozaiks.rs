//! A host to measure: put together like `examples/host`, with the task manager in memory or on an SQLite file.

// It ends with a panic where it cannot go on.
#![allow(clippy::expect_used)]

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use mozaiks_core::auth::JwtOptions;
use mozaiks_core::events::{EventBus, LocalEventBus, Outbox};
use mozaiks_core::http::{Http, ServeOptions, serve};
use mozaiks_core::notifications::StoredNotifications;
use mozaiks_core::prelude::*;
use mozaiks_core::realtime::hub::{Hub, HubOptions};
use mozaiks_core::runtime::Runtime;
use mozaiks_core::settings::StoredSettings;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{Raw, Storage};
use mozaiks_core::{Clock, SystemClock};
use mozaiks_testkit::storage::MemoryStorage;
use yardstick::Place;

/// As `examples/host` has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    place: Place,
    /// Keep events until they are delivered, as `examples/host` does unless told otherwise.
    #[arg(long)]
    outbox: bool,
    /// Count nothing.
    #[arg(long)]
    no_metrics: bool,
    /// How many live connections there may be, of one user or in all.
    #[arg(long, default_value_t = 20_000)]
    sockets: usize,
}

fn main() {
    let options = Options::parse();
    options.place.run(run(&options));
}

async fn run(options: &Options) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let storage: Arc<dyn Storage> = match &options.place.sqlite {
        Some(file) => Arc::new(SqliteStorage::open(file).expect("a file")),
        None => Arc::new(MemoryStorage::new()),
    };
    let bus = LocalEventBus::new(Arc::clone(&clock));
    let events: Arc<dyn EventBus> = if options.outbox {
        Arc::new(Outbox::new(Arc::clone(&storage), bus.clone()))
    } else {
        Arc::new(bus.clone())
    };
    let hub = Hub::new(HubOptions::default().per_user(options.sockets).total(options.sockets));
    let pushes: Arc<Hub> = Arc::new(hub.clone());
    let notifications =
        StoredNotifications::new(Arc::clone(&storage), Arc::clone(&pushes) as _, Arc::clone(&clock));
    let runtime = Runtime::builder()
        .storage(Arc::clone(&storage))
        .events(events)
        .settings(Arc::new(StoredSettings::new(Arc::clone(&storage), Arc::clone(&clock))))
        .notifications(Arc::new(notifications))
        .realtime(pushes)
        .clock(clock)
        .plugin(task_manager::TaskManager)
        .plugin(Unread)
        .build()
        .expect("a runtime");
    runtime.start().await.expect("started");
    let tokens = JwtOptions::new("app").with_secret(&yardstick::secret()).expect("tokens");
    let mut http = Http::builder(runtime.clone()).authenticator(Arc::new(tokens)).hub(hub.clone());
    if options.no_metrics {
        http = http.without_metrics();
    }
    let listener = options.place.bind().await;
    serve(listener, http, yardstick::terminated(), ServeOptions::default().hub(hub)).await;
    let deadline = Duration::from_secs(10);
    runtime.drain(deadline).await;
    bus.shutdown(deadline).await;
    runtime.shutdown().await;
    storage.close().await.expect("closed");
}

/// Tasks whose lists go from storage to the client without anybody reading them.
#[derive(Debug, Default)]
struct Unread;

/// Tasks, unread.
#[plugin(name = "unread", version = "1.0.0")]
impl Unread {
    /// One page, the newest first.
    #[query]
    async fn list(&self, ctx: &QueryContext, skip: Option<u64>, limit: Option<u64>) -> Result<Page<Raw>> {
        ctx.collection::<Raw>("items").find(doc! {}).sort("_id", -1).page(skip, limit).await
    }

    /// Creates a task.
    #[action]
    async fn create(&self, ctx: &Context, title: String, description: Option<String>) -> Result<Created> {
        let now = ctx.now();
        let description = description.unwrap_or_default();
        let task =
            task_manager::Task { title, description, completed: false, created_at: now, updated_at: now };
        Ok(Created { id: ctx.collection::<task_manager::Task>("items").insert(&task).await? })
    }
}

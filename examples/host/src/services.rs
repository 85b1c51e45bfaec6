//! The services of the host: where documents are, what carries events, who reaches open pages.

use std::sync::Arc;
use std::time::Duration;

use clap::error::ErrorKind;
use mozaiks_core::events::{EventBus, LocalEventBus, LocalEventBusOptions, Outbox};
use mozaiks_core::http::Metrics;
use mozaiks_core::notifications::StoredNotifications;
use mozaiks_core::realtime::hub::{Hub, HubOptions};
use mozaiks_core::runtime::{Limits, Runtime};
use mozaiks_core::settings::StoredSettings;
use mozaiks_core::storage::mongodb::MongoStorage;
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{Storage, StorageError};
use mozaiks_core::{Clock, SystemClock};

use crate::Failure;
use crate::options::Options;
use crate::secret::make_folder;

/// The file in the data folder.
const DATABASE: &str = "mozaiks.sqlite";

/// What a host holds beside its runtime.
pub struct Services {
    pub metrics: Metrics,
    pub clock: Arc<dyn Clock>,
    pub storage: Arc<dyn Storage>,
    pub events: Events,
    pub hub: Hub,
}

/// What carries events.
pub enum Events {
    /// As long as the process lives.
    Local(LocalEventBus),
    /// Over a crash too.
    Stored(Outbox),
}

impl Services {
    /// The MongoDB server, if the options name one; they are refused where it cannot be read which. Nothing connects yet.
    pub async fn mongodb(options: &Options) -> Result<Option<MongoStorage>, Failure> {
        let Some(uri) = &options.serve.mongodb_uri else { return Ok(None) };
        match MongoStorage::builder(uri).app_of_unmarked(&options.app.app_id).connect().await {
            // Only the driver can tell: it is a bad value all the same.
            Err(StorageError::Invalid(text)) => Options::refuse(ErrorKind::ValueValidation, &text),
            storage => Ok(Some(storage?)),
        }
    }

    /// Opens what the options name.
    pub fn open(options: &Options, mongodb: Option<MongoStorage>) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = Metrics::new();
        let measured = !options.surface.no_metrics;
        let storage: Arc<dyn Storage> = match mongodb {
            Some(storage) => {
                if measured {
                    Arc::new(metrics.measure(storage))
                } else {
                    Arc::new(storage)
                }
            }
            None => {
                make_folder(options)?;
                let storage = SqliteStorage::open(options.place.data.join(DATABASE))?;
                if measured { Arc::new(metrics.measure(storage)) } else { Arc::new(storage) }
            }
        };
        // The runtime ends a handler before the bus does.
        let attempt = options.limits.deadline.saturating_mul(3).saturating_add(Duration::from_secs(10));
        let attempts = LocalEventBusOptions::default().deadline(attempt);
        let bus = LocalEventBus::with_options(Arc::clone(&clock), attempts);
        metrics.watch_bus(bus.clone());
        let events = if options.serve.outbox {
            Events::Stored(Outbox::new(Arc::clone(&storage), bus))
        } else {
            Events::Local(bus)
        };
        let limits = &options.limits;
        let hub = Hub::new(HubOptions::default().per_user(limits.sockets_per_user).total(limits.sockets));
        Ok(Self { metrics, clock, storage, events, hub })
    }

    /// A runtime over them, with the plugins of this host.
    pub fn runtime(&self, options: &Options) -> Result<Runtime, Failure> {
        let hub = Arc::new(self.hub.clone());
        let (storage, clock) = (&self.storage, &self.clock);
        let limits = Limits::default()
            .max_body(options.limits.max_body)
            .max_reply(options.limits.max_reply)
            .deadline(options.limits.deadline)
            .concurrency(options.limits.concurrency.get());
        let builder = Runtime::builder()
            .storage(Arc::clone(storage))
            .events(self.events.bus())
            .settings(Arc::new(StoredSettings::new(Arc::clone(storage), Arc::clone(clock))))
            .notifications(Arc::new(StoredNotifications::new(
                Arc::clone(storage),
                Arc::clone(&hub) as _,
                Arc::clone(clock),
            )))
            .realtime(hub)
            .clock(Arc::clone(clock))
            .limits(limits)
            .plugin(task_manager::TaskManager)
            .plugin(activity::Activity);
        #[cfg(feature = "chaos")]
        let builder = builder.plugin(crate::chaos::Chaos);
        Ok(builder.build()?)
    }
}

impl Events {
    fn bus(&self) -> Arc<dyn EventBus> {
        match self {
            Self::Local(bus) => Arc::new(bus.clone()),
            Self::Stored(outbox) => Arc::new(outbox.clone()),
        }
    }

    /// Delivers what the last run of the host left.
    pub async fn recover(&self) -> Result<(), Failure> {
        if let Self::Stored(outbox) = self {
            outbox.recover().await?;
        }
        Ok(())
    }

    /// Delivers what waits; `true` if it was all delivered by the deadline.
    pub async fn shutdown(&self, deadline: Duration) -> bool {
        let report = match self {
            Self::Local(bus) => bus.shutdown(deadline).await,
            Self::Stored(outbox) => outbox.shutdown(deadline).await,
        };
        for (subscriber, events) in &report.undelivered {
            tracing::warn!(subscriber, events, "events were not delivered in time");
        }
        report.is_complete()
    }
}

//! Starting and stopping: plugins in order, and what becomes of one that fails.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;

use super::failure::crashed;
use super::to_the_end::to_the_end;
use super::{Inner, Runtime};
use crate::context::PluginContext;
use crate::error::{Error, Result};
use crate::storage::StorageError;

/// What to do about a plugin that fails to initialise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnInitializeFailure {
    /// Switch it off, report it, and start the others.
    #[default]
    Disable,
    /// Start nothing.
    Abort,
}

/// What became of the plugins when the runtime started.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct StartReport {
    /// The ones that serve, in the order in which they were initialised.
    pub started: Vec<String>,
    /// The ones that were switched off, and why.
    pub failed: Vec<(String, Error)>,
}

/// The runtime did not start.
#[derive(Debug)]
pub struct StartError {
    plugin: Option<String>,
    error: Error,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.plugin {
            Some(plugin) => write!(f, "the plugin {plugin} did not start: {:?}", self.error),
            None => write!(f, "the runtime did not start: {:?}", self.error),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

const BUILT: u8 = 0;
const RUNNING: u8 = 1;
pub(super) const DRAINING: u8 = 2;
const STOPPED: u8 = 3;

/// Where a runtime is in its life.
pub(super) struct Life {
    pub(super) state: AtomicU8,
    /// Held while starting and stopping, so that each happens once. In it are the numbers of the plugins that are up,
    /// in the order in which they were initialised.
    up: Mutex<Vec<usize>>,
    disabled: OnceLock<HashSet<String>>,
    on_failure: OnInitializeFailure,
}

impl Life {
    pub fn new(on_failure: OnInitializeFailure) -> Self {
        Self { state: AtomicU8::new(BUILT), up: Mutex::default(), disabled: OnceLock::new(), on_failure }
    }

    /// True once the runtime has started, until it takes no more calls.
    pub fn serves_already(&self) -> bool {
        self.state.load(Ordering::Acquire) == RUNNING
    }

    /// # Errors
    /// `UNAVAILABLE` from the moment on when the runtime takes no more calls.
    pub fn serves(&self) -> Result<()> {
        if self.state.load(Ordering::SeqCst) > RUNNING { Err(shut_down()) } else { Ok(()) }
    }

    /// # Errors
    /// `UNAVAILABLE` from the moment on when no event handler is left: what is published may have been heard by nobody.
    pub fn still_hears(&self) -> Result<()> {
        if self.state.load(Ordering::Acquire) == STOPPED { Err(shut_down()) } else { Ok(()) }
    }

    /// True for a plugin that failed to initialise.
    pub fn is_disabled(&self, plugin: &str) -> bool {
        self.disabled.get().is_some_and(|disabled| !disabled.is_empty() && disabled.contains(plugin))
    }
}

impl Runtime {
    /// Initialises the plugins in the order in which they were registered, then begins to deliver events. Before a
    /// plugin is initialised, the storage has the indexes that it declares; one that cannot be made is a failure of
    /// the plugin.
    ///
    /// A plugin that fails is switched off and stands in the report, and the others start, unless the builder was
    /// told otherwise. A start that fails shuts down what it had initialised, and can be tried again. Starting twice
    /// does nothing; the second report is empty.
    ///
    /// Within a tokio runtime a start that has begun goes on to its end, also where its future is dropped.
    ///
    /// # Errors
    /// [`StartError`] if the bus takes no subscriber, if a plugin failed and nothing was to start without it, or if
    /// the runtime was shut down.
    pub async fn start(&self) -> Result<StartReport, StartError> {
        let inner = Arc::clone(&self.inner);
        let outcome = to_the_end(async move { inner.start().await }).await;
        outcome
            .unwrap_or_else(|ended| Err(StartError { plugin: None, error: shut_down().with_source(ended) }))
    }

    /// Stops taking calls and events, then shuts the plugins down, the last first. It does not wait for calls that
    /// run: [`drain`](Self::drain) does. One that publishes something after this is `UNAVAILABLE`, since nobody may
    /// have heard it.
    ///
    /// Handlers get nothing that waits in the bus any more: have the bus (or the outbox) deliver it before, with its
    /// own `shutdown`. The whole order is `drain`, the bus, this, and
    /// [`Storage::close`](crate::storage::Storage::close).
    ///
    /// A plugin that fails or takes longer than the deadline is left behind; it is in the list that comes back.
    /// Within a tokio runtime this goes on to its end, also where its future is dropped.
    pub async fn shutdown(&self) -> Vec<(String, Error)> {
        let inner = Arc::clone(&self.inner);
        to_the_end(async move { inner.shutdown().await }).await.unwrap_or_default()
    }

    /// Starts the runtime if nobody has. This is on the way of every request: it costs one load.
    pub(super) async fn ready(&self) -> Result<()> {
        match self.inner.life.state.load(Ordering::Acquire) {
            RUNNING => Ok(()),
            // In a box, so that every other call does not make room for it.
            BUILT => Box::pin(self.start())
                .await
                .map(drop)
                .map_err(|failure| Error::unavailable("The host has not started").with_source(failure)),
            _ => Err(shut_down()),
        }
    }
}

fn shut_down() -> Error {
    Error::unavailable("The host is shutting down")
}

impl Inner {
    async fn start(self: &Arc<Self>) -> Result<StartReport, StartError> {
        let mut up = self.life.up.lock().await;
        match self.life.state.load(Ordering::Acquire) {
            BUILT => {}
            RUNNING => return Ok(StartReport::default()),
            _ => return Err(StartError { plugin: None, error: shut_down() }),
        }
        // Where no tokio runtime sees a start to its end, one that was dropped leaves plugins behind that are up.
        self.stop(&mut up).await;
        for unmatched in &self.unmatched {
            tracing::warn!("{unmatched}");
        }
        let mut report = StartReport::default();
        for (index, entry) in self.entries.iter().enumerate() {
            let plugin = entry.name().to_owned();
            let initialized = match self.create_indexes(entry).await {
                Ok(()) => self.once(entry, true).await,
                Err(error) => Err(error),
            };
            let Err(error) = initialized else {
                up.push(index);
                report.started.push(plugin);
                continue;
            };
            let error = self.logged(error, &plugin);
            if self.life.on_failure == OnInitializeFailure::Abort {
                self.stop(&mut up).await;
                return Err(StartError { plugin: Some(plugin), error });
            }
            tracing::error!(plugin, "the plugin is switched off: it failed to initialise");
            report.failed.push((plugin, error));
        }
        let disabled: HashSet<String> = report.failed.iter().map(|(plugin, _)| plugin.clone()).collect();
        if let Err(error) = self.subscribe_all(&disabled) {
            self.stop(&mut up).await;
            return Err(StartError { plugin: None, error });
        }
        // Set once, as this is reached once: whoever comes later finds the runtime running.
        let _first = self.life.disabled.set(disabled);
        // Unless it was told to end meanwhile.
        self.life.leave_for(RUNNING);
        Ok(report)
    }

    async fn shutdown(self: &Arc<Self>) -> Vec<(String, Error)> {
        let mut up = self.life.up.lock().await;
        self.life.leave_for(STOPPED);
        self.subscriptions.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        self.stop(&mut up).await
    }

    /// Shuts down what is up, the last first; gives what failed to.
    async fn stop(self: &Arc<Self>, up: &mut Vec<usize>) -> Vec<(String, Error)> {
        let mut failed = Vec::new();
        while let Some(index) = up.pop() {
            let Some(entry) = self.entries.get(index) else { continue };
            if let Err(error) = self.once(entry, false).await {
                failed.push((entry.name().to_owned(), self.logged(error, entry.name())));
            }
        }
        failed
    }

    /// Has the storage make the indexes that a plugin declares, and drop those that it no longer does.
    ///
    /// There is no deadline: where there are many documents, an index takes its time, and once.
    async fn create_indexes(&self, entry: &super::entry::Entry) -> Result<()> {
        let created = self.services.storage.create_indexes(entry.name(), &entry.manifest().indexes).await;
        created.map_err(|error| match error {
            StorageError::Conflict { index } => Error::internal(format!(
                "the unique index `{index}` cannot be made, because documents of one owner have the same values in \
                 it: remove all but one of them, or declare the index without `unique`"
            )),
            StorageError::Invalid(_) | StorageError::TooLarge(_) => Error::internal(format!(
                "the indexes cannot be made: {error}; correct the document or the declaration"
            )),
            error => error.into(),
        })
    }

    /// Initialises a plugin, or shuts it down.
    async fn once(self: &Arc<Self>, entry: &super::entry::Entry, initialize: bool) -> Result<()> {
        let ctx = PluginContext::new(self.services.clone(), entry.info.clone());
        let started = self.services.clock.monotonic();
        let future = crate::guard::catch(|| {
            if initialize { entry.code().initialize(&ctx) } else { entry.code().shutdown(&ctx) }
        });
        let Some(future) = future.map_err(crashed)? else { return Ok(()) };
        self.guarded(future, started).await
    }
}

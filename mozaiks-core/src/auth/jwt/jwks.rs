//! The keys of an identity provider, kept fresh by one task in the background.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::select;
use jsonwebtoken::Algorithm;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::AbortHandle;

use super::cache::Cache;
use super::endpoint::JwksEndpoint;
use super::fetch::Fetcher;
use super::keys::{Choice, KeySet};
use crate::auth::AuthError;
use crate::clock::Clock;

/// How soon the keys are asked for again while there are none.
const RETRY: Duration = Duration::from_secs(5);

/// The least time between two fetches for the sake of an unknown key.
const COOLDOWN: Duration = Duration::from_secs(30);

/// The most tokens that wait for a fetch. Anybody can make some that name a key nobody knows, and each holds a request.
const WAITING: usize = 1024;

/// The keys of an identity provider. Dropping it ends the task that fetches them.
pub(super) struct Jwks {
    shared: Arc<Shared>,
    /// Changes after each fetch, whether it brought keys or not.
    fetched: watch::Receiver<()>,
    waiting: Semaphore,
    task: AbortHandle,
}

struct Shared {
    clock: Arc<dyn Clock>,
    cache: Arc<Cache>,
    keys: RwLock<Arc<KeySet>>,
    state: Mutex<State>,
    /// Somebody wants the keys now.
    wanted: Notify,
}

struct State {
    is_fetching: bool,
    /// When the keys were last fetched for the sake of an unknown one.
    asked: Option<Duration>,
    /// Why there are no keys, for anybody to read.
    trouble: String,
}

impl Drop for Jwks {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Jwks {
    /// Starts to fetch the keys.
    pub(super) fn start(
        endpoint: &JwksEndpoint,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
        cache: Arc<Cache>,
        runtime: &Handle,
    ) -> Self {
        let trouble = "the keys have not been fetched yet".to_owned();
        let shared = Arc::new(Shared {
            clock,
            cache,
            keys: RwLock::default(),
            // The first fetch is as good as begun.
            state: Mutex::new(State { is_fetching: true, asked: None, trouble }),
            wanted: Notify::new(),
        });
        // The sender is the task's, so that nobody waits for a task that is gone.
        let (done, fetched) = watch::channel(());
        let task = runtime.spawn(Arc::clone(&shared).keep_fresh(fetcher, endpoint.every(), done));
        Self { shared, fetched, waiting: Semaphore::new(WAITING), task: task.abort_handle() }
    }

    /// Why no token can be checked, if so.
    pub(super) fn ready(&self) -> Result<(), String> {
        if self.shared.keys().is_empty() { Err(self.shared.state().trouble.clone()) } else { Ok(()) }
    }

    /// The keys that may verify a token with this header, if that is known without waiting.
    pub(super) fn at_once(&self, id: Option<&str>, algorithm: Algorithm) -> Result<Choice, AuthError> {
        let keys = self.shared.keys();
        if keys.is_empty() {
            return Err(AuthError::Unavailable(self.shared.state().trouble.clone()));
        }
        Ok(keys.choose(id, algorithm))
    }

    /// The keys as [`at_once`](Self::at_once), fetched again if this one is unknown and it is time. It is
    /// [`Unavailable`](AuthError::Unavailable) where too many wait for that.
    pub(super) async fn choose(&self, id: Option<&str>, algorithm: Algorithm) -> Result<Choice, AuthError> {
        let mut fetched = self.fetched.clone();
        let mut waits = None;
        loop {
            // What ends after this has been marked as seen is waited for; what ended before is in the keys.
            fetched.mark_unchanged();
            let choice = self.at_once(id, algorithm)?;
            if !matches!(choice, Choice::Unknown) || !self.shared.is_worth_waiting() {
                return Ok(choice);
            }
            if waits.is_none() {
                let place = self.waiting.try_acquire();
                waits =
                    Some(place.map_err(|_| AuthError::Unavailable("too many tokens wait for keys".into()))?);
            }
            if fetched.changed().await.is_err() {
                return Ok(choice);
            }
        }
    }
}

impl Shared {
    /// Whether a fetch is under way, or has just been asked for, so that an unknown key may become known.
    fn is_worth_waiting(&self) -> bool {
        let mut state = self.state();
        if state.is_fetching {
            return true;
        }
        let now = self.clock.monotonic();
        if state.asked.is_some_and(|last| now.saturating_sub(last) < COOLDOWN) {
            return false;
        }
        state.asked = Some(now);
        state.is_fetching = true;
        self.wanted.notify_one();
        true
    }

    async fn keep_fresh(self: Arc<Self>, fetcher: Fetcher, every: Duration, done: watch::Sender<()>) {
        loop {
            {
                let mut state = self.state();
                state.is_fetching = true;
                // This fetch is the one that was asked for while the pause ended.
                let _ = self.wanted.notified().now_or_never();
            }
            let outcome = fetcher.fetch(&*self.clock).await.and_then(|body| Ok(self.read(&body)?));
            let are_there = !self.keys().is_empty();
            {
                let mut state = self.state();
                state.is_fetching = false;
                if let Err(reason) = outcome {
                    tracing::warn!(known = are_there, "the keys for tokens could not be fetched: {reason}");
                    state.trouble = format!("the keys could not be fetched: {reason}");
                } else if !are_there {
                    state.trouble = "the endpoint has no key that can be used".into();
                }
            }
            done.send_replace(());
            let pause = self.clock.sleep(if are_there { every } else { RETRY });
            select(pause, pin!(self.wanted.notified())).await;
        }
    }

    fn read(&self, body: &[u8]) -> Result<(), &'static str> {
        let known = self.keys();
        let new = Arc::new(KeySet::parse(body, &known)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&new);
        if known.withdraw_all_but(&new) {
            tracing::info!(keys = new.len(), "some keys that tokens were checked with count no more");
            self.cache.forget_withdrawn();
        }
        Ok(())
    }

    fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

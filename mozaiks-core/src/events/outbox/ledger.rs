//! What the storage holds of the events that are on their way.

use std::iter::zip;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bson::{Bson, doc};
use tokio::sync::Notify;

use super::record::{Letter, id_of, number_of, write};
use crate::clock::Clock;
use crate::events::local::Completion;
use crate::events::{DeadLetter, Event, EventBusError};
use crate::storage::{
    Change, FoundDocument, NewDocument, Query, Selector, Sharing, Storage, StorageError, StorageScope,
    UpdateOptions,
};
use crate::wait::wait_until;

/// Neither a plugin nor a collection of one can have such a name, nor an app or a user an empty one.
const PLUGIN: &str = "_mozaiks";
const COLLECTION: &str = "_outbox";

/// The most events that are removed with one call of the storage.
const BATCH: usize = 1000;
/// How long to wait before trying again to remove what the storage did not.
const PAUSE: Duration = Duration::from_secs(1);

/// What the storage holds of the events that are on their way. It is told when they have arrived, and removes them, many
/// at a time.
pub(super) struct Ledger {
    storage: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    instance: String,
    /// Told when all that have arrived are removed.
    progress: Notify,
    arrived: Mutex<Arrived>,
    me: Weak<Self>,
}

/// The number of an event, and the dead letters that are left of it.
type Letters = (u64, Vec<Arc<DeadLetter>>);

#[derive(Default)]
struct Arrived {
    handled: Vec<u64>,
    buried: Vec<Letters>,
    /// Somebody is removing them.
    sweeping: bool,
}

impl Ledger {
    pub fn new(storage: Arc<dyn Storage>, clock: Arc<dyn Clock>, instance: &str) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            storage,
            clock,
            instance: instance.to_owned(),
            progress: Notify::new(),
            arrived: Mutex::default(),
            me: Weak::clone(me),
        })
    }

    fn scope(&self) -> StorageScope<'_> {
        StorageScope {
            app_id: "",
            user_id: &self.instance,
            plugin: PLUGIN,
            collection: COLLECTION,
            sharing: Sharing::Private,
        }
    }

    /// Stores events under their numbers, all or none.
    pub async fn add(&self, numbers: &[u64], events: &[Event]) -> Result<(), EventBusError> {
        let documents = zip(numbers, events)
            .map(|(&number, event)| Ok(NewDocument::generated(id_of(number), write(event)?)));
        let documents = documents.collect::<Result<_, StorageError>>().map_err(failed)?;
        self.storage.insert(self.scope(), documents).await.map_err(failed)
    }

    /// The number of the last event that is stored, or 0.
    pub async fn last(&self) -> Result<u64, EventBusError> {
        let last = self.find(doc! {}, -1, 1).await?;
        Ok(last.first().and_then(|found| number_of(&found.id)).unwrap_or(0))
    }

    /// The events with numbers from `after` (without it) to `end`, in order: the first `limit` of them.
    pub async fn page(&self, after: u64, end: u64, limit: u64) -> Result<Vec<FoundDocument>, EventBusError> {
        self.find(doc! { "_id": { "$gt": id_of(after), "$lte": id_of(end) } }, 1, limit).await
    }

    async fn find(
        &self,
        filter: bson::Document,
        order: i32,
        limit: u64,
    ) -> Result<Vec<FoundDocument>, EventBusError> {
        let mut query = Query::new(Selector::Filter(filter));
        (query.sort, query.limit) = (Some(doc! { "_id": order }), Some(limit));
        Ok(self.storage.find(self.scope(), query).await.map_err(failed)?.documents)
    }

    /// Waits until all that have arrived are removed.
    pub async fn swept(&self) {
        wait_until(&self.progress, || !self.arrived().sweeping).await;
    }

    /// Notes what has arrived, and has it removed unless somebody is at it.
    fn arrived_with(&self, note: impl FnOnce(&mut Arrived)) {
        let mut arrived = self.arrived();
        note(&mut arrived);
        if !arrived.sweeping
            && let (Some(me), Ok(runtime)) = (self.me.upgrade(), tokio::runtime::Handle::try_current())
        {
            arrived.sweeping = true;
            runtime.spawn(async move { me.sweep().await });
        }
    }

    /// Removes what has arrived, until nothing has.
    async fn sweep(&self) {
        while let Some((handled, buried)) = self.next_batch() {
            if let Err(error) = self.write_down(&handled, &buried).await {
                let events = handled.len();
                tracing::warn!(%error, events, "delivered events could not be removed: it is tried again");
                self.put_back(handled, buried);
                self.clock.sleep(PAUSE).await;
            }
        }
        self.progress.notify_waiters();
    }

    /// What to remove next. Where there is nothing, the sweep is over.
    fn next_batch(&self) -> Option<(Vec<u64>, Vec<Letters>)> {
        let mut arrived = self.arrived();
        arrived.sweeping = !arrived.handled.is_empty() || !arrived.buried.is_empty();
        let count = arrived.handled.len().min(BATCH);
        arrived
            .sweeping
            .then(|| (arrived.handled.drain(..count).collect(), std::mem::take(&mut arrived.buried)))
    }

    fn put_back(&self, handled: Vec<u64>, buried: Vec<Letters>) {
        let mut arrived = self.arrived();
        arrived.handled.splice(0..0, handled);
        arrived.buried.splice(0..0, buried);
    }

    async fn write_down(&self, handled: &[u64], buried: &[Letters]) -> Result<(), StorageError> {
        for (number, letters) in buried {
            let letters: Vec<_> = letters.iter().map(|letter| Letter::from(&**letter)).collect();
            match self.write_letters(*number, &letters).await {
                Err(error) if !passes(&error) => {
                    // The texts are what may be long, and what can be spared: without the letters, everybody would get
                    // the event again after a restart.
                    tracing::error!(%error, number, "dead letters are stored without what their handlers said");
                    let letters: Vec<_> = letters.into_iter().map(Letter::without_text).collect();
                    match self.write_letters(*number, &letters).await {
                        Err(error) if !passes(&error) => {
                            tracing::error!(%error, number, "dead letters cannot be stored");
                        }
                        written => written?,
                    }
                }
                written => written?,
            }
        }
        // After what was buried: it may have been replayed and handled since.
        let ids: Vec<Bson> = handled.iter().map(|&number| id_of(number).into()).collect();
        if !ids.is_empty() {
            let selector = Selector::Filter(doc! { "_id": { "$in": ids } });
            self.storage.delete(self.scope(), selector, true).await?;
        }
        Ok(())
    }

    async fn write_letters(&self, number: u64, letters: &[Letter]) -> Result<(), StorageError> {
        let letters =
            bson::serialize_to_bson(letters).map_err(|error| StorageError::codec(error.to_string()))?;
        let change = Change::Operators(doc! { "$set": { "dead": letters } });
        let options = UpdateOptions::new(self.clock.now());
        self.storage.update(self.scope(), Selector::Id(id_of(number)), change, options).await.map(drop)
    }

    fn arrived(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Completion for Ledger {
    fn handled(&self, number: u64) {
        self.arrived_with(|arrived| arrived.handled.push(number));
    }

    fn buried(&self, number: u64, letters: Vec<Arc<DeadLetter>>) {
        self.arrived_with(|arrived| arrived.buried.push((number, letters)));
    }
}

/// Whether a failure may be over when the same is tried again.
fn passes(error: &StorageError) -> bool {
    matches!(error, StorageError::Unavailable { .. } | StorageError::Timeout | StorageError::Backend { .. })
}

/// What a publisher is told of a storage that failed.
fn failed(error: StorageError) -> EventBusError {
    match error {
        StorageError::Unavailable { .. } | StorageError::Timeout => {
            EventBusError::Unavailable { source: Some(error.into()) }
        }
        other => EventBusError::Backend { source: other.into() },
    }
}

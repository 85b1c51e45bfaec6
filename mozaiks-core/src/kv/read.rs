//! The half of the key-value storage that reads.

use bson::doc;
use serde::de::DeserializeOwned;

use super::record::{Record, id_of, key_of, live_with_prefix, not_expired};
use crate::datetime::DateTime;
use crate::error::Result;
use crate::storage::{Handle, Place, ReadCollection, StorageError, Stored};

/// Key-value storage that can only be read: what a query is given.
#[derive(Clone, Copy)]
pub struct ReadKv<'c> {
    pub(super) place: Place<'c>,
}

impl<'c> ReadKv<'c> {
    pub(crate) fn new(place: Place<'c>) -> Self {
        Self { place }
    }

    fn records(&self) -> ReadCollection<'c, Record> {
        ReadCollection::new(self.handle())
    }

    pub(super) fn handle(&self) -> Handle<'c> {
        Handle::internal(self.place, super::COLLECTION)
    }

    pub(super) fn now(&self) -> DateTime {
        self.place.clock.now()
    }

    /// The value of a key; `None` if it has none or its time is over.
    ///
    /// # Errors
    /// `INTERNAL` if the value is no `T`; `VALIDATION_ERROR` if the key is empty or longer than
    /// [`MAX_KEY_LENGTH`](super::MAX_KEY_LENGTH).
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let filter = doc! { "_id": id_of(key)?, "$or": not_expired(self.now()) };
        let Some(record) = self.records().find_one(filter).await? else { return Ok(None) };
        let value = record.into_inner().value.is;
        let value = bson::deserialize_from_bson(value)
            .map_err(|error| StorageError::codec(format!("the value of {key:?} cannot be read: {error}")))?;
        Ok(Some(value))
    }

    /// The keys that begin with `prefix`, in order; all of them for an empty one.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let found = self.records().find(live_with_prefix(prefix, self.now())).sort("_id", 1).await?;
        let key = |record: &Stored<Record>| key_of(&record.id().to_string()).map(str::to_owned);
        Ok(found.iter().filter_map(key).collect())
    }
}

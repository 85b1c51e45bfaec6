//! The half of the key-value storage that writes.

use std::ops::Deref;
use std::time::Duration;

use bson::doc;
use serde::Serialize;

use super::read::ReadKv;
use super::record::{Held, Record, hold, id_of, not_expired};
use crate::datetime::DateTime;
use crate::error::{ErrorCode, Result};
use crate::storage::{Collection, Place};

/// Key-value storage of a plugin for one user. Reading is in [`ReadKv`], to which it derefs.
///
/// ```
/// # use mozaiks_core::prelude::*;
/// # use std::time::Duration;
/// # async fn action(ctx: &Context) -> Result<()> {
/// ctx.kv().set("draft", &"Buy milk").await?;
/// ctx.kv().set_for("code", &1234, Duration::from_secs(600)).await?;
/// let draft: Option<String> = ctx.kv().get("draft").await?;
/// // Of two devices of the user that have both read version 1, one goes on.
/// if !ctx.kv().compare_and_set("version", Some(&1), &2).await? {
///     return Err(Error::conflict("Changed on another device"));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Kv<'c> {
    read: ReadKv<'c>,
}

impl<'c> Deref for Kv<'c> {
    type Target = ReadKv<'c>;

    fn deref(&self) -> &ReadKv<'c> {
        &self.read
    }
}

impl<'c> Kv<'c> {
    pub(crate) fn new(place: Place<'c>) -> Self {
        Self { read: ReadKv::new(place) }
    }

    fn records(&self) -> Collection<'c, Record> {
        Collection::new(self.handle())
    }

    /// Sets a key, for ever.
    ///
    /// # Errors
    /// `INTERNAL` if the value cannot be stored; `VALIDATION_ERROR` if the key is empty or longer than
    /// [`MAX_KEY_LENGTH`](super::MAX_KEY_LENGTH).
    pub async fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        self.put(key, hold(&value)?, None).await
    }

    /// Sets a key that is gone after `time_to_live`.
    ///
    /// # Errors
    /// As for [`set`](Self::set).
    pub async fn set_for<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        time_to_live: Duration,
    ) -> Result<()> {
        self.put(key, hold(&value)?, Some(self.now() + time_to_live)).await
    }

    async fn put(&self, key: &str, value: Held, expires_at: Option<DateTime>) -> Result<()> {
        let update = match expires_at {
            Some(time) => doc! { "$set": { "value": value, "expires_at": time } },
            None => doc! { "$set": { "value": value }, "$unset": { "expires_at": "" } },
        };
        let filter = doc! { "_id": id_of(key)? };
        self.records().find_one_and_update(filter, update).upsert().await?;
        Ok(())
    }

    /// Sets a key only if its value is `expected`; `None` expects that it has none. `false` if it was another.
    ///
    /// Values are compared as stored: numbers by worth, objects field by field in order. The key is permanent then: a
    /// time to live that it had is dropped.
    ///
    /// # Errors
    /// As for [`set`](Self::set).
    pub async fn compare_and_set<T: Serialize + ?Sized>(
        &self,
        key: &str,
        expected: Option<&T>,
        value: &T,
    ) -> Result<bool> {
        let (id, now) = (id_of(key)?, self.now());
        let update = doc! { "$set": { "value": hold(&value)? }, "$unset": { "expires_at": "" } };
        let Some(expected) = expected else { return self.set_if_absent(id, value, now).await };
        let filter = doc! { "_id": id, "value": { "$eq": hold(&expected)? }, "$or": not_expired(now) };
        Ok(self.records().find_one_and_update(filter, update).await?.is_some())
    }

    async fn set_if_absent<T: Serialize + ?Sized>(
        &self,
        id: String,
        value: &T,
        now: DateTime,
    ) -> Result<bool> {
        let value = hold(&value)?;
        // What is over is as good as absent: of those who find it so, one gets to replace it.
        let over = doc! { "_id": &id, "expires_at": { "$lte": now } };
        let update = doc! { "$set": { "value": value.clone() }, "$unset": { "expires_at": "" } };
        if self.records().find_one_and_update(over, update).await?.is_some() {
            return Ok(true);
        }
        match self.records().insert_with_id(id, &Record { value, expires_at: None }).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == ErrorCode::Conflict => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes a key; `false` if it had no value.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        let (id, now) = (id_of(key)?, self.now());
        let live = self.records().delete_many(doc! { "_id": &id, "$or": not_expired(now) }).await? > 0;
        Ok(live)
    }

    /// Removes all keys; gives how many had a value.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn clear(&self) -> Result<u64> {
        let live = self.records().delete_many(doc! { "$or": not_expired(self.now()) }).await?;
        self.records().delete_many(doc! {}).await?;
        Ok(live)
    }
}

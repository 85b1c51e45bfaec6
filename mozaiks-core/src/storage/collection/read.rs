//! The half of a collection that reads.

use std::marker::PhantomData;

use bson::{Bson, Document};
use serde::de::DeserializeOwned;

use super::super::error::StorageError;
use super::super::id::DocumentId;
use super::super::reserved;
use super::super::spi::{Query, Selector};
use super::super::stored::Stored;
use super::{Handle, Place, not_found};
use crate::error::Result;

/// A collection that can only be read: what a query is given.
pub struct ReadCollection<'c, T> {
    pub(super) handle: Handle<'c>,
    documents: PhantomData<fn() -> T>,
}

impl<T> Clone for ReadCollection<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ReadCollection<'_, T> {}

impl<'c, T> ReadCollection<'c, T> {
    pub(crate) fn new(handle: Handle<'c>) -> Self {
        Self { handle, documents: PhantomData }
    }

    pub(super) fn place(&self) -> Place<'c> {
        self.handle.place
    }

    /// In a shared collection, only what the caller made. Elsewhere everything is the caller's already.
    #[must_use]
    pub fn mine(self) -> Self {
        Self::new(self.handle.mine())
    }

    /// How many documents match.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn count(&self, mut filter: Document) -> Result<u64> {
        let scope = self.handle.scope()?;
        reserved::check_filter(&mut filter)?;
        Ok(self.handle.place.storage.count(scope, Selector::Filter(filter)).await?)
    }

    /// Each value of a field once, arrays taken apart, in BSON order.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn distinct(&self, field: &str, mut filter: Document) -> Result<Vec<Bson>> {
        let scope = self.handle.scope()?;
        reserved::check_path(field)?;
        reserved::check_filter(&mut filter)?;
        Ok(self.handle.place.storage.distinct(scope, field, Selector::Filter(filter)).await?)
    }

    /// Passes the documents through the stages of a pipeline, and reads what comes out of the last one as `R`.
    ///
    /// The stages are `$match`, `$sort`, `$skip`, `$limit`, `$project`, `$group`, `$unwind` and `$count`; the
    /// accumulators of `$group` are `$sum`, `$avg`, `$min`, `$max`, `$first`, `$last`, `$push`, `$addToSet` and
    /// `$count`. Expressions are paths (`"$address.city"`), constants, and documents and arrays of them.
    ///
    /// ```
    /// # use mozaiks_core::prelude::*;
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Expense { category: String, amount: f64 }
    /// # async fn query(ctx: &QueryContext) -> Result<()> {
    /// #[derive(serde::Deserialize)]
    /// struct Spent {
    ///     #[serde(rename = "_id")]
    ///     category: String,
    ///     total: f64,
    /// }
    /// let spent: Vec<Spent> = ctx
    ///     .collection::<Expense>("expenses")
    ///     .aggregate([
    ///         doc! { "$match": { "amount": { "$gt": 0 } } },
    ///         doc! { "$group": { "_id": "$category", "total": { "$sum": "$amount" } } },
    ///         doc! { "$sort": { "total": -1 } },
    ///     ])
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the storage says; `INTERNAL` if `R` does not fit what comes out.
    pub async fn aggregate<R: DeserializeOwned>(
        &self,
        pipeline: impl IntoIterator<Item = Document>,
    ) -> Result<Vec<R>> {
        let scope = self.handle.scope()?;
        let mut pipeline: Vec<_> = pipeline.into_iter().collect();
        reserved::check_pipeline(&mut pipeline)?;
        let results = self.handle.place.storage.aggregate(scope, pipeline).await?;
        let read = |result| {
            bson::deserialize_from_document(result)
                .map_err(|error| StorageError::codec(format!("what a pipeline gave cannot be read: {error}")))
        };
        Ok(results.into_iter().map(read).collect::<Result<_, StorageError>>()?)
    }
}

impl<T: DeserializeOwned> ReadCollection<'_, T> {
    /// The document with that id.
    ///
    /// # Errors
    /// `NOT_FOUND` if it is not there or is not the caller's; in a shared collection, if it is not there, or with
    /// [`mine`](Self::mine) is not the caller's.
    pub async fn get(&self, id: impl Into<DocumentId>) -> Result<Stored<T>> {
        let id = id.into();
        let scope = self.handle.scope()?;
        let mut query = Query::new(Selector::Id(id));
        query.limit = Some(1);
        let found = self.handle.place.storage.find(scope, query).await?;
        match found.documents.into_iter().next() {
            Some(document) => Ok(Stored::read(document)?),
            None => Err(not_found()),
        }
    }
}

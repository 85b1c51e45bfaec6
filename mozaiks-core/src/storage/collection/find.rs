//! A search: which documents, in which order, how many.

use std::future::{Future, IntoFuture};

use bson::Document;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use super::super::error::StorageError;
use super::super::page::Page;
use super::super::reserved;
use super::super::spi::{Found, Query, Selector};
use super::super::stored::Stored;
use super::read::ReadCollection;
use crate::error::Result;

/// How many documents a page has if nobody says.
const DEFAULT_PAGE: u64 = 50;

/// A search in a collection. Await it for all that it finds, or end it with [`page`](Self::page) or
/// [`first`](Self::first).
#[must_use = "a search does nothing until it is awaited"]
pub struct Find<'c, T> {
    collection: ReadCollection<'c, T>,
    query: Query,
}

impl<'c, T: DeserializeOwned> ReadCollection<'c, T> {
    /// The documents that match: await it for all of them, or say first in which order and how many.
    pub fn find(self, filter: Document) -> Find<'c, T> {
        Find { collection: self, query: Query::new(Selector::Filter(filter)) }
    }
}

impl<T: DeserializeOwned> ReadCollection<'_, T> {
    /// The first document that matches, if there is one.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn find_one(&self, filter: Document) -> Result<Option<Stored<T>>> {
        self.find(filter).first().await
    }
}

impl<T> Find<'_, T> {
    /// Orders by a field, ascending with 1 and descending with -1. A further call orders what the fields before
    /// leave equal.
    pub fn sort(mut self, field: &str, direction: i32) -> Self {
        self.query.sort.get_or_insert_default().insert(field, direction);
        self
    }

    /// Passes over so many.
    pub fn skip(mut self, skip: u64) -> Self {
        self.query.skip = skip;
        self
    }

    /// Gives so many at the most.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Shows part of each document: the fields beside which there is 1, or all but those beside which there is 0.
    /// `{"address": {"city": 1}}` is `"address.city": 1`. `T` must be readable from what is left; the id is there in
    /// any case.
    ///
    /// ```
    /// # use mozaiks_core::prelude::*;
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Note { title: String, body: String }
    /// # async fn query(ctx: &QueryContext) -> Result<()> {
    /// #[derive(serde::Deserialize)]
    /// struct Title {
    ///     title: String,
    /// }
    /// let titles = ctx.collection::<Title>("items").find(doc! {}).projection(doc! { "title": 1 }).await?;
    /// # Ok(()) }
    /// ```
    pub fn projection(mut self, projection: Document) -> Self {
        self.query.projection = Some(projection);
        self
    }
}

impl<'c, T> Find<'c, T> {
    /// The question to the storage, which is asked when it is awaited. The search itself, which is large, ends here.
    fn ask(mut self) -> Result<BoxFuture<'c, Result<Found, StorageError>>> {
        let scope = self.collection.handle.scope()?;
        if let Selector::Filter(filter) = &mut self.query.selector {
            reserved::check_filter(filter)?;
        }
        reserved::check_sort(self.query.sort.as_ref())?;
        reserved::check_projection(self.query.projection.as_ref())?;
        Ok(self.collection.place().storage.find(scope, self.query))
    }
}

impl<'c, T: DeserializeOwned> Find<'c, T> {
    /// One page: `skip` is 0 and `limit` 50 if they are `None`, and `limit` is held to the most that the host allows
    /// (1,000 if it does not say).
    ///
    /// # Errors
    /// What the storage says.
    pub fn page(
        mut self,
        skip: Option<u64>,
        limit: Option<u64>,
    ) -> impl Future<Output = Result<Page<T>>> + use<'c, T> {
        let skip = skip.unwrap_or(0);
        let limit = limit.unwrap_or(DEFAULT_PAGE).min(self.collection.place().max_page);
        self.query.skip = skip;
        self.query.limit = Some(limit);
        self.query.count_all = true;
        let asked = self.ask();
        async move {
            let found = asked?.await?;
            let total = found.total.unwrap_or_default();
            Ok(Page::new(read_all(found)?, total, skip, limit))
        }
    }

    /// The first that it finds, if there is one.
    ///
    /// # Errors
    /// What the storage says.
    pub fn first(mut self) -> impl Future<Output = Result<Option<Stored<T>>>> + use<'c, T> {
        self.query.limit = Some(1);
        let asked = self.ask();
        async move {
            let found = asked?.await?;
            Ok(found.documents.into_iter().next().map(Stored::read).transpose()?)
        }
    }
}

impl<'c, T: DeserializeOwned + 'c> IntoFuture for Find<'c, T> {
    type Output = Result<Vec<Stored<T>>>;
    type IntoFuture = BoxFuture<'c, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let asked = self.ask();
        Box::pin(async move { read_all(asked?.await?) })
    }
}

fn read_all<T: DeserializeOwned>(found: Found) -> Result<Vec<Stored<T>>> {
    // Not collected as a `Result`, which is made room for bit by bit, and moved each time.
    let mut all = Vec::with_capacity(found.documents.len());
    for document in found.documents {
        all.push(Stored::read(document)?);
    }
    Ok(all)
}

//! The half of a collection that writes.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::Deref;

use bson::{Document, RawDocumentBuf};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::encode::{encode, encode_plain};
use super::super::id::DocumentId;
use super::super::page::Updated;
use super::super::spi::{Change, FindAndUpdateOptions, NewDocument, Selector, UpdateOptions, UpdateOutcome};
use super::super::stored::Stored;
use super::super::{eval, reserved};
use super::read::ReadCollection;
use super::{Handle, not_found};
use crate::error::{Error, Result};

/// Documents of one kind, in one scope: the caller's own, or those that the app's users share.
///
/// Reading is in [`ReadCollection`], to which it derefs. A filter, update or document that names `user_id` or
/// `app_id` is refused: they are the identity's to say. Of an update or document that is a `VALIDATION_ERROR` with the
/// field, which a client may have sent.
///
/// ```
/// # use mozaiks_core::prelude::*;
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Note { title: String, pinned: bool }
/// # async fn action(ctx: &Context) -> Result<()> {
/// let notes = ctx.collection::<Note>("items");
/// let id = notes.insert(&Note { title: "Milk".into(), pinned: false }).await?;
/// notes.update(&id, doc! { "$set": { "pinned": true } }).await?;
/// let pinned = notes.find(doc! { "pinned": true }).sort("_id", -1).limit(10).await?;
/// notes.delete(&id).await?;
/// # Ok(()) }
/// ```
pub struct Collection<'c, T> {
    read: ReadCollection<'c, T>,
}

impl<T> Clone for Collection<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Collection<'_, T> {}

impl<'c, T> Deref for Collection<'c, T> {
    type Target = ReadCollection<'c, T>;

    fn deref(&self) -> &ReadCollection<'c, T> {
        &self.read
    }
}

impl<'c, T> Collection<'c, T> {
    pub(crate) fn new(handle: Handle<'c>) -> Self {
        Self { read: ReadCollection::new(handle) }
    }

    /// In a shared collection, only what the caller made. Elsewhere everything is the caller's already.
    ///
    /// **Without it, any user of the app can change or delete any document of a shared collection.**
    #[must_use]
    pub fn mine(self) -> Self {
        Self { read: self.read.mine() }
    }

    /// Changes the document with that id, with update operators: `doc! { "$set": { "title": title } }`.
    ///
    /// # Errors
    /// `NOT_FOUND` if it is not there or is not the caller's; in a shared collection, if it is not there, or with
    /// [`mine`](Self::mine) is not the caller's.
    pub async fn update(&self, id: impl Into<DocumentId>, update: Document) -> Result<Updated> {
        let id = id.into();
        reserved::check_update(&update).map_err(reserved::refusal)?;
        self.change(id, Change::Operators(update)).await
    }

    /// Changes all documents that match; gives how many were changed by it.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn update_many(&self, mut filter: Document, update: Document) -> Result<u64> {
        let scope = self.handle.scope()?;
        reserved::check_filter(&mut filter)?;
        reserved::check_update(&update).map_err(reserved::refusal)?;
        let mut options = UpdateOptions::new(self.place().clock.now());
        options.many = true;
        let outcome = self
            .place()
            .storage
            .update(scope, Selector::Filter(filter), Change::Operators(update), options)
            .await?;
        Ok(outcome.modified)
    }

    /// Changes one of the documents that match, and tells how many that were and whether it changed: none that matches
    /// is no error. With [`upsert`](UpdateOne::upsert), one is inserted then.
    ///
    /// ```
    /// # use mozaiks_core::prelude::*;
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Visit { page: String, count: i64 }
    /// # async fn action(ctx: &Context) -> Result<()> {
    /// let visits = ctx.collection::<Visit>("visits");
    /// let outcome =
    ///     visits.update_one(doc! { "page": "home" }, doc! { "$inc": { "count": 1 } }).upsert().await?;
    /// if let Some(id) = outcome.upserted {
    ///     println!("the first visit: {id}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn update_one(self, filter: Document, update: Document) -> UpdateOne<'c, T> {
        let options = UpdateOptions::new(self.place().clock.now());
        UpdateOne { collection: self, filter, update, options }
    }

    /// Removes the document with that id.
    ///
    /// # Errors
    /// `NOT_FOUND` if it is not there or is not the caller's; in a shared collection, if it is not there, or with
    /// [`mine`](Self::mine) is not the caller's.
    pub async fn delete(&self, id: impl Into<DocumentId>) -> Result<()> {
        let id = id.into();
        let scope = self.handle.scope()?;
        match self.place().storage.delete(scope, Selector::Id(id), false).await? {
            0 => Err(not_found()),
            _ => Ok(()),
        }
    }

    /// Removes all documents that match; gives how many.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn delete_many(&self, mut filter: Document) -> Result<u64> {
        let scope = self.handle.scope()?;
        reserved::check_filter(&mut filter)?;
        Ok(self.place().storage.delete(scope, Selector::Filter(filter), true).await?)
    }

    /// Changes the first document that matches and gives it, in one step that nothing comes between.
    pub fn find_one_and_update(self, filter: Document, update: Document) -> FindOneAndUpdate<'c, T> {
        let options = FindAndUpdateOptions::new(self.place().clock.now());
        let options = FindAndUpdateOptions { return_new: true, ..options };
        FindOneAndUpdate { collection: self, filter, update, options, documents: PhantomData }
    }

    async fn change(&self, id: DocumentId, change: Change) -> Result<Updated> {
        let scope = self.handle.scope()?;
        let options = UpdateOptions::new(self.place().clock.now());
        let outcome = self.place().storage.update(scope, Selector::Id(id), change, options).await?;
        match outcome.matched {
            0 => Err(not_found()),
            _ => Ok(Updated { modified: outcome.modified > 0 }),
        }
    }
}

impl<T: Serialize> Collection<'_, T> {
    /// Adds a document under a new id, and gives the id.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` if it is larger than 16 MiB less 16 KiB or deeper than 100 levels.
    pub async fn insert(&self, document: &T) -> Result<DocumentId> {
        let scope = self.handle.scope()?;
        let id = DocumentId::from(self.place().clock.new_id());
        let document = NewDocument::generated(id.clone(), write(document)?);
        self.place().storage.insert(scope, vec![document]).await?;
        Ok(id)
    }

    /// Adds a document under an id of your choice.
    ///
    /// # Errors
    /// `CONFLICT` if the caller has a document of that id here; in a shared collection, if any user of the app has
    /// one. `VALIDATION_ERROR` if the id has more than [`DocumentId::MAX_LENGTH`] bytes.
    pub async fn insert_with_id(&self, id: impl Into<DocumentId>, document: &T) -> Result<()> {
        let scope = self.handle.scope()?;
        let id = id.into();
        eval::check_id(&id)?;
        let document = NewDocument::new(id, write(document)?);
        Ok(self.place().storage.insert(scope, vec![document]).await?)
    }

    /// Adds documents under new ids, all or none, and gives the ids in the same order.
    ///
    /// # Errors
    /// As for [`insert`](Self::insert).
    pub async fn insert_many<'t>(&self, documents: impl IntoIterator<Item = &'t T>) -> Result<Vec<DocumentId>>
    where
        T: 't,
    {
        let scope = self.handle.scope()?;
        let clock = self.place().clock;
        let new = |document| -> Result<_> { Ok(NewDocument::generated(clock.new_id(), write(document)?)) };
        let documents = documents.into_iter().map(new).collect::<Result<Vec<_>>>()?;
        let ids = documents.iter().map(|document| document.id.clone()).collect();
        self.place().storage.insert(scope, documents).await?;
        Ok(ids)
    }

    /// Puts another document in the place of the one with that id.
    ///
    /// # Errors
    /// `NOT_FOUND` if it is not there or is not the caller's; in a shared collection, if it is not there, or with
    /// [`mine`](Self::mine) is not the caller's.
    pub async fn replace(&self, id: impl Into<DocumentId>, document: &T) -> Result<Updated> {
        let id = id.into();
        self.change(id, Change::Replacement(write(document)?)).await
    }
}

fn write<T: Serialize>(document: &T) -> Result<RawDocumentBuf> {
    if let Some(document) = encode_plain(document) {
        return Ok(document);
    }
    // What cannot be stored is in most cases what a client sent: a number too large, a key with a NUL.
    let refused =
        |error: &dyn std::fmt::Display| Error::invalid(format!("The document cannot be stored: {error}"));
    let document = encode(document).map_err(|error| refused(&error))?;
    reserved::check_fields(&document).map_err(reserved::refusal)?;
    eval::check_document(&document).map_err(|error| refused(&error))?;
    Ok(document)
}

/// Changes one document.
#[must_use = "nothing happens until it is awaited"]
pub struct UpdateOne<'c, T> {
    collection: Collection<'c, T>,
    filter: Document,
    update: Document,
    options: UpdateOptions,
}

impl<T> UpdateOne<'_, T> {
    /// Where none matches, inserts one made of the filter's equalities and the update. Its id is the one that the filter
    /// asks for, or a new one.
    ///
    /// Two calls at once may both find none, and insert two, unless the filter asks for an id or what it asks for is
    /// unique by an index: then one of them is `CONFLICT`, or changes what the other inserted.
    pub fn upsert(mut self) -> Self {
        self.options.upsert = Some(self.collection.place().clock.new_id().into());
        self
    }
}

impl<'c, T: 'c> IntoFuture for UpdateOne<'c, T> {
    type Output = Result<UpdateOutcome>;
    type IntoFuture = BoxFuture<'c, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let scope = self.collection.handle.scope()?;
            reserved::check_filter(&mut self.filter)?;
            reserved::check_update(&self.update).map_err(reserved::refusal)?;
            let (selector, change) = (Selector::Filter(self.filter), Change::Operators(self.update));
            Ok(self.collection.place().storage.update(scope, selector, change, self.options).await?)
        })
    }
}

/// Changes one document and gives it: as it is after the change, unless you ask for how it was before.
#[must_use = "nothing happens until it is awaited"]
pub struct FindOneAndUpdate<'c, T> {
    collection: Collection<'c, T>,
    filter: Document,
    update: Document,
    options: FindAndUpdateOptions,
    documents: PhantomData<fn() -> T>,
}

impl<T> FindOneAndUpdate<'_, T> {
    /// Which one, of those that match: the first in this order.
    pub fn sort(mut self, field: &str, direction: i32) -> Self {
        self.options.sort.get_or_insert_default().insert(field, direction);
        self
    }

    /// Gives it as it was before.
    pub fn return_before(mut self) -> Self {
        self.options.return_new = false;
        self
    }

    /// Where none matches, inserts one made of the filter's equalities and the update.
    pub fn upsert(mut self) -> Self {
        self.options.upsert = Some(self.collection.place().clock.new_id().into());
        self
    }
}

impl<'c, T: DeserializeOwned + 'c> IntoFuture for FindOneAndUpdate<'c, T> {
    type Output = Result<Option<Stored<T>>>;
    type IntoFuture = BoxFuture<'c, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let scope = self.collection.handle.scope()?;
            reserved::check_filter(&mut self.filter)?;
            reserved::check_update(&self.update).map_err(reserved::refusal)?;
            reserved::check_sort(self.options.sort.as_ref())?;
            let (selector, change) = (Selector::Filter(self.filter), Change::Operators(self.update));
            let storage = self.collection.place().storage;
            let found = storage.find_and_update(scope, selector, change, self.options).await?;
            Ok(found.map(Stored::read).transpose()?)
        })
    }
}

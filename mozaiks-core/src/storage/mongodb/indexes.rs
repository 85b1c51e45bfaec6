//! Indexes on the server: those that a plugin declares, and those that every collection has.
//!
//! Ours are known by their names. Others', which an existing application or its operators made, are never touched.

use std::time::Duration;

use bson::{Document, RawDocumentBuf, doc};
use mongodb::options::IndexOptions;
use mongodb::{Collection, Database, IndexModel};

use super::error::{INDEX_PREFIX, Refusal, UNIQUE_PREFIX, storage_error};
use super::{names, read};
use crate::storage::{Index, StorageError};

/// The index by which a page of a user's documents is read in the order of ids.
const OF_USER: &str = "mozaiks_user";

/// In a shared collection, the same of everybody's documents.
const OF_APP: &str = "mozaiks_app";

/// The longest that a server lets a document live, in seconds.
const MAX_SECONDS: u64 = i32::MAX.unsigned_abs() as u64;

/// Makes the indexes that every collection has.
pub(super) async fn create_own(
    collection: &Collection<RawDocumentBuf>,
    shared: bool,
) -> Result<(), StorageError> {
    let mut own = vec![model(OF_USER, doc! { "app_id": 1, "user_id": 1, "_id": 1 }, IndexOptions::default())];
    if shared {
        own.push(model(OF_APP, doc! { "app_id": 1, "_id": 1 }, IndexOptions::default()));
    }
    match collection.create_indexes(own).await {
        // An index of somebody else's with these keys is as good; and who may not make indexes may use those there are.
        Err(error) if Refusal::of(&error).is_some_and(|refusal| matches!(refusal.code, 13 | 85 | 86)) => {
            Ok(())
        }
        done => done.map(|_| ()).map_err(storage_error),
    }
}

/// Makes the indexes of a plugin those that it declares: first the new ones, and if that succeeds, without the old.
pub(super) async fn declare(
    database: &Database,
    plugin: &str,
    indexes: &[Index],
) -> Result<(), StorageError> {
    let mut collections = names::of_plugin(database, plugin).await?;
    for index in indexes {
        if !collections.iter().any(|(known, _)| *known == index.collection) {
            let name = names::claim(database, plugin, &index.collection).await?;
            collections.push((index.collection.clone(), name));
        }
    }
    let mut changes = Vec::new();
    for (collection, name) in &collections {
        for shared in [false, true] {
            let declared =
                indexes.iter().filter(|index| index.collection == *collection && index.shared == shared);
            let wanted: Vec<_> = declared.flat_map(models).collect();
            let collection = database.collection(&names::server_name(name, shared));
            changes.push(Change::new(collection, wanted).await?);
        }
    }
    for (done, change) in changes.iter().enumerate() {
        if let Err(error) = change.create().await {
            for change in changes.iter().take(done + 1) {
                change.undo().await;
            }
            return Err(error);
        }
    }
    for change in &changes {
        change.drop_old().await?;
    }
    Ok(())
}

/// What is to be done with the indexes of one collection on the server.
#[derive(Debug)]
struct Change {
    collection: Collection<RawDocumentBuf>,
    create: Vec<IndexModel>,
    /// Ours that are in the way of new ones, of the same name or the same keys.
    replaced: Vec<IndexModel>,
    /// Ours that are declared no longer.
    old: Vec<IndexModel>,
}

impl Change {
    async fn new(
        collection: Collection<RawDocumentBuf>,
        wanted: Vec<IndexModel>,
    ) -> Result<Self, StorageError> {
        let there = existing(&collection).await?;
        // One with another name does as well, if it is not ours to drop.
        let served = |wanted: &IndexModel| {
            there
                .iter()
                .any(|index| same(index, wanted) && (!is_declared(index) || name(index) == name(wanted)))
        };
        let (kept, create): (Vec<_>, Vec<_>) = wanted.into_iter().partition(served);
        let left = there
            .into_iter()
            .filter(|index| is_declared(index) && !kept.iter().any(|kept| name(kept) == name(index)));
        let (replaced, old) = left
            .partition(|index| create.iter().any(|new| name(new) == name(index) || same_keys(new, index)));
        Ok(Self { collection, create, replaced, old })
    }

    async fn create(&self) -> Result<(), StorageError> {
        self.drop(&self.replaced).await?;
        if !self.create.is_empty() {
            self.collection.create_indexes(self.create.iter().cloned()).await.map_err(storage_error)?;
        }
        Ok(())
    }

    /// As it was before, as far as the server lets it.
    async fn undo(&self) {
        let undone = async {
            self.drop(&self.create).await?;
            if !self.replaced.is_empty() {
                self.collection.create_indexes(self.replaced.iter().cloned()).await.map_err(storage_error)?;
            }
            Ok::<_, StorageError>(())
        };
        if let Err(error) = undone.await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                collection = self.collection.name(),
                "the indexes are not as they were before"
            );
        }
    }

    async fn drop_old(&self) -> Result<(), StorageError> {
        self.drop(&self.old).await
    }

    async fn drop(&self, indexes: &[IndexModel]) -> Result<(), StorageError> {
        for index in indexes {
            match self.collection.drop_index(name(index)).await {
                Err(error) if !is_missing(&error) => return Err(storage_error(error)),
                _ => {}
            }
        }
        Ok(())
    }
}

async fn existing(collection: &Collection<RawDocumentBuf>) -> Result<Vec<IndexModel>, StorageError> {
    let mut cursor = match collection.list_indexes().await {
        Err(error) if is_missing(&error) => return Ok(Vec::new()),
        cursor => cursor.map_err(storage_error)?,
    };
    let mut found = Vec::new();
    while cursor.advance().await.map_err(storage_error)? {
        found.push(cursor.deserialize_current().map_err(storage_error)?);
    }
    Ok(found)
}

/// Whether there is no such collection, or no such index.
fn is_missing(error: &mongodb::error::Error) -> bool {
    Refusal::of(error).is_some_and(|refusal| matches!(refusal.code, 26 | 27))
}

/// The indexes on the server that make a declared one.
fn models(index: &Index) -> Vec<IndexModel> {
    let keys = index.keys.iter().map(|(path, direction)| (path.clone(), (*direction).into()));
    let own: Document = keys.collect();
    let mut scoped = if index.shared {
        doc! { "app_id": 1 }
    } else {
        doc! { "app_id": 1, "user_id": 1 }
    };
    scoped.extend(own.clone());
    let mut options = IndexOptions::default();
    options.unique = index.unique.then_some(true);
    // A compound index that the server calls sparse leaves out what has none of its fields, and the scope is there.
    options.partial_filter_expression = match (index.sparse, index.keys.as_slice()) {
        (true, [(path, _)]) => Some(doc! { path: { "$exists": true } }),
        _ => None,
    };
    let Some(lifetime) = index.expire_after else {
        return vec![model(&format!("{INDEX_PREFIX}{}", index.name), scoped, options)];
    };
    // The server looks for what is to go by an index of the one field.
    let mut expiry = IndexOptions::default();
    expiry.expire_after = Some(lifetime.min(Duration::from_secs(MAX_SECONDS)));
    let mut models = vec![model(&format!("{INDEX_PREFIX}{}", index.name), own, expiry)];
    if index.unique {
        models.push(model(&format!("{UNIQUE_PREFIX}{}", index.name), scoped, options));
    }
    models
}

fn model(name: &str, keys: Document, mut options: IndexOptions) -> IndexModel {
    options.name = Some(name.to_owned());
    IndexModel::builder().keys(keys).options(options).build()
}

fn name(index: &IndexModel) -> &str {
    index.options.as_ref().and_then(|options| options.name.as_deref()).unwrap_or_default()
}

/// Whether it is one that a plugin has declared.
fn is_declared(index: &IndexModel) -> bool {
    name(index).starts_with(INDEX_PREFIX) || name(index).starts_with(UNIQUE_PREFIX)
}

/// Whether two indexes do the same.
fn same(one: &IndexModel, other: &IndexModel) -> bool {
    let of = |index: &IndexModel| {
        let options = index.options.clone().unwrap_or_default();
        let seconds = options.expire_after.map(|lifetime| lifetime.as_secs());
        (
            options.unique == Some(true),
            options.sparse == Some(true),
            options.partial_filter_expression,
            seconds,
        )
    };
    same_keys(one, other) && of(one) == of(other)
}

/// Directions are numbers of any type.
fn same_keys(one: &IndexModel, other: &IndexModel) -> bool {
    let of = |index: &IndexModel| {
        let keys = index.keys.iter();
        keys.map(|(path, direction)| (path.clone(), read::is_descending(direction))).collect::<Vec<_>>()
    };
    of(one) == of(other)
}

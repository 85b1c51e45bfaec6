//! Which collection on the server is which collection of which plugin.
//!
//! `{plugin}_{collection}` is how an existing application has it, and it says two things: `a_b_c` may be the
//! collection `b_c` of `a` or the collection `c` of `a_b`. Who uses a name first gets it, which a collection of our own
//! keeps; anybody else's has a name that cannot be taken for another.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use bson::{Document, RawDocumentBuf, doc};
use mongodb::options::ReturnDocument;
use mongodb::{Collection, Database};

use super::error::{Refusal, storage_error};
use super::indexes;
use crate::storage::{StorageError, StorageScope};

/// The collection in which it stands whose a name is.
const REGISTRY: &str = "_mozaiks_collections";

/// How often a name is asked for while others write it down.
const ATTEMPTS: usize = 5;

/// The names that are known in this process, so that they are asked for once.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: RwLock<HashMap<String, HashMap<String, Known>>>,
}

/// The two collections on the server that one collection of a plugin may be, as far as they have been used.
#[derive(Debug, Clone, Default)]
struct Known {
    private: Option<Collection<RawDocumentBuf>>,
    shared: Option<Collection<RawDocumentBuf>>,
}

impl Names {
    /// The server's collection of a scope, with the indexes that every collection has.
    pub async fn collection(
        &self,
        database: &Database,
        scope: &StorageScope<'_>,
    ) -> Result<Collection<RawDocumentBuf>, StorageError> {
        let shared = scope.is_shared();
        if let Some(known) = self.known(scope.plugin, scope.collection, shared) {
            return Ok(known);
        }
        let name = claim(database, scope.plugin, scope.collection).await?;
        let collection = database.collection(&server_name(&name, shared));
        indexes::create_own(&collection, shared).await?;
        self.remember(scope, shared, collection.clone());
        Ok(collection)
    }

    fn known(&self, plugin: &str, collection: &str, shared: bool) -> Option<Collection<RawDocumentBuf>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(plugin)?.get(collection)?;
        if shared { known.shared.clone() } else { known.private.clone() }
    }

    fn remember(&self, scope: &StorageScope<'_>, shared: bool, collection: Collection<RawDocumentBuf>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let of_plugin = known.entry(scope.plugin.to_owned()).or_default();
        let known = of_plugin.entry(scope.collection.to_owned()).or_default();
        let place = if shared { &mut known.shared } else { &mut known.private };
        *place = Some(collection);
    }
}

/// The names of the collections of a plugin that have ever been used, with the server's names of them.
pub(super) async fn of_plugin(
    database: &Database,
    plugin: &str,
) -> Result<Vec<(String, String)>, StorageError> {
    let registry = database.collection::<Document>(REGISTRY);
    let mut entries = registry.find(doc! { "plugin": plugin }).await.map_err(storage_error)?;
    let mut found = Vec::new();
    while entries.advance().await.map_err(storage_error)? {
        let entry = entries.current();
        if let (Ok(collection), Ok(name)) = (entry.get_str("collection"), entry.get_str("_id")) {
            found.push((collection.to_owned(), name.to_owned()));
        }
    }
    Ok(found)
}

/// The server's name of a collection: a shared one is another, by a name that no plugin's can be.
pub(super) fn server_name(name: &str, shared: bool) -> String {
    if shared { format!("{name}.shared") } else { name.to_owned() }
}

/// The name under which a plugin's collection is kept, which is written down if it was not.
pub(super) async fn claim(
    database: &Database,
    plugin: &str,
    collection: &str,
) -> Result<String, StorageError> {
    check(plugin)?;
    check(collection)?;
    let plain = format!("{plugin}_{collection}");
    if claim_name(database, &plain, plugin, collection).await? {
        return Ok(plain);
    }
    let own = format!("_mozaiks.{plugin}.{collection}");
    claim_name(database, &own, plugin, collection).await?;
    Ok(own)
}

async fn claim_name(
    database: &Database,
    name: &str,
    plugin: &str,
    collection: &str,
) -> Result<bool, StorageError> {
    let registry = database.collection::<Document>(REGISTRY);
    let mut attempt = 0;
    let entry = loop {
        let owner = doc! { "$setOnInsert": { "plugin": plugin, "collection": collection } };
        let claimed = registry.find_one_and_update(doc! { "_id": name }, owner);
        match claimed.upsert(true).return_document(ReturnDocument::After).await {
            Ok(entry) => break entry,
            // Somebody else has just written it down: the next look finds it.
            Err(error)
                if attempt < ATTEMPTS
                    && Refusal::of(&error).is_some_and(|refusal| refusal.is_duplicate()) =>
            {
                attempt += 1;
            }
            Err(error) => return Err(storage_error(error)),
        }
    };
    let of = |field: &str| entry.as_ref().and_then(|entry| entry.get_str(field).ok());
    Ok(of("plugin") == Some(plugin) && of("collection") == Some(collection))
}

/// Refuses what could stand for something else in a name on the server. Names of plugins and collections are in snake
/// case, and those of the platform's own collections begin with `_`.
fn check(name: &str) -> Result<(), StorageError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.is_empty() && name.len() <= 64 && name.bytes().all(plain) {
        return Ok(());
    }
    Err(StorageError::invalid(format!("the name {name:?} must be in snake_case, of at most 64 bytes")))
}

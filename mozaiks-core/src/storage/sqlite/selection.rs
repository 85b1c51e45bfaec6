//! Which documents of a scope are meant: by their keys as far as these tell, by a filter for the rest.

use bson::{Document, RawDocument, doc};

use super::error::damaged;
use super::indexes::{Catalog, Indexes};
use super::key;
use super::keys::Keys;
use crate::storage::eval::{Filter, only_id, with_id};
use crate::storage::{Selector, StorageError, StorageScope};

/// A selector, compiled, with what the scope adds to it.
#[derive(Debug)]
pub(super) struct Selection {
    pub keys: Keys,
    /// What a document must meet, if that is anything.
    residual: Option<Residual>,
    /// Whose it must be, in a collection that has owners.
    pub owner: Option<String>,
    /// The indexes of the collection, if there are any.
    pub indexes: Option<Indexes>,
}

#[derive(Debug)]
struct Residual {
    filter: Filter,
    /// Whether it asks for the id, which is not in the bytes that are kept.
    needs_id: bool,
}

/// A document where it lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'r> {
    pub key: &'r [u8],
    pub owner: Option<&'r str>,
    /// Without `_id`.
    pub body: &'r RawDocument,
}

impl Selection {
    pub fn new(
        scope: &StorageScope<'_>,
        selector: Selector,
        catalog: &Catalog,
    ) -> Result<Self, StorageError> {
        let indexes = catalog.of_collection(scope.plugin, scope.collection, scope.is_shared()).cloned();
        let owner = scope.only_owner().map(str::to_owned);
        let filter = match selector {
            Selector::Id(id) => return Ok(Self { keys: Keys::one(&id), residual: None, owner, indexes }),
            Selector::Filter(filter) => filter,
        };
        if filter.is_empty() {
            return Ok(Self { keys: Keys::all(), residual: None, owner, indexes });
        }
        let parsed = Filter::parse(&filter)?;
        if let Some(id) = only_id(&filter) {
            return Ok(Self { keys: Keys::one(&id), residual: None, owner, indexes });
        }
        let needs_id = parsed.needs_id();
        let keys = if needs_id { Keys::of(&parsed) } else { Keys::all() };
        let residual = Some(Residual { needs_id, filter: parsed });
        Ok(Self { keys, residual, owner, indexes })
    }

    /// All documents of a scope.
    pub fn everything() -> Self {
        Self { keys: Keys::all(), residual: None, owner: None, indexes: None }
    }

    /// What the documents must meet beside their keys.
    pub fn filter(&self) -> Option<&Filter> {
        self.residual.as_ref().map(|residual| &residual.filter)
    }

    /// The selection as a filter: what an upsert starts from.
    pub fn to_filter(&self) -> Result<Filter, StorageError> {
        match (&self.residual, &self.keys) {
            (Some(residual), _) => Ok(residual.filter.clone()),
            (None, Keys::One(key)) => Filter::parse(&doc! { "_id": key::decode(key)? }),
            // Several keys never stand without the filter that names them.
            (None, Keys::Each(_) | Keys::Between(..)) => Filter::parse(&Document::new()),
        }
    }

    /// Whether the keys, and whose a document is, say all.
    pub const fn is_by_key(&self) -> bool {
        self.residual.is_none()
    }

    /// Whether a document with one of the keys is meant.
    pub fn names(&self, row: Row<'_>) -> Result<bool, StorageError> {
        if self.owner.is_some() && self.owner.as_deref() != row.owner {
            return Ok(false);
        }
        match &self.residual {
            None => Ok(true),
            Some(Residual { filter, needs_id: false }) => Ok(filter.matches(row.body)),
            Some(Residual { filter, needs_id: true }) => {
                Ok(filter.matches(&with_id(&key::decode(row.key)?, row.body)?))
            }
        }
    }
}

impl<'r> Row<'r> {
    /// A document as it is read from its place.
    pub fn new(key: &'r [u8], owner: Option<&'r str>, body: &'r [u8]) -> Result<Self, StorageError> {
        let body = RawDocument::from_bytes(body).map_err(|_| damaged("a stored document is no BSON"))?;
        Ok(Self { key, owner, body })
    }
}

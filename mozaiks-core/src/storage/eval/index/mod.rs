//! Indexes, for storages that keep them by themselves: the keys of a document, and which of them a filter needs.

mod bounds;
mod encode;
mod entries;
mod interval;
mod number;
mod order;
mod parse;
mod plan;

use std::time::Duration;

use bson::{RawBsonRef, RawDocument};
use smallvec::SmallVec;

use crate::datetime::DateTime;
use crate::storage::{Index, StorageError};

use super::path::{Leaf, Path};

pub use encode::encode_value;
pub use plan::{IndexCandidate, IndexPlan, KeyRange, ScanOrder, plan_indexes};

/// The keys of the documents in one index, as bytes.
///
/// Keys compare byte by byte as their values do in [`compare`](super::compare), descending fields the other way
/// round. Two keys are the same bytes if and only if all their values are equal: 1, 1.0 and the decimal 1 are. No key
/// is the beginning of another, so that a storage can append what it wants.
///
/// ```
/// use bson::rawdoc;
/// use mozaiks_core::storage::{Index, eval::IndexKeys};
///
/// let keys = IndexKeys::parse(&Index::new("items", [("tags", 1)]).unique())?;
/// assert_eq!(keys.keys(&rawdoc! { "tags": ["red", "blue", "red"] })?.len(), 2);
/// assert_eq!(keys.keys(&rawdoc! { "tags": 1 })?, keys.keys(&rawdoc! { "tags": 1.0 })?);
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct IndexKeys {
    index: Index,
    fields: SmallVec<[Field; 2]>,
}

#[derive(Debug, Clone)]
struct Field {
    path: Path,
    descending: bool,
}

impl IndexKeys {
    /// Reads a declared index, and refuses one that no storage can have: no field or more than 16, a path that names
    /// no field or one of the storage's own, a field twice, a direction other than 1 and -1, `sparse` or
    /// `expire_after` with several fields, a time that is no number of whole seconds, a name that is none.
    pub fn parse(index: &Index) -> Result<Self, StorageError> {
        parse::index(index)
    }

    /// Reads all indexes of a plugin, of which no two of a collection have one name.
    pub fn parse_all(indexes: &[Index]) -> Result<Vec<Self>, StorageError> {
        parse::indexes(indexes)
    }

    /// Everything that is wrong with the indexes of a plugin.
    pub(crate) fn mistakes(indexes: &[Index]) -> impl Iterator<Item = StorageError> {
        parse::each(indexes).filter_map(Result::err)
    }

    /// The index as it was declared.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The keys of a document, in order and each once. Of a unique index, no other document may have one of them.
    ///
    /// - A missing field counts as null; in a sparse index it makes no key.
    /// - An array has a key for each element, an empty one a key of its own, below null. Fields of one array go
    ///   through it together. A document with more than one key makes the index *multikey*: the
    ///   [planner](plan_indexes) needs to know of it.
    /// - Two arrays side by side in one document are refused, as is a path whose number could mean a place in an
    ///   array and a name in its elements.
    pub fn keys(&self, document: &RawDocument) -> Result<SmallVec<[Vec<u8>; 1]>, StorageError> {
        entries::keys(self, document)
    }

    /// When a document goes by itself: `expire_after` its date, of several its earliest. None if the index has no such
    /// time, or the document no date there.
    pub fn expires_at(&self, document: &RawDocument) -> Option<DateTime> {
        let after = self.index.expire_after?;
        let field = self.fields.first()?;
        let mut earliest: Option<i64> = None;
        let read = field.path.any(document, Leaf::Elements, &mut |value| {
            if let Some(RawBsonRef::DateTime(date)) = value {
                let date = date.timestamp_millis();
                earliest = Some(earliest.map_or(date, |earliest| earliest.min(date)));
            }
            Ok(false)
        });
        read.ok()?;
        Some(DateTime::from_millis(earliest?.saturating_add(millis(after))))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

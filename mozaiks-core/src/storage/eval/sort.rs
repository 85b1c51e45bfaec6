//! Sorting documents.

use std::cmp::Ordering;

use bson::{Document, RawArray, RawBsonRef, RawDocument};
use smallvec::SmallVec;

use crate::storage::StorageError;

use super::{
    compare::compare,
    kind,
    number::whole,
    path::{Part, Path, elements, field},
};

/// An order of documents: fields with directions, the most significant first.
///
/// ```
/// use bson::{doc, rawdoc};
/// use mozaiks_core::storage::eval::Sort;
///
/// let sort = Sort::parse(&doc! { "size": -1 })?;
/// assert!(sort.compare(&rawdoc! { "size": 3 }, &rawdoc! { "size": 2 }).is_lt());
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sort {
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    path: Path,
    descending: bool,
}

/// What a document is sorted by: taken out once, compared often.
#[derive(Debug, Clone)]
pub struct SortKey<'a>(SmallVec<[RawBsonRef<'a>; 2]>);

/// Where a field's search through a document stands.
#[derive(Clone, Copy)]
enum Cursor<'a, 'p> {
    Value(RawBsonRef<'a>),
    /// An array, and what is left of the path in its elements.
    Array(&'a RawArray, &'p [Part]),
}

impl Sort {
    /// Reads fields with their directions: 1 or -1, of any number type. No field at all leaves the order as it is.
    pub fn parse(sort: &Document) -> Result<Self, StorageError> {
        let fields = sort.iter().map(|(name, direction)| {
            if name == "$natural" {
                return Err(StorageError::unsupported("$natural"));
            }
            if let bson::Bson::Document(inner) = direction
                && inner.contains_key("$meta")
            {
                return Err(StorageError::unsupported("$meta"));
            }
            let descending = match whole(direction) {
                Some(1) => false,
                Some(-1) => true,
                _ => {
                    return Err(StorageError::invalid(format!(
                        "the direction of `{name}` in a sort is 1 or -1, not {direction} ({})",
                        kind::name(direction)
                    )));
                }
            };
            Ok(Field { path: Path::parse(name)?, descending })
        });
        Ok(Self { fields: fields.collect::<Result<_, _>>()? })
    }

    /// The fields, each with whether it descends.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.fields.iter().map(|field| (&field.path, field.descending))
    }

    /// Whether it asks for the id of a document, which then has to be in it.
    pub fn needs_id(&self) -> bool {
        self.fields.iter().any(|field| field.path.is_id())
    }

    /// Whether there is nothing to sort by.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Compares two documents. An array counts as its least element where the order ascends and as its greatest where
    /// it descends; an empty one is below null, and a missing field is null.
    pub fn compare(&self, a: &RawDocument, b: &RawDocument) -> Ordering {
        self.compare_keys(&self.key(a), &self.key(b))
    }

    /// What a document is sorted by, for [`compare_keys`](Self::compare_keys).
    pub fn key<'a>(&self, document: &'a RawDocument) -> SortKey<'a> {
        self.plain_key(document).unwrap_or_else(|| self.key_in_arrays(document))
    }

    /// The key of a document that has no array in the way.
    fn plain_key<'a>(&self, document: &'a RawDocument) -> Option<SortKey<'a>> {
        let value = |field: &Field| match descend(RawBsonRef::Document(document), field.path.parts()) {
            Cursor::Value(value) => Some(value),
            Cursor::Array(..) => None,
        };
        self.fields.iter().map(value).collect::<Option<_>>().map(SortKey)
    }

    fn key_in_arrays<'a>(&self, document: &'a RawDocument) -> SortKey<'a> {
        let mut key: SortKey<'a> = SortKey(self.fields.iter().map(|_| RawBsonRef::Null).collect());
        let cursors = self
            .fields
            .iter()
            .enumerate()
            .map(|(index, field)| (index, descend(RawBsonRef::Document(document), field.path.parts())));
        for (index, value) in self.best(cursors.collect()) {
            if let Some(slot) = key.0.get_mut(index) {
                *slot = value;
            }
        }
        key
    }

    /// Compares what two documents are sorted by.
    pub fn compare_keys(&self, a: &SortKey<'_>, b: &SortKey<'_>) -> Ordering {
        let values = a.0.iter().zip(&b.0);
        self.fields
            .iter()
            .zip(values)
            .map(|(field, (a, b))| field.compare(*a, *b))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// The values that sort first. Fields of one array move through it together, so that what is compared belongs to
    /// one element.
    fn best<'a>(&self, cursors: Vec<(usize, Cursor<'a, '_>)>) -> Vec<(usize, RawBsonRef<'a>)> {
        let mut values = Vec::with_capacity(cursors.len());
        let mut waiting = Vec::new();
        for (index, cursor) in cursors {
            match cursor {
                Cursor::Value(value) => values.push((index, value)),
                Cursor::Array(array, rest) => waiting.push((index, array, rest)),
            }
        }
        while let Some((_, array, _)) = waiting.first().copied() {
            // Two arrays are the same one if they start at the same byte.
            let start = array.as_bytes().as_ptr();
            let (together, apart) =
                waiting.into_iter().partition(|(_, other, _)| other.as_bytes().as_ptr() == start);
            values.extend(self.best_element(array, together));
            waiting = apart;
        }
        values.sort_by_key(|(index, _)| *index);
        values
    }

    /// The values of the element that sorts first.
    fn best_element<'a>(
        &self,
        array: &'a RawArray,
        fields: Vec<(usize, &'a RawArray, &[Part])>,
    ) -> Vec<(usize, RawBsonRef<'a>)> {
        let mut best: Option<Vec<(usize, RawBsonRef<'a>)>> = None;
        for element in elements(array) {
            let Ok(element) = element else { break };
            let cursors = fields.iter().map(|(index, _, rest)| {
                let cursor = match element {
                    // The end of the path: an array in an array is compared as it is.
                    element if rest.is_empty() => Cursor::Value(element),
                    RawBsonRef::Document(_) => descend(element, rest),
                    _ => Cursor::Value(RawBsonRef::Null),
                };
                (*index, cursor)
            });
            let candidate = self.best(cursors.collect());
            if best.as_ref().is_none_or(|best| self.compare_values(&candidate, best).is_lt()) {
                best = Some(candidate);
            }
        }
        best.unwrap_or_else(|| {
            let empty =
                |rest: &[Part]| if rest.is_empty() { RawBsonRef::Undefined } else { RawBsonRef::Null };
            fields.iter().map(|(index, _, rest)| (*index, empty(rest))).collect()
        })
    }

    fn compare_values(&self, a: &[(usize, RawBsonRef<'_>)], b: &[(usize, RawBsonRef<'_>)]) -> Ordering {
        let orders =
            a.iter().zip(b).filter_map(|((index, a), (_, b))| Some(self.fields.get(*index)?.compare(*a, *b)));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl Field {
    fn compare(&self, a: RawBsonRef<'_>, b: RawBsonRef<'_>) -> Ordering {
        let order = compare(a, b);
        if self.descending { order.reverse() } else { order }
    }
}

/// Follows a path to its end or to an array that has to be gone through.
fn descend<'a, 'p>(mut value: RawBsonRef<'a>, mut parts: &'p [Part]) -> Cursor<'a, 'p> {
    loop {
        let next = match (value, parts.split_first()) {
            (RawBsonRef::Array(array), None) => return Cursor::Array(array, parts),
            (value, None) => return Cursor::Value(value),
            (RawBsonRef::Document(document), Some((part, _))) => field(document, &part.name).ok().flatten(),
            (RawBsonRef::Array(array), Some((part, _))) => {
                match part.index.and_then(|index| array.get(index).ok().flatten()) {
                    Some(element) => Some(element),
                    None => return Cursor::Array(array, parts),
                }
            }
            (_, Some(_)) => None,
        };
        match (next, parts.split_first()) {
            (Some(next), Some((_, rest))) => (value, parts) = (next, rest),
            _ => return Cursor::Value(RawBsonRef::Null),
        }
    }
}

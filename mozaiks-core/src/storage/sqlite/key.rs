//! The ids of documents as keys: bytes in the order of the ids, texts below `ObjectId`s.

use bson::RawBsonRef;
use bson::oid::ObjectId;
use smallvec::SmallVec;

use super::error::damaged;
use crate::storage::{DocumentId, StorageError};

/// A key, or a bound between keys.
pub(super) type Key = SmallVec<[u8; 24]>;

const TEXT: u8 = 1;
const OBJECT: u8 = 2;
const BEYOND: u8 = 3;

/// The key of an id.
pub(super) fn encode(id: &DocumentId) -> Key {
    match id.as_object_id() {
        Some(id) => object(id),
        None => text(&id.to_string()),
    }
}

/// The id of a key.
pub(super) fn decode(key: &[u8]) -> Result<DocumentId, StorageError> {
    let id = match key.split_first() {
        Some((&OBJECT, bytes)) => <[u8; 12]>::try_from(bytes).ok().map(|id| ObjectId::from_bytes(id).into()),
        Some((&TEXT, bytes)) => std::str::from_utf8(bytes).ok().map(DocumentId::from),
        _ => None,
    };
    id.ok_or_else(|| damaged("the key of a document is no id"))
}

/// The key that a value of a filter would have, also if no document can have it: a text of 24 hexadecimal digits. The
/// deprecated symbol compares as a text.
pub(super) fn of_value(value: RawBsonRef<'_>) -> Option<Key> {
    match value {
        RawBsonRef::ObjectId(id) => Some(object(id)),
        RawBsonRef::String(id) | RawBsonRef::Symbol(id) => Some(text(id)),
        _ => None,
    }
}

/// The bounds, low included and high not, that all keys are between.
pub(super) fn all() -> (Key, Key) {
    (Key::from_slice(&[TEXT]), Key::from_slice(&[BEYOND]))
}

/// The bounds of the keys of this one's type: comparisons stay within one.
pub(super) fn same_type(key: &Key) -> (Key, Key) {
    let first = key.first().copied().unwrap_or(TEXT);
    (Key::from_slice(&[first]), Key::from_slice(&[first + 1]))
}

/// The least bound above a key.
pub(super) fn after(mut key: Key) -> Key {
    key.push(0);
    key
}

fn object(id: ObjectId) -> Key {
    let mut key = Key::from_slice(&[OBJECT]);
    key.extend_from_slice(&id.bytes());
    key
}

fn text(id: &str) -> Key {
    let mut key = Key::with_capacity(1 + id.len());
    key.push(TEXT);
    key.extend_from_slice(id.as_bytes());
    key
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test fails by a panic
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_ids_and_lead_back_to_them() {
        let mut ids: Vec<DocumentId> =
            ["", "a", "a\0", "ab", "b", "ä", "\u{10ffff}"].map(DocumentId::from).into();
        ids.extend([[0; 12], [1; 12], [255; 12]].map(|bytes| DocumentId::from(ObjectId::from_bytes(bytes))));
        assert!(ids.is_sorted());
        let keys: Vec<Key> = ids.iter().map(encode).collect();
        assert!(keys.is_sorted());
        let (low, high) = all();
        assert!(keys.iter().all(|key| low <= *key && *key < high));
        assert!(
            keys.windows(2).all(|pair| pair[0] < after(pair[0].clone()) && after(pair[0].clone()) <= pair[1])
        );
        let back: Vec<_> = keys.iter().map(|key| decode(key).unwrap()).collect();
        assert_eq!(back, ids);
    }

    #[test]
    fn what_is_no_key_is_no_id() {
        for bytes in [&[][..], &[0], &[TEXT, 0xff], &[OBJECT, 1], &[BEYOND]] {
            assert!(decode(bytes).is_err());
        }
    }
}

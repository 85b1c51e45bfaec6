//! Documents as bytes: with their `_id` in front, as they are kept, and without it, as they are given back.

use bson::{Bson, RawDocument, RawDocumentBuf};

use crate::elements::LENGTH;
use crate::elements::kinds::{OBJECT_ID, STRING};
use crate::storage::{DocumentId, StorageError};

use super::document::{MAX_DEPTH, MAX_DOCUMENT_SIZE, check_document, unreadable};

/// The name of the id, with the NUL that ends it.
const ID: &[u8] = b"_id\0";

/// How many bytes one more level of nesting takes at least: a type, an empty name, a length and an end.
const LEVEL: usize = 1 + 1 + LENGTH + 1;

/// The document with its id as the first field: as filters, sorts and pipelines want it.
///
/// ```
/// use bson::rawdoc;
/// use mozaiks_core::storage::eval::{with_id, without_id};
///
/// let document = rawdoc! { "title": "Milk" };
/// let stored = with_id(&"home".into(), &document)?;
/// assert_eq!(stored, rawdoc! { "_id": "home", "title": "Milk" });
/// assert_eq!(without_id(&stored)?, document);
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
pub fn with_id(id: &DocumentId, document: &RawDocument) -> Result<RawDocumentBuf, StorageError> {
    let document = document.as_bytes();
    let rest = document.get(LENGTH..).unwrap_or_default();
    let head = 1 + ID.len();
    let bytes = match id.as_object_id() {
        Some(id) => {
            let id = id.bytes();
            let size = document.len() + head + id.len();
            let mut bytes = Vec::with_capacity(size);
            bytes.extend_from_slice(&length(size)?);
            bytes.push(OBJECT_ID);
            bytes.extend_from_slice(ID);
            bytes.extend_from_slice(&id);
            bytes.extend_from_slice(rest);
            bytes
        }
        None => {
            let text = id.to_string();
            let size = document.len() + head + LENGTH + text.len() + 1;
            let mut bytes = Vec::with_capacity(size);
            bytes.extend_from_slice(&length(size)?);
            bytes.push(STRING);
            bytes.extend_from_slice(ID);
            bytes.extend_from_slice(&length(text.len() + 1)?);
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(rest);
            bytes
        }
    };
    read(bytes)
}

/// The document without its id, if that is its first field and an id.
pub fn without_id(document: &RawDocument) -> Result<RawDocumentBuf, StorageError> {
    let bytes = document.as_bytes();
    let id = id_length(bytes);
    let mut rest = Vec::with_capacity(bytes.len() - id);
    rest.extend_from_slice(&length(bytes.len() - id)?);
    rest.extend_from_slice(bytes.get(LENGTH + id..).unwrap_or_default());
    read(rest)
}

/// Refuses a document that is too large or too deep to be kept, as [`check_document`], but does not read one that is
/// too small to be too deep. An `_id` in front does not count.
pub fn check_limits(document: &RawDocument) -> Result<(), StorageError> {
    let size = document.as_bytes().len();
    if size <= LEVEL * MAX_DEPTH {
        return Ok(());
    }
    if size > MAX_DOCUMENT_SIZE && size - id_length(document.as_bytes()) <= MAX_DOCUMENT_SIZE {
        return check_document(&without_id(document)?);
    }
    check_document(document)
}

/// The id that a value is.
pub fn id_of(value: Bson) -> Result<DocumentId, StorageError> {
    let id = DocumentId::from_bson(value)
        .map_err(|other| StorageError::invalid(format!("an `_id` is an ObjectId or a text, not {other}")))?;
    check_id(&id)?;
    Ok(id)
}

/// Refuses an id that no document may have: a text of more than [`DocumentId::MAX_LENGTH`] bytes.
pub fn check_id(id: &DocumentId) -> Result<(), StorageError> {
    if id.len() > DocumentId::MAX_LENGTH {
        let most = DocumentId::MAX_LENGTH;
        return Err(StorageError::TooLarge(format!("an `_id` has at most {most} bytes").into()));
    }
    Ok(())
}

/// How many bytes the `_id` in front takes; 0 if none is there.
fn id_length(bytes: &[u8]) -> usize {
    let Some((kind, named)) = bytes.get(LENGTH..).and_then(<[u8]>::split_first) else { return 0 };
    let Some(value) = named.strip_prefix(ID) else { return 0 };
    let head = 1 + ID.len();
    match (*kind, value.first_chunk::<LENGTH>()) {
        (OBJECT_ID, _) => head + 12,
        (STRING, Some(size)) => {
            let size = usize::try_from(i32::from_le_bytes(*size)).unwrap_or_default();
            (head + LENGTH + size).min(bytes.len() - LENGTH)
        }
        _ => 0,
    }
}

fn read(bytes: Vec<u8>) -> Result<RawDocumentBuf, StorageError> {
    RawDocumentBuf::from_bytes(bytes).map_err(|error| unreadable(&error))
}

fn length(length: usize) -> Result<[u8; LENGTH], StorageError> {
    i32::try_from(length)
        .map(i32::to_le_bytes)
        .map_err(|_| StorageError::TooLarge("the document has more than 2 GiB".into()))
}

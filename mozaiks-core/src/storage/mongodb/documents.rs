//! Documents as the server has them, with the fields that confine them, and as they are given back.

use bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf};

use super::ids::ORIGINAL;
use crate::storage::eval;
use crate::storage::{DocumentId, FoundDocument, Sharing, StorageError, reserved};

/// The most bytes that the server lets a document have.
const MOST_ON_SERVER: usize = 16 * 1024 * 1024;

/// How many bytes the length of a document takes, at its beginning.
const LENGTH: usize = 4;

/// A document with the fields that the server has it under in front.
pub(super) fn to_server(fields: &Document, document: &RawDocument) -> Result<RawDocumentBuf, StorageError> {
    eval::check_limits(document)?;
    // The handles have refused them already; here they would stand beside those of the scope.
    reserved::check_fields(document)?;
    let mut bytes = RawDocumentBuf::try_from(fields).map_err(|error| unreadable(&error))?.into_bytes();
    bytes.pop();
    bytes.extend_from_slice(document.as_bytes().get(LENGTH..).unwrap_or_default());
    if bytes.len() > MOST_ON_SERVER {
        return Err(too_large());
    }
    finish(bytes)
}

/// A document that the server has, as it is given back: without the fields that confine it.
pub(super) fn from_server(document: &RawDocument, sharing: Sharing) -> Result<FoundDocument, StorageError> {
    let source = document.as_bytes();
    let mut bytes = Vec::with_capacity(source.len());
    bytes.extend_from_slice(&[0; LENGTH]);
    let (mut id, mut original, mut owner) = (None, None, None);
    // What is kept is copied in runs: fields of the storage mostly stand in front.
    let (mut position, mut run) = (LENGTH, LENGTH);
    for element in document.iter_elements() {
        let element = element.map_err(|error| unreadable(&error))?;
        let start = position;
        position += 1 + element.key().len() + 1 + element.size();
        let hidden = match element.key().as_str() {
            "_id" => Some(&mut id),
            ORIGINAL => Some(&mut original),
            "user_id" => Some(&mut owner),
            name if reserved::is_reserved(name) => None,
            _ => continue,
        };
        if let Some(hidden) = hidden {
            *hidden = Some(element.value().map_err(|error| unreadable(&error))?);
        }
        bytes.extend_from_slice(source.get(run..start).unwrap_or_default());
        run = position;
    }
    bytes.extend_from_slice(source.get(run..).unwrap_or_default());
    let owner = match (sharing, owner) {
        (Sharing::Shared | Sharing::SharedMine, Some(RawBsonRef::String(owner))) => Some(owner.to_owned()),
        _ => None,
    };
    Ok(FoundDocument { id: id_of(original.or(id))?, owner, document: finish(bytes)? })
}

/// The id of a document that the server has.
fn id_of(value: Option<RawBsonRef<'_>>) -> Result<DocumentId, StorageError> {
    match value {
        Some(RawBsonRef::ObjectId(id)) => Ok(id.into()),
        Some(RawBsonRef::String(text)) => Ok(text.into()),
        other => {
            let kind = other.map_or("nothing".to_owned(), |other| format!("{:?}", other.element_type()));
            Err(StorageError::codec(format!(
                "the `_id` of a document is an ObjectId or a text, and one is {kind}"
            )))
        }
    }
}

/// A value of a document that the server has, such as its `_id` there.
pub(super) fn field(document: &RawDocument, name: &str) -> Result<Option<Bson>, StorageError> {
    let value = document.get(name).map_err(|error| unreadable(&error))?;
    value.map(|value| Bson::try_from(value).map_err(|error| unreadable(&error))).transpose()
}

/// Puts the length in front of what became a document.
fn finish(mut bytes: Vec<u8>) -> Result<RawDocumentBuf, StorageError> {
    let size = i32::try_from(bytes.len()).map_err(|_| too_large())?;
    if let Some(length) = bytes.first_chunk_mut::<LENGTH>() {
        *length = size.to_le_bytes();
    }
    RawDocumentBuf::from_bytes(bytes).map_err(|error| unreadable(&error))
}

fn too_large() -> StorageError {
    StorageError::TooLarge(
        format!(
            "the document and the fields that confine it to its owner have more than {MOST_ON_SERVER} bytes \
             (16 MiB)"
        )
        .into(),
    )
}

pub(super) fn unreadable(error: &bson::error::Error) -> StorageError {
    StorageError::codec(format!("the document is not valid BSON: {error}"))
}

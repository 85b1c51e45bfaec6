//! Writes an author's type as a document.
//!
//! Documents of plain values are written here, and looked at while they are written. Everything else is left to
//! `bson`, as is what cannot be written: so it decides, and words every refusal.

mod fields;
#[cfg(test)]
mod tests;
mod writer;

use bson::RawDocumentBuf;
use bson::error::Result;
use serde::Serialize;

use super::eval::MAX_DOCUMENT_SIZE;
use crate::room::with_room;
use writer::Writer;

/// Writes a document of plain values that any storage may hold and that names no reserved field; none if it is not one,
/// or that cannot be told at once.
pub(crate) fn encode_plain<T: Serialize>(document: &T) -> Option<RawDocumentBuf> {
    let bytes = with_room(|room| {
        let written = document.serialize(&mut Writer::new(room)).is_ok();
        (written && room.len() <= MAX_DOCUMENT_SIZE).then(|| room.as_slice().to_vec())
    })?;
    RawDocumentBuf::from_bytes(bytes).ok()
}

/// Writes any document, in one piece of its size: where it would grow as it is written, it would be moved again and
/// again.
pub(crate) fn encode<T: Serialize>(document: &T) -> Result<RawDocumentBuf> {
    let bytes =
        with_room(|room| bson::serialize_to_buffer(document, room).map(|()| room.as_slice().to_vec()))?;
    RawDocumentBuf::from_bytes(bytes)
}

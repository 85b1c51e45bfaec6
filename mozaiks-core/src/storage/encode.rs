//! Writes an author's type as a document.

use bson::RawDocumentBuf;
use bson::error::Result;
use serde::Serialize;

use crate::room::with_room;

/// Writes a document, in one piece of its size: where it would grow as it is written, it would be moved again and
/// again.
pub(crate) fn encode<T: Serialize>(document: &T) -> Result<RawDocumentBuf> {
    let bytes =
        with_room(|room| bson::serialize_to_buffer(document, room).map(|()| room.as_slice().to_vec()))?;
    RawDocumentBuf::from_bytes(bytes)
}

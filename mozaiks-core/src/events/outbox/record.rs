//! How one event is stored.

use std::sync::Arc;

use bson::RawDocumentBuf;
use bson::oid::ObjectId;
use serde::{Deserialize, Serialize};

use crate::datetime::DateTime;
use crate::events::{DeadLetter, DeadLetterReason, Event};
use crate::storage::{DocumentId, StorageError};

/// An event, and the dead letters that are left of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// As JSON, so that the payload stays the text that it was.
    event: String,
    /// Where it is not empty, everybody but these has handled the event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dead: Vec<Letter>,
}

/// A dead letter, without its event.
#[derive(Serialize, Deserialize)]
pub(super) struct Letter {
    id: ObjectId,
    subscriber: String,
    reason: DeadLetterReason,
    error: String,
    attempts: u32,
    time: DateTime,
}

impl From<&DeadLetter> for Letter {
    fn from(letter: &DeadLetter) -> Self {
        Self {
            id: letter.id,
            subscriber: letter.subscriber.clone(),
            reason: letter.reason,
            error: letter.error.clone(),
            attempts: letter.attempts,
            time: letter.time,
        }
    }
}

impl Letter {
    /// Without what the handler said.
    pub fn without_text(self) -> Self {
        Self { error: String::new(), ..self }
    }
}

/// An event as the storage holds it.
pub(super) fn write(event: &Event) -> Result<RawDocumentBuf, StorageError> {
    let text = serde_json::to_string(event).map_err(|error| StorageError::codec(error.to_string()))?;
    let record = Record { event: text, dead: Vec::new() };
    bson::serialize_to_raw_document_buf(&record).map_err(|error| StorageError::codec(error.to_string()))
}

/// What a storage holds of an event: the event, and the dead letters that are left of it.
pub(super) fn read(document: &RawDocumentBuf) -> Result<(Event, Vec<Arc<DeadLetter>>), StorageError> {
    let record: Record = bson::deserialize_from_slice(document.as_bytes())
        .map_err(|error| StorageError::codec(error.to_string()))?;
    let event: Event =
        serde_json::from_str(&record.event).map_err(|error| StorageError::codec(error.to_string()))?;
    let letters = record.dead.into_iter().map(|letter| {
        Arc::new(DeadLetter {
            id: letter.id,
            subscriber: letter.subscriber,
            event: event.clone(),
            reason: letter.reason,
            error: letter.error,
            attempts: letter.attempts,
            time: letter.time,
        })
    });
    let letters = letters.collect();
    Ok((event, letters))
}

/// The id under which the event of that number is stored: in order, and no ObjectId.
pub(super) fn id_of(number: u64) -> DocumentId {
    DocumentId::from(format!("{number:020}"))
}

/// The number of an id.
pub(super) fn number_of(id: &DocumentId) -> Option<u64> {
    id.to_string().parse().ok()
}

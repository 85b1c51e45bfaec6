//! How one key is kept.

use bson::{Bson, doc};
use serde::{Deserialize, Serialize};

use super::MAX_KEY_LENGTH;
use crate::datetime::DateTime;
use crate::error::{Error, Result};

/// One key with its value.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub value: Held,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime>,
}

/// A value in a document of its own: compared with an array, MongoDB would take each of its elements for it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Held {
    pub is: Bson,
}

impl From<Held> for Bson {
    fn from(held: Held) -> Self {
        doc! { "is": held.is }.into()
    }
}

/// What stands before a key in its id: 24 digits alone would be an ObjectId, and would not sort among texts.
const PREFIX: &str = "k:";

/// The id under which a key is kept.
pub(super) fn id_of(key: &str) -> Result<String> {
    if key.is_empty() || key.len() > MAX_KEY_LENGTH || key.contains('\0') {
        return Err(Error::validation("key", format!("expected 1 to {MAX_KEY_LENGTH} bytes without NUL")));
    }
    Ok(format!("{PREFIX}{key}"))
}

/// The key of an id.
pub(super) fn key_of(id: &str) -> Option<&str> {
    id.strip_prefix(PREFIX)
}

/// Matches the keys that begin with `prefix` and have not expired.
pub(super) fn live_with_prefix(prefix: &str, now: DateTime) -> bson::Document {
    let first = format!("{PREFIX}{prefix}");
    let beyond = after_all_with_prefix(&first);
    doc! { "_id": { "$gte": first, "$lt": beyond }, "$or": not_expired(now) }
}

/// The first text that sorts after all that begin with `prefix`, which holds a character that is not the last.
fn after_all_with_prefix(prefix: &str) -> String {
    let mut text = prefix.trim_end_matches(char::MAX).to_owned();
    if let Some(last) = text.pop() {
        // A range of characters passes over the numbers that are none.
        text.extend((last..=char::MAX).nth(1));
    }
    text
}

/// Matches what has not expired.
pub(super) fn not_expired(now: DateTime) -> Bson {
    Bson::Array(vec![
        doc! { "expires_at": { "$exists": false } }.into(),
        doc! { "expires_at": { "$gt": now } }.into(),
    ])
}

pub(super) fn hold(value: &impl Serialize) -> Result<Held> {
    bson::serialize_to_bson(value)
        .map(|is| Held { is })
        .map_err(|error| Error::invalid(format!("The value cannot be stored: {error}")))
}

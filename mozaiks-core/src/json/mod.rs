//! Writes replies as JSON: what nearly all of them are made of, quickly.
//!
//! `serde_json` looks at the bytes of a text one by one, and most bytes of a reply are in texts; here it is sixteen at a
//! time. Dates, ids and documents come here as they are stored, and are written straight from that. What is rare is left to `serde_json`, and so is the whole of what cannot be written: so it decides, and words
//! every refusal.

mod document;
mod items;
mod key;
mod stored;
#[cfg(test)]
mod tests;
mod text;
mod writer;

use std::fmt::Display;

use serde::ser::{self, Serialize};

use crate::storage::elements::Unread;
use writer::Writer;

pub(crate) use stored::{AsStored, FieldsOf, takes_stored};

/// Writes a value behind what is there already.
///
/// # Errors
/// Those of `serde_json`.
pub(crate) fn write_json<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) -> serde_json::Result<()> {
    let begun = bytes.len();
    if value.serialize(&mut Writer::new(bytes)).is_ok() {
        return Ok(());
    }
    bytes.truncate(begun);
    serde_json::to_writer(bytes, value)
}

/// What is not written here.
#[derive(Debug, thiserror::Error)]
#[error("left to serde_json")]
pub(crate) struct Left;

impl ser::Error for Left {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl From<Unread> for Left {
    fn from(_: Unread) -> Self {
        Self
    }
}

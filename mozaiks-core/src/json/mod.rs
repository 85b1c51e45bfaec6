//! Writes replies as JSON: what nearly all of them are made of, quickly.
//!
//! `serde_json` looks at the bytes of a text one by one, and most bytes of a reply are in texts; here it is sixteen at a
//! time. Dates, ids and documents come here as they are stored, and are written straight from that. What is rare is left
//! to `serde_json`, and so is the whole of what cannot be written: so it decides, and words every refusal.

mod document;
mod items;
mod key;
mod left;
mod place;
mod stored;
#[cfg(test)]
mod tests;
mod text;
mod writer;

use serde::Serialize;

use crate::room::with_room;
use writer::Writer;

pub(crate) use place::{InPlace, takes_in_place};
pub(crate) use text::{is_ascii_as_it_is, stands_as_it_is};

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

/// A value as a text, with another in front of it.
///
/// # Errors
/// As for [`write_json`].
pub(crate) fn json_behind<T: Serialize + ?Sized>(front: &[&str], value: &T) -> serde_json::Result<Box<str>> {
    with_room(|room| {
        for part in front {
            room.extend_from_slice(part.as_bytes());
        }
        write_json(room, value)?;
        std::str::from_utf8(room).map(Box::from).map_err(serde::ser::Error::custom)
    })
}

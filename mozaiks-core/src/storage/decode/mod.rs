//! Reads a stored document into an author's type.
//!
//! Documents of plain values are read here, in one pass over their bytes. Everything else is left to `bson`, as is
//! what does not fit: so it decides, and words every refusal.

mod inside;
mod name;
#[cfg(test)]
mod tests;
mod value;

use bson::RawDocument;
use bson::error::{Error, Result};
use serde::de::{self, DeserializeOwned};

use super::elements::{Unread, Value};
use value::Plain;

/// Reads a document.
pub(crate) fn decode<T: DeserializeOwned>(document: &RawDocument) -> Result<T> {
    T::deserialize(Plain(Value::Document(document)))
        .or_else(|_| bson::deserialize_from_slice(document.as_bytes()))
}

/// What makes nothing of a document here. Nobody reads its words.
fn unread() -> Error {
    <Error as de::Error>::custom("left to bson")
}

impl From<Unread> for Error {
    fn from(_: Unread) -> Self {
        unread()
    }
}

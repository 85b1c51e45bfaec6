//! Reads a stored document into an author's type.
//!
//! Documents of plain values are read here, in one pass over their bytes. Everything else is left to `bson`, as is
//! what does not fit: so it decides, and words every refusal.

mod inside;
mod name;
#[cfg(test)]
mod tests;
mod value;
mod whole;

use std::any::type_name;

use bson::error::{Error, Result};
use bson::{RawDocument, RawDocumentBuf};
use serde::de::{self, DeserializeOwned};

use super::raw::Raw;
use crate::elements::Unread;
use value::Plain;
use whole::Whole;

/// Reads a document.
pub(crate) fn decode<T: DeserializeOwned>(document: &RawDocument) -> Result<T> {
    T::deserialize(Plain(document.into())).or_else(|_| bson::deserialize_from_slice(document.as_bytes()))
}

/// Reads a document that nobody else needs.
pub(crate) fn decode_owned<T: DeserializeOwned>(document: RawDocumentBuf) -> Result<T> {
    if type_name::<T>() == type_name::<Raw>() {
        return T::deserialize(Whole(document));
    }
    decode(&document)
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

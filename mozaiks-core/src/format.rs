//! Which of the two forms a value takes, that of storage or that of JSON; and what a type and storage ask of one another.

use std::any::type_name;
use std::fmt::Display;

use serde::{Serialize, Serializer, ser};

/// What those who write documents answer where there is something in them that is not plain: the whole is left to `bson`.
#[derive(Debug, thiserror::Error)]
#[error("left to bson")]
pub(crate) struct LeftToBson;

/// What those who write replies answer where there is something in them that is rare: the whole is left to
/// `serde_json`.
#[derive(Debug, thiserror::Error)]
#[error("left to serde_json")]
pub(crate) struct LeftToJson;

impl ser::Error for LeftToBson {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl ser::Error for LeftToJson {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// True if what reads or writes with errors of type `E` is BSON.
///
/// `is_human_readable` does not tell: BSON calls itself readable where it makes documents of values, and serde does
/// where it buffers the fields of what is flattened or tagged. The error type stays the same throughout.
pub(crate) fn is_bson<E>() -> bool {
    type_name::<E>() == type_name::<bson::error::Error>() || type_name::<E>() == type_name::<LeftToBson>()
}

/// True if what writes with errors of type `E` takes values [as they are stored](AsStored), or keeps them for what takes
/// them, as serde does where it flattens and tags. Those who take such a value for something else cannot have it
/// written: then nothing is.
pub(crate) fn takes_stored<E>() -> bool {
    type_name::<E>() == type_name::<LeftToBson>() || type_name::<E>() == type_name::<LeftToJson>()
}

/// A value as it lies in a document, under the name by which its type is asked for there: a date, or an id. Only what
/// [`takes_stored`] is given it.
pub(crate) struct AsStored<'b>(pub &'static str, pub &'b [u8]);

impl Serialize for AsStored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(self.0, &Bytes(self.1))
    }
}

/// Bytes that are no list of numbers.
struct Bytes<'b>(&'b [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// The newtype as which a date of a document is asked for as its milliseconds, and written as its bytes.
pub(crate) const STORED_DATE: &str = "$mozaiks::DateTime";

/// The newtype as which an id of a document is asked for as its bytes, or as its text, and written as its bytes.
pub(crate) const STORED_ID: &str = "$mozaiks::DocumentId";

/// The newtype that a type asks for which would have a document as it lies there.
pub(crate) const STORED_DOCUMENT: &str = "$mozaiks::Raw";

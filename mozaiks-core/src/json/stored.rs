//! What types hand on as it is stored: a reply has its own forms for it.

use std::any::type_name;

use serde::{Serialize, Serializer};

use super::Left;
use crate::format::STORED_DOCUMENT;

/// True if what writes with errors of type `E` writes here, or keeps what it is given for what writes here, as serde
/// does where it flattens and tags. Those who take [`AsStored`] or [`FieldsOf`] for something else cannot have it
/// written: then nothing is.
pub(crate) fn takes_stored<E>() -> bool {
    type_name::<E>() == type_name::<Left>()
}

/// A value as it lies in a document, under the name by which its type is asked for there: a date, or an id. Only what
/// [`takes_stored`] is given it.
pub(crate) struct AsStored<'b>(pub &'static str, pub &'b [u8]);

impl Serialize for AsStored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(self.0, &Bytes(self.1))
    }
}

/// The fields of a document, as it is stored. As the value of an entry of a map they take the place of the entry. Only
/// what [`takes_stored`] is given them.
pub(crate) struct FieldsOf<'d>(pub &'d [u8]);

impl Serialize for FieldsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AsStored(STORED_DOCUMENT, self.0).serialize(serializer)
    }
}

/// Bytes that are no list of numbers.
struct Bytes<'b>(&'b [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// What comes next is stored so.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Date,
    Id,
    /// In the place of an entry, which is the first one or not.
    Fields {
        first: bool,
    },
}

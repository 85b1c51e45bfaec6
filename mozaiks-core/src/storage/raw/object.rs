//! A stored document as a JSON object, whatever is in it and whoever writes it.

use bson::{RawBsonRef, RawDocument};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::datetime::DateTime;
use crate::storage::DocumentId;

/// A document in JSON.
pub(super) struct Object<'d>(pub &'d RawDocument);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in self.0 {
            let (name, value) = field.map_err(S::Error::custom)?;
            map.serialize_entry(name.as_str(), &Any(value))?;
        }
        map.end()
    }
}

/// An array in JSON: in BSON it is a document whose names are numbers.
struct Array<'d>(&'d RawDocument);

impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for element in self.0 {
            let (_, value) = element.map_err(S::Error::custom)?;
            seq.serialize_element(&Any(value))?;
        }
        seq.end()
    }
}

/// A value of any kind.
struct Any<'d>(RawBsonRef<'d>);

impl Serialize for Any<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            RawBsonRef::Document(document) => Object(document).serialize(serializer),
            RawBsonRef::Array(array) => match RawDocument::from_bytes(array.as_bytes()) {
                Ok(array) => Array(array).serialize(serializer),
                Err(error) => Err(S::Error::custom(error)),
            },
            RawBsonRef::DateTime(time) => DateTime::from(time).serialize(serializer),
            RawBsonRef::ObjectId(id) => DocumentId::from(id).serialize(serializer),
            other => other.serialize(serializer),
        }
    }
}

//! A stored document as a JSON object: quickly where a reply is written, and in any case.

use bson::oid::ObjectId;
use bson::{RawBsonRef, RawDocument};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::datetime::DateTime;
use crate::datetime::rfc3339::Text;
use crate::json::{Left, write_name, write_rare, write_text};
use crate::room::with_room;
use crate::storage::DocumentId;
use crate::storage::elements::{Elements, Value};

/// Hands on the fields of a document in JSON, if they are all plain.
pub(super) fn with_fields<E: Error>(
    document: &RawDocument,
    hand_on: impl FnOnce(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    with_room(|room| {
        let written = write_items(room, document, true);
        // Texts are looked at here, all of them at once.
        match written.is_ok() && std::str::from_utf8(room).is_ok() {
            true => hand_on(room),
            false => Err(E::custom("not all of it is plain")),
        }
    })
}

/// Writes what is in a document, with or without the names.
fn write_items(bytes: &mut Vec<u8>, document: &RawDocument, named: bool) -> Result<(), Left> {
    let mut elements = Elements::of(document).map_err(|_| Left)?;
    let mut first = true;
    while let Some((name, value)) = elements.next_bytes().map_err(|_| Left)? {
        let is_first = std::mem::replace(&mut first, false);
        if named {
            write_name(bytes, is_first, name)?;
        } else if !is_first {
            bytes.push(b',');
        }
        match value {
            Value::String(text) => write_text(bytes, text)?,
            Value::ObjectId(id) => write_rare(bytes, &DocumentId::from(ObjectId::from_bytes(*id)))?,
            Value::DateTime(millis) => match Text::of(millis) {
                Some(text) => write_text(bytes, text.as_bytes())?,
                None => write_rare(bytes, &DateTime::from_millis(millis))?,
            },
            Value::Document(inner) => {
                bytes.push(b'{');
                write_items(bytes, inner, true)?;
                bytes.push(b'}');
            }
            Value::Array(inner) => {
                bytes.push(b'[');
                write_items(bytes, inner, false)?;
                bytes.push(b']');
            }
            Value::Boolean(value) => bytes.extend_from_slice(if value { b"true" } else { b"false" }),
            Value::Null => bytes.extend_from_slice(b"null"),
            Value::Double(value) => write_rare(bytes, &value)?,
            Value::Int32(value) => write_rare(bytes, &value)?,
            Value::Int64(value) => write_rare(bytes, &value)?,
        }
    }
    Ok(())
}

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

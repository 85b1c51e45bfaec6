//! A stored document as a JSON object: quickly where a reply is written, and in any case.

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
            Value::ObjectId(id) => write_rare(bytes, &Plain(Value::ObjectId(id)))?,
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
        let mut written = 0;
        let whole = plain(self.0, |name, value| {
            written += 1;
            map.serialize_entry(name, &Plain(value))
        })?;
        if !whole {
            for field in self.0.iter().skip(written) {
                let (name, value) = field.map_err(S::Error::custom)?;
                map.serialize_entry(name.as_str(), &Any(value))?;
            }
        }
        map.end()
    }
}

/// An array in JSON: in BSON it is a document whose names are numbers.
struct Array<'d>(&'d RawDocument);

impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        let mut written = 0;
        let whole = plain(self.0, |_, value| {
            written += 1;
            seq.serialize_element(&Plain(value))
        })?;
        if !whole {
            for element in self.0.iter().skip(written) {
                let (_, value) = element.map_err(S::Error::custom)?;
                seq.serialize_element(&Any(value))?;
            }
        }
        seq.end()
    }
}

/// Writes elements up to one that is not plain: `false` if there was one.
fn plain<'d, E>(
    document: &'d RawDocument,
    mut write: impl FnMut(&'d str, Value<'d>) -> Result<(), E>,
) -> Result<bool, E> {
    let Ok(mut elements) = Elements::of(document) else { return Ok(false) };
    loop {
        match elements.next() {
            Ok(Some((name, value))) => write(name, value)?,
            Ok(None) => return Ok(true),
            Err(_) => return Ok(false),
        }
    }
}

struct Plain<'d>(Value<'d>);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Double(value) => serializer.serialize_f64(value),
            Value::String(text) => serializer.serialize_str(text),
            Value::Document(document) => Object(document).serialize(serializer),
            Value::Array(array) => Array(array).serialize(serializer),
            Value::ObjectId(id) => {
                DocumentId::from(bson::oid::ObjectId::from_bytes(*id)).serialize(serializer)
            }
            Value::Boolean(value) => serializer.serialize_bool(value),
            Value::DateTime(millis) => DateTime::from_millis(millis).serialize(serializer),
            Value::Null => serializer.serialize_unit(),
            Value::Int32(value) => serializer.serialize_i32(value),
            Value::Int64(value) => serializer.serialize_i64(value),
        }
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

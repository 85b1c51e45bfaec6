//! The id of a document: an ObjectId, or a text of the author's choice.

use std::fmt;

use bson::Bson;
use bson::oid::ObjectId;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::datetime::DateTime;
use crate::format::{AsStored, STORED_ID, is_bson, takes_stored};
use crate::hex::hex_digits;

/// The id of a document: an ObjectId, or a text of the author's choice.
///
/// 24 hexadecimal digits are always an ObjectId, in JSON and in storage; any other text is itself. So every text
/// that a client sends is an id, and one that names nothing of the user's is simply not found.
///
/// ```
/// use mozaiks_core::DocumentId;
///
/// let made = DocumentId::from("65301c2f9d1e8b3a4c5d6e7f");
/// assert!(made.as_object_id().is_some());
/// assert_eq!(made.created_at().unwrap().to_string(), "2023-10-18T17:55:59Z");
/// assert_eq!(made, DocumentId::from("65301C2F9D1E8B3A4C5D6E7F"));
///
/// let chosen = DocumentId::from("home");
/// assert_eq!(chosen.as_object_id(), None);
/// assert_eq!(chosen.to_string(), "home");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(Repr);

/// Texts sort below ObjectIds, as they do in BSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    Text(Box<str>),
    Object(Numbers),
}

/// The bytes of an ObjectId as two numbers, which have the order of the bytes and are compared with fewer steps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Numbers {
    front: u64,
    back: u32,
}

impl From<ObjectId> for Numbers {
    #[inline]
    fn from(id: ObjectId) -> Self {
        let [a, b, c, d, e, f, g, h, back @ ..] = id.bytes();
        Self { front: u64::from_be_bytes([a, b, c, d, e, f, g, h]), back: u32::from_be_bytes(back) }
    }
}

impl From<Numbers> for ObjectId {
    #[inline]
    fn from(Numbers { front, back }: Numbers) -> Self {
        let ([a, b, c, d, e, f, g, h], [i, j, k, l]) = (front.to_be_bytes(), back.to_be_bytes());
        Self::from_bytes([a, b, c, d, e, f, g, h, i, j, k, l])
    }
}

impl DocumentId {
    /// The most bytes that an id which is a text may have.
    pub const MAX_LENGTH: usize = 1024;

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Repr::Text(text) => text.len(),
            Repr::Object(_) => size_of::<ObjectId>(),
        }
    }

    /// The ObjectId, if it is one.
    pub fn as_object_id(&self) -> Option<ObjectId> {
        match &self.0 {
            Repr::Object(id) => Some((*id).into()),
            Repr::Text(_) => None,
        }
    }

    /// When an ObjectId was made, to the second.
    pub fn created_at(&self) -> Option<DateTime> {
        self.as_object_id().map(|id| id.timestamp().into())
    }

    /// The id a document is stored under.
    ///
    /// # Errors
    /// The value itself, if it is neither an ObjectId nor a text.
    pub fn from_bson(value: Bson) -> Result<Self, Bson> {
        match value {
            Bson::ObjectId(id) => Ok(id.into()),
            Bson::String(text) => Ok(text.into()),
            other => Err(other),
        }
    }
}

impl From<ObjectId> for DocumentId {
    fn from(id: ObjectId) -> Self {
        Self(Repr::Object(id.into()))
    }
}

impl From<&str> for DocumentId {
    fn from(text: &str) -> Self {
        parse_hex(text).unwrap_or_else(|| Self(Repr::Text(text.into())))
    }
}

impl From<String> for DocumentId {
    fn from(text: String) -> Self {
        parse_hex(&text).unwrap_or_else(|| Self(Repr::Text(text.into())))
    }
}

impl From<&String> for DocumentId {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Self> for DocumentId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl From<DocumentId> for Bson {
    fn from(id: DocumentId) -> Self {
        match id.0 {
            Repr::Object(id) => Self::ObjectId(id.into()),
            Repr::Text(text) => Self::String(text.into()),
        }
    }
}

/// As it stands in JSON, for metadata and details.
impl From<DocumentId> for serde_json::Value {
    fn from(id: DocumentId) -> Self {
        Self::String(id.to_string())
    }
}

/// As above.
impl From<&DocumentId> for serde_json::Value {
    fn from(id: &DocumentId) -> Self {
        Self::String(id.to_string())
    }
}

fn parse_hex(text: &str) -> Option<DocumentId> {
    if text.len() != 24 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; 12];
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(ObjectId::from_bytes(bytes).into())
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Text(text) => f.write_str(text),
            Repr::Object(id) => with_hex((*id).into(), |hex| f.write_str(hex)),
        }
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Text(text) => write!(f, "DocumentId({text:?})"),
            Repr::Object(id) => write!(f, "DocumentId({})", ObjectId::from(*id)),
        }
    }
}

/// Hands on the 24 digits without a `String` for them.
fn with_hex<R>(id: ObjectId, use_it: impl FnOnce(&str) -> R) -> R {
    use_it(std::str::from_utf8(&hex_digits(id)).unwrap_or_default())
}

impl Serialize for DocumentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id = match &self.0 {
            Repr::Text(text) => return serializer.serialize_str(text),
            Repr::Object(id) => ObjectId::from(*id),
        };
        if takes_stored::<S::Error>() {
            AsStored(STORED_ID, &id.bytes()).serialize(serializer)
        } else if is_bson::<S::Error>() {
            id.serialize(serializer)
        } else {
            with_hex(id, |hex| serializer.serialize_str(hex))
        }
    }
}

impl<'de> Deserialize<'de> for DocumentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if is_bson::<D::Error>() {
            return deserializer.deserialize_newtype_struct(STORED_ID, StoredId);
        }
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = DocumentId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id (a string)")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<DocumentId, E> {
                Ok(text.into())
            }

            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<DocumentId, E> {
                Ok(text.into())
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// An id in a document: as it is in its bytes where those are at hand, else as a value.
struct StoredId;

impl<'de> serde::de::Visitor<'de> for StoredId {
    type Value = DocumentId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<DocumentId, E> {
        let bytes = bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))?;
        Ok(ObjectId::from_bytes(bytes).into())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<DocumentId, E> {
        Ok(text.into())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<DocumentId, D::Error> {
        DocumentId::from_bson(Bson::deserialize(deserializer)?)
            .map_err(|other| serde::de::Error::custom(format!("expected an id, found {other}")))
    }
}

impl JsonSchema for DocumentId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DocumentId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

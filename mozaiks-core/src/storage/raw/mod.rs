//! A document that nobody reads on its way from the storage to a client.

mod object;
#[cfg(test)]
mod tests;

use std::fmt;

use bson::{Document, RawDocument, RawDocumentBuf};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::format::{AsStored, STORED_DOCUMENT, is_bson};
use crate::json::{InPlace, takes_in_place};
use object::Object;

/// A document that nobody reads on its way from the storage to a client: the fastest list that there is.
///
/// In JSON it looks as a typed document would: its dates are RFC 3339 texts, its ids 24 hexadecimal digits. What JSON
/// has no form for (binary data, decimals) is in MongoDB's extended JSON. Read from JSON, as a typed client does, dates
/// and ids are the texts that stand there. Its schema says no more than that it is an object. Fields of the documents that a client should
/// not see are left out with a [projection](super::Find::projection).
///
/// ```
/// use mozaiks_core::prelude::*;
/// use mozaiks_core::storage::Raw;
///
/// async fn list(ctx: &QueryContext, skip: Option<u64>, limit: Option<u64>) -> Result<Page<Raw>> {
///     ctx.collection::<Raw>("items").find(doc! {}).sort("_id", -1).page(skip, limit).await
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Raw(RawDocumentBuf);

impl Raw {
    /// The document, as BSON.
    pub fn as_document(&self) -> &RawDocument {
        &self.0
    }

    /// The document, as BSON.
    pub fn into_document(self) -> RawDocumentBuf {
        self.0
    }
}

impl From<RawDocumentBuf> for Raw {
    fn from(document: RawDocumentBuf) -> Self {
        Self(document)
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a document")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Raw, E> {
                RawDocumentBuf::from_bytes(bytes.to_vec()).map(Raw).map_err(E::custom)
            }

            fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Raw, E> {
                RawDocumentBuf::from_bytes(bytes).map(Raw).map_err(E::custom)
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
                if is_bson::<D::Error>() && !deserializer.is_human_readable() {
                    return RawDocumentBuf::deserialize(deserializer).map(Raw);
                }
                // Raw documents are read from bytes alone: not from JSON where its names have been read already, and not
                // from what serde has kept of BSON, which it calls readable.
                let document = Document::deserialize(deserializer)?;
                RawDocumentBuf::try_from(&document).map(Raw).map_err(serde::de::Error::custom)
            }
        }
        deserializer.deserialize_newtype_struct(STORED_DOCUMENT, Whole)
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if is_bson::<S::Error>() {
            return self.0.serialize(serializer);
        }
        if takes_in_place::<S::Error>() {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry(&InPlace, &AsStored(STORED_DOCUMENT, self.0.as_bytes()))?;
            return map.end();
        }
        Object(&self.0).serialize(serializer)
    }
}

impl JsonSchema for Raw {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Raw".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

//! A whole document that its reader may keep.

use bson::RawDocumentBuf;
use bson::error::{Error, Result};
use serde::de::{Deserializer, Visitor};

/// A document, of which nothing is read.
pub(super) struct Whole(pub RawDocumentBuf);

impl<'de> Deserializer<'de> for Whole {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_byte_buf(self.0.into_bytes())
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

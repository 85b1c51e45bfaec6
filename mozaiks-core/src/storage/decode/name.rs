//! The names of fields.

use bson::error::{Error, Result};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Visitor};

use super::unread;

/// The name of a field of a structure. Types know their fields by the bytes of the names: nobody need find out first
/// that they are a text.
pub(super) struct Name<'de>(pub &'de [u8]);

/// The name of a field as `bson` hands it on.
pub(super) fn text(name: &[u8]) -> Result<BorrowedStrDeserializer<'_, Error>> {
    std::str::from_utf8(name).map(BorrowedStrDeserializer::new).map_err(|_| unread())
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        text(self.0)?.deserialize_any(visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.0)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        text(self.0)?.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct ignored_any
    }
}

//! One value, as it is asked for.

use bson::error::{Error, Result};
use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Visitor};

use super::inside::Inside;
use super::unread;
use crate::elements::{Lying, kinds};
use crate::format::{STORED_DATE, STORED_DOCUMENT, STORED_ID};

/// How the names begin by which types of `bson` ask it for what only it knows: `$__private__bson_...` and
/// `$__bson_private_...`.
const OF_BSON: &str = "$__";

/// One value.
pub(super) struct Plain<'de>(pub Lying<'de>);

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.kind() {
            kinds::DOUBLE => visitor.visit_f64(self.0.double()?),
            kinds::STRING => visitor.visit_borrowed_str(self.0.text()?),
            kinds::DOCUMENT => visitor.visit_map(Inside::of(self.0.document()?)?),
            kinds::ARRAY => visitor.visit_seq(Inside::of(self.0.document()?)?),
            kinds::BOOLEAN => visitor.visit_bool(self.0.boolean()?),
            kinds::NULL => visitor.visit_unit(),
            kinds::INT32 => visitor.visit_i32(self.0.int32()?),
            kinds::INT64 => visitor.visit_i64(self.0.int64()?),
            // What ids and dates look like to a type that takes anything is a matter of `bson`'s.
            _ => Err(unread()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.0.read()?;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.0.kind() == kinds::NULL { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.kind() {
            kinds::OBJECT_ID => visitor.visit_borrowed_bytes(self.0.id()?),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match (name, self.0.kind()) {
            (STORED_DATE, kinds::DATE_TIME) => visitor.visit_i64(self.0.int64()?),
            (STORED_ID, kinds::OBJECT_ID) => visitor.visit_borrowed_bytes(self.0.id()?),
            (STORED_ID, kinds::STRING) => visitor.visit_borrowed_str(self.0.text()?),
            (STORED_DOCUMENT, kinds::DOCUMENT) => visitor.visit_borrowed_bytes(self.0.document()?.as_bytes()),
            (STORED_DATE | STORED_ID | STORED_DOCUMENT, _) => Err(unread()),
            _ if name.starts_with(OF_BSON) => Err(unread()),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    /// Types without a flattened field, which know their fields beforehand, ask for a structure. The others ask for a
    /// map, and keep the names that they do not know as they get them.
    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.0.kind() {
            kinds::DOCUMENT => visitor.visit_map(Inside::of_structure(self.0.document()?)?),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.0.kind() {
            kinds::STRING => visitor.visit_enum(StrDeserializer::new(self.0.text()?)),
            kinds::DOCUMENT => visitor.visit_enum(Inside::of(self.0.document()?)?),
            _ => Err(unread()),
        }
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string byte_buf unit unit_struct seq tuple tuple_struct
        map identifier
    }
}

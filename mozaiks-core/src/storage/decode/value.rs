//! One value, as it is asked for.

use bson::error::{Error, Result};
use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Visitor};

use super::inside::Inside;
use super::{Value, unread};
use crate::format::{STORED_DATE, STORED_DOCUMENT, STORED_ID};

/// How the names begin by which types of `bson` ask it for what only it knows: `$__private__bson_...` and
/// `$__bson_private_...`.
const OF_BSON: &str = "$__";

/// One value.
pub(super) struct Plain<'de>(pub Value<'de>);

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::Double(value) => visitor.visit_f64(value),
            Value::String(value) => visitor.visit_borrowed_str(value),
            Value::Document(document) => visitor.visit_map(Inside::of(document)?),
            Value::Array(array) => visitor.visit_seq(Inside::of(array)?),
            Value::Boolean(value) => visitor.visit_bool(value),
            Value::Null => visitor.visit_unit(),
            Value::Int32(value) => visitor.visit_i32(value),
            Value::Int64(value) => visitor.visit_i64(value),
            // What these look like to a type that takes anything is a matter of `bson`'s.
            Value::ObjectId(_) | Value::DateTime(_) => Err(unread()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if matches!(self.0, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::ObjectId(id) => visitor.visit_borrowed_bytes(id),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match (name, self.0) {
            (STORED_DATE, Value::DateTime(millis)) => visitor.visit_i64(millis),
            (STORED_ID, Value::ObjectId(id)) => visitor.visit_borrowed_bytes(id),
            (STORED_ID, Value::String(value)) => visitor.visit_borrowed_str(value),
            (STORED_DOCUMENT, Value::Document(document)) => visitor.visit_borrowed_bytes(document.as_bytes()),
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
        match self.0 {
            Value::Document(document) => visitor.visit_map(Inside::of_structure(document)?),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.0 {
            Value::String(value) => visitor.visit_enum(StrDeserializer::new(value)),
            Value::Document(document) => visitor.visit_enum(Inside::of(document)?),
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

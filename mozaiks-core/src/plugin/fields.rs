//! Where arguments deserialise from: the fields of a request, or one that is not there; and what serde says of them.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::request::Entry;
use crate::error::Error;

/// The fields of a request as one value, each read only when serde asks for it.
pub(super) struct Entries<'e, 'r> {
    entries: &'e [Entry<'r>],
}

impl<'e, 'r> Entries<'e, 'r> {
    pub(super) fn of(entries: &'e [Entry<'r>]) -> Self {
        Self { entries }
    }

    fn access(self) -> EntriesAccess<'e> {
        EntriesAccess { rest: self.entries, value: None }
    }
}

impl<'de> Deserializer<'de> for Entries<'de, '_> {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_map(self.access())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        MapAccessDeserializer::new(self.access()).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf seq tuple tuple_struct
        map struct identifier ignored_any
    }
}

struct EntriesAccess<'e> {
    rest: &'e [Entry<'e>],
    value: Option<(&'e str, &'e str)>,
}

impl<'e> MapAccess<'e> for EntriesAccess<'e> {
    type Error = ArgumentError;

    fn next_key_seed<K: DeserializeSeed<'e>>(&mut self, seed: K) -> Result<Option<K::Value>, ArgumentError> {
        let Some(((key, value), rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        self.value = Some((key, value));
        let key: BorrowedStrDeserializer<'e, ArgumentError> = BorrowedStrDeserializer::new(key);
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'e>>(&mut self, seed: V) -> Result<V::Value, ArgumentError> {
        let Some((key, value)) = self.value.take() else {
            return Err(serde::de::Error::custom("a value was asked for before its key"));
        };
        let mut json = serde_json::Deserializer::from_str(value);
        seed.deserialize(&mut json)
            .map_err(|error| ArgumentError { field: Some(key.to_owned()), message: in_words(&error) })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// What a field that is not there deserialises from: an `Option` is `None`, anything else is missing.
pub(super) struct Absent {
    name: &'static str,
}

impl Absent {
    pub(super) fn of(name: &'static str) -> Self {
        Self { name }
    }
}

impl<'de> Deserializer<'de> for Absent {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ArgumentError> {
        Err(serde::de::Error::missing_field(self.name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// What serde says of an argument, with the field that it says it of.
#[doc(hidden)]
#[derive(Debug)]
pub struct ArgumentError {
    field: Option<String>,
    message: String,
}

impl ArgumentError {
    pub(super) fn into_message(self) -> String {
        self.message
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ArgumentError {}

impl serde::de::Error for ArgumentError {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self { field: None, message: message.to_string() }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { field: Some(field.to_owned()), message: format!("`{field}` is required") }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let message = if expected.is_empty() {
            format!("`{field}` is not known")
        } else {
            format!("`{field}` is not known; expected one of: {}", expected.join(", "))
        };
        Self { field: Some(field.to_owned()), message }
    }
}

impl From<ArgumentError> for Error {
    fn from(error: ArgumentError) -> Self {
        match error.field {
            Some(field) => Self::validation(field, error.message),
            None => Self::invalid(error.message),
        }
    }
}

/// What `serde_json` says, for a client: without the place in the text, which here is not the client's, and without
/// the names of Rust's types.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    // An error without a place has none at its end, whatever an author's own text says.
    if error.line() > 0
        && let Some(end) = text.rfind(" at line ")
    {
        text.truncate(end);
    }
    if let Some((found, name)) = text.rsplit_once("expected ")
        && let Some(kind) = kind_of_number(name)
    {
        text = format!("{found}expected {kind}");
    }
    text
}

/// A type of numbers, as people say it.
fn kind_of_number(name: &str) -> Option<&'static str> {
    Some(match name {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" | "u128" => "a whole number from 0",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "i64" | "isize" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        _ => return None,
    })
}

//! What is in a document or an array.

use bson::RawDocument;
use bson::error::{Error, Result};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::name::{Name, text};
use super::value::Plain;
use super::{Value, unread};
use crate::storage::elements::Elements;

/// What is in a document or an array, one after the other.
pub(super) struct Inside<'de> {
    elements: Elements<'de>,
    value: Option<Value<'de>>,
    /// Whether the names are known beforehand by those who ask for them.
    is_structure: bool,
}

impl<'de> Inside<'de> {
    pub fn of(document: &'de RawDocument) -> Result<Self> {
        Ok(Self { elements: Elements::of(document)?, value: None, is_structure: false })
    }

    pub fn of_structure(document: &'de RawDocument) -> Result<Self> {
        Ok(Self { is_structure: true, ..Self::of(document)? })
    }

    fn value(&mut self) -> Result<Plain<'de>> {
        self.value.take().map(Plain).ok_or_else(unread)
    }
}

impl<'de> MapAccess<'de> for Inside<'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((name, value)) = self.elements.next_named_by_bytes()? else { return Ok(None) };
        self.value = Some(value);
        if self.is_structure {
            return seed.deserialize(Name(name)).map(Some);
        }
        seed.deserialize(text(name)?).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(self.value()?)
    }
}

impl<'de> SeqAccess<'de> for Inside<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some((_, value)) = self.elements.next()? else { return Ok(None) };
        seed.deserialize(Plain(value)).map(Some)
    }
}

impl<'de> EnumAccess<'de> for Inside<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Result<(V::Value, Self)> {
        let (name, value) = self.elements.next()?.ok_or_else(unread)?;
        self.value = Some(value);
        let variant: BorrowedStrDeserializer<'_, Error> = BorrowedStrDeserializer::new(name);
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> VariantAccess<'de> for Inside<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        Err(unread())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(mut self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.value()?)
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, _: usize, visitor: V) -> Result<V::Value> {
        self.value()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(mut self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.value()?.deserialize_map(visitor)
    }
}

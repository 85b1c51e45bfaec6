//! What is in a document or an array.

use bson::RawDocument;
use bson::error::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::name::{Name, text};
use super::unread;
use super::value::Plain;
use crate::elements::{Elements, Kind, text_of};

/// What is in a document or an array, one after the other.
pub(super) struct Inside<'de> {
    elements: Elements<'de>,
    /// The kind of the value that has not been read.
    kind: Option<Kind>,
    /// Whether the names are known beforehand by those who ask for them.
    is_structure: bool,
}

impl<'de> Inside<'de> {
    pub fn of(document: &'de RawDocument) -> Result<Self> {
        Ok(Self { elements: Elements::of(document)?, kind: None, is_structure: false })
    }

    pub fn of_structure(document: &'de RawDocument) -> Result<Self> {
        Ok(Self { is_structure: true, ..Self::of(document)? })
    }

    /// Behind one that cannot be read here nothing else is, though whoever asks goes on: nobody knows where it ends.
    #[inline]
    fn value(&mut self) -> Result<Plain<'de>> {
        let kind = self.kind.take().ok_or_else(unread)?;
        let value = self.elements.lying(kind).inspect_err(|_| self.elements.spoil())?;
        Ok(Plain(value))
    }
}

impl<'de> MapAccess<'de> for Inside<'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.kind.is_some() {
            self.value()?.0.read()?;
        }
        let Some((kind, name)) = self.elements.next_name()? else { return Ok(None) };
        self.kind = Some(kind);
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
        let next = self.elements.next_name().inspect_err(|_| self.elements.spoil())?;
        let Some((kind, name)) = next else { return Ok(None) };
        text_of(name).inspect_err(|_| self.elements.spoil())?;
        self.kind = Some(kind);
        seed.deserialize(self.value()?).map(Some)
    }
}

impl<'de> EnumAccess<'de> for Inside<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Result<(V::Value, Self)> {
        let (kind, name) = self.elements.next_name()?.ok_or_else(unread)?;
        self.kind = Some(kind);
        Ok((seed.deserialize(text(name)?)?, self))
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

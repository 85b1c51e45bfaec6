//! Fields that stand among those of another object.

#![allow(
    clippy::inline_always,
    reason = "a name is known when this is compiled where it stands in the code, and only there"
)]

use std::any::type_name;

use serde::ser::{Error, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

use super::items::Items;
use super::left::{Left, left};
use super::stored::Kind;
use super::writer::OF_SERDE_JSON;
use crate::format::STORED_DOCUMENT;

/// True if what writes with errors of type `E` writes here, or keeps what it is given for what writes here, as serde
/// does where it flattens and tags.
pub(crate) fn takes_in_place<E>() -> bool {
    type_name::<E>() == type_name::<Left>()
}

/// The key of an entry of a map: the fields of its value take the place of the entry. Only what [`takes_in_place`] is
/// given it.
pub(crate) struct InPlace;

impl Serialize for InPlace {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("it is no name"))
    }
}

/// Writes the fields of a value among those that are there.
pub(super) struct Fields<'i, 'w, 'b>(pub &'i mut Items<'w, 'b>);

type No = Impossible<(), Left>;

impl<'i, 'w, 'b> Serializer for Fields<'i, 'w, 'b> {
    type Ok = ();
    type Error = Left;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = Items<'i, 'b>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Items<'i, 'b>;

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Left> {
        Ok(self)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self, Left> {
        if name.starts_with(OF_SERDE_JSON) {
            return Err(Left);
        }
        Ok(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Left> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        if name != STORED_DOCUMENT {
            return value.serialize(self);
        }
        let Items { writer, first, .. } = self.0;
        let begun = writer.bytes.len();
        writer.stored(Kind::Fields { first: *first }, value)?;
        *first &= writer.bytes.len() == begun;
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        self.0.field(variant, value)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'i, 'b>, Left> {
        self.0.name(variant)?;
        Ok(Items::new(self.0.writer, b'[', b"]"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'i, 'b>, Left> {
        self.0.name(variant)?;
        Ok(Items::new(self.0.writer, b'{', b"}"))
    }

    left! {
        serialize_bool(bool) -> (), serialize_i8(i8) -> (), serialize_i16(i16) -> (), serialize_i32(i32) -> (),
        serialize_i64(i64) -> (), serialize_u8(u8) -> (), serialize_u16(u16) -> (), serialize_u32(u32) -> (),
        serialize_u64(u64) -> (), serialize_f32(f32) -> (), serialize_f64(f64) -> (), serialize_char(char) -> (),
        serialize_str(&str) -> (), serialize_bytes(&[u8]) -> (), serialize_none() -> (), serialize_unit() -> (),
        serialize_unit_struct(&'static str) -> (), serialize_unit_variant(&'static str, u32, &'static str) -> (),
        serialize_seq(Option<usize>) -> No, serialize_tuple(usize) -> No,
        serialize_tuple_struct(&'static str, usize) -> No,
    }
}

impl SerializeStruct for Fields<'_, '_, '_> {
    type Ok = ();
    type Error = Left;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Left> {
        self.0.field(name, value)
    }

    fn end(self) -> Result<(), Left> {
        Ok(())
    }
}

impl SerializeMap for Fields<'_, '_, '_> {
    type Ok = ();
    type Error = Left;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Left> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
        self.0.serialize_value(value)
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Left> {
        self.0.serialize_entry(key, value)
    }

    fn end(self) -> Result<(), Left> {
        Ok(())
    }
}

//! What is in an array or an object.

#![allow(
    clippy::inline_always,
    reason = "a name is known when this is compiled where it stands in the code, and only there"
)]

use std::any::type_name;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::key::Key;
use super::left::Left;
use super::place::{Fields, InPlace};
use super::text::write_known_name;
use super::writer::Writer;

/// What is in an array or an object, one after the other.
pub(super) struct Items<'w, 'b> {
    pub writer: &'w mut Writer<'b>,
    /// Whether nothing is there yet.
    pub first: bool,
    close: &'static [u8],
}

impl<'w, 'b> Items<'w, 'b> {
    pub fn new(writer: &'w mut Writer<'b>, open: u8, close: &'static [u8]) -> Self {
        writer.bytes.push(open);
        Self { writer, first: true, close }
    }

    fn separate(&mut self) {
        if !std::mem::replace(&mut self.first, false) {
            self.writer.bytes.push(b',');
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
        self.separate();
        value.serialize(&mut *self.writer)
    }

    #[inline(always)]
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Left> {
        self.name(name)?;
        value.serialize(&mut *self.writer)
    }

    #[inline(always)]
    pub fn name(&mut self, name: &'static str) -> Result<(), Left> {
        write_known_name(self.writer.bytes, std::mem::replace(&mut self.first, false), name)
    }

    fn close(self) {
        self.writer.bytes.extend_from_slice(self.close);
    }
}

macro_rules! items {
    ($($trait:ident: $method:ident),*) => {
        $(impl $trait for Items<'_, '_> {
            type Ok = ();
            type Error = Left;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
                self.item(value)
            }

            fn end(self) -> Result<(), Left> {
                self.close();
                Ok(())
            }
        })*
    };
}

items! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl $trait for Items<'_, '_> {
            type Ok = ();
            type Error = Left;

            #[inline(always)]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Left> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Left> {
                self.close();
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Left;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Left> {
        let first = std::mem::replace(&mut self.first, false);
        key.serialize(Key { writer: &mut *self.writer, first })
    }

    #[inline]
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Left> {
        if type_name::<K>() == type_name::<InPlace>() {
            return value.serialize(Fields(self));
        }
        self.serialize_key(key)?;
        self.serialize_value(value)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Left> {
        self.close();
        Ok(())
    }
}

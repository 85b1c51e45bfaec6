//! What is in an array or an object.

use std::any::type_name;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::Left;
use super::key::Key;
use super::stored::{FieldsOf, Kind};
use super::text::write_name;
use super::writer::Writer;

/// What is in an array or an object, one after the other.
pub(super) struct Items<'w, 'b> {
    writer: &'w mut Writer<'b>,
    first: bool,
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

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Left> {
        let first = std::mem::replace(&mut self.first, false);
        write_name(self.writer.bytes, first, name)?;
        value.serialize(&mut *self.writer)
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
        if type_name::<V>() == type_name::<FieldsOf<'_>>() {
            let begun = self.writer.bytes.len();
            self.writer.stored = Some(Kind::Fields { first: self.first });
            value.serialize(&mut *self.writer)?;
            self.first &= self.writer.bytes.len() == begun;
            return Ok(());
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

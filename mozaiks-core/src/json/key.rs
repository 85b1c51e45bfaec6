//! The names of fields.

use serde::ser::{Impossible, Serialize, Serializer};

use super::left::{Left, left};
use super::text::{write_known_name, write_name};
use super::writer::Writer;
use crate::format::{STORED_DATE, STORED_DOCUMENT, STORED_ID};

/// The name of a field, with what stands before and behind it: a text, or what has one.
pub(super) struct Key<'w, 'b> {
    pub writer: &'w mut Writer<'b>,
    /// Whether its field is the first one.
    pub first: bool,
}

impl Key<'_, '_> {
    /// Writes a name that is not a text as it comes.
    fn name(self, write: impl FnOnce(&mut Writer<'_>) -> Result<(), Left>) -> Result<(), Left> {
        if !self.first {
            self.writer.bytes.push(b',');
        }
        write(self.writer)?;
        self.writer.bytes.push(b':');
        Ok(())
    }
}

macro_rules! quoted {
    ($($method:ident($type:ty)),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<(), Left> {
            self.name(|writer| writer.quoted(value))
        })*
    };
}

type No = Impossible<(), Left>;

impl Serializer for Key<'_, '_> {
    type Ok = ();
    type Error = Left;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Left> {
        write_name(self.writer.bytes, self.first, text)
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Left> {
        write_known_name(self.writer.bytes, self.first, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        if matches!(name, STORED_DATE | STORED_ID | STORED_DOCUMENT) {
            return self.name(|writer| writer.serialize_newtype_struct(name, value));
        }
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Left> {
        Err(Left)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Left> {
        Err(Left)
    }

    quoted! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_bool(bool),
    }

    left! {
        serialize_f32(f32) -> (), serialize_f64(f64) -> (), serialize_char(char) -> (),
        serialize_bytes(&[u8]) -> (), serialize_none() -> (), serialize_unit() -> (),
        serialize_unit_struct(&'static str) -> (), serialize_seq(Option<usize>) -> No,
        serialize_tuple(usize) -> No, serialize_tuple_struct(&'static str, usize) -> No,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No,
        serialize_map(Option<usize>) -> No, serialize_struct(&'static str, usize) -> No,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No,
    }
}

//! What writes a value of a plain kind.

use serde::ser::{Serialize, Serializer};

use super::super::eval::MAX_DEPTH;
use super::super::reserved::may_be_reserved;
use super::fields::Fields;
use crate::elements::LENGTH;
use crate::elements::kinds::{
    ARRAY, BOOLEAN, DATE_TIME, DOCUMENT, DOUBLE, INT32, INT64, NULL, OBJECT_ID, STRING,
};
use crate::format::{LeftToBson, STORED_DATE, STORED_ID};
use crate::json::is_ascii_as_it_is;

/// How many bytes a date takes, and an id.
const DATE_LENGTH: usize = 8;
const ID_LENGTH: usize = 12;

/// Writes one value, with all that is in it.
pub(super) struct Writer<'b> {
    bytes: &'b mut Vec<u8>,
    /// Where the kind of the value stands that comes next: in front of its name, so it is written before it is known.
    kind_at: usize,
    /// The documents and arrays that have begun and not ended.
    depth: usize,
    /// Set while what comes next is a value as it is stored, of which the kind is written: how many bytes it has.
    stored: Option<usize>,
}

impl<'b> Writer<'b> {
    pub fn new(bytes: &'b mut Vec<u8>) -> Self {
        Self { bytes, kind_at: 0, depth: 0, stored: None }
    }

    /// Says of which kind the value is that comes next. The outermost is a document, which nothing says of it.
    fn kind(&mut self, kind: u8) -> Result<(), LeftToBson> {
        if self.depth == 0 {
            return if kind == DOCUMENT { Ok(()) } else { Err(LeftToBson) };
        }
        *self.bytes.get_mut(self.kind_at).ok_or(LeftToBson)? = kind;
        Ok(())
    }

    fn value<const N: usize>(&mut self, kind: u8, value: [u8; N]) -> Result<(), LeftToBson> {
        self.kind(kind)?;
        self.bytes.extend_from_slice(&value);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), LeftToBson> {
        self.kind(STRING)?;
        self.bytes.reserve(LENGTH + text.len() + 1);
        self.bytes.extend_from_slice(&length(text.len() + 1)?);
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
        Ok(())
    }

    /// Writes the name of a field.
    pub fn name(&mut self, name: &str) -> Result<(), LeftToBson> {
        self.check_name(name.as_bytes())?;
        self.kind_at = self.bytes.len();
        self.bytes.reserve(1 + name.len() + 1);
        self.bytes.push(NULL);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        Ok(())
    }

    /// Writes the name of a field that any type may be: what is written as a text.
    pub fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), LeftToBson> {
        let at = self.bytes.len();
        self.kind_at = at;
        self.bytes.push(NULL);
        key.serialize(&mut *self)?;
        // A text is its name with a length in front and a NUL behind it.
        let Some([STRING, _, _, _, _, name @ .., 0]) = self.bytes.get(at..) else { return Err(LeftToBson) };
        self.check_name(name)?;
        self.bytes.drain(at + 1..at + 1 + LENGTH);
        self.kind_at = at;
        Ok(())
    }

    fn check_name(&self, name: &[u8]) -> Result<(), LeftToBson> {
        // A name ends at its first NUL, and those with what else is seldom in one are not looked at any closer. Only the
        // outermost document has fields that are somebody's own.
        if !is_ascii_as_it_is(name) || self.depth == 1 && may_be_reserved(name) {
            return Err(LeftToBson);
        }
        Ok(())
    }

    /// Begins a document or an array; gives where.
    fn open(&mut self, kind: u8) -> Result<usize, LeftToBson> {
        self.kind(kind)?;
        if self.depth == MAX_DEPTH {
            return Err(LeftToBson);
        }
        self.depth += 1;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; LENGTH]);
        Ok(start)
    }

    /// Begins what a variant holds, in a document of which it is the only field.
    fn variant<'w>(&'w mut self, name: &str, kind: u8) -> Result<Fields<'w, 'b>, LeftToBson> {
        let outer = self.open(DOCUMENT)?;
        self.name(name)?;
        let start = self.open(kind)?;
        Ok(Fields::within(self, outer, start))
    }

    /// Ends the document or array that began there.
    pub fn close(&mut self, start: usize) -> Result<(), LeftToBson> {
        self.bytes.push(0);
        self.depth -= 1;
        let size = length(self.bytes.len() - start)?;
        *self.bytes.get_mut(start..).and_then(<[u8]>::first_chunk_mut).ok_or(LeftToBson)? = size;
        Ok(())
    }
}

fn length(length: usize) -> Result<[u8; LENGTH], LeftToBson> {
    i32::try_from(length).map(i32::to_le_bytes).map_err(|_| LeftToBson)
}

impl<'w, 'b> Serializer for &'w mut Writer<'b> {
    type Ok = ();
    type Error = LeftToBson;
    type SerializeSeq = Fields<'w, 'b>;
    type SerializeTuple = Fields<'w, 'b>;
    type SerializeTupleStruct = Fields<'w, 'b>;
    type SerializeTupleVariant = Fields<'w, 'b>;
    type SerializeMap = Fields<'w, 'b>;
    type SerializeStruct = Fields<'w, 'b>;
    type SerializeStructVariant = Fields<'w, 'b>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<(), LeftToBson> {
        self.value(BOOLEAN, [value.into()])
    }

    fn serialize_i8(self, value: i8) -> Result<(), LeftToBson> {
        self.serialize_i32(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), LeftToBson> {
        self.serialize_i32(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), LeftToBson> {
        self.value(INT32, value.to_le_bytes())
    }

    fn serialize_i64(self, value: i64) -> Result<(), LeftToBson> {
        self.value(INT64, value.to_le_bytes())
    }

    fn serialize_u8(self, value: u8) -> Result<(), LeftToBson> {
        self.serialize_i32(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), LeftToBson> {
        self.serialize_i32(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), LeftToBson> {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), LeftToBson> {
        self.serialize_i64(value.try_into().map_err(|_| LeftToBson)?)
    }

    fn serialize_f32(self, value: f32) -> Result<(), LeftToBson> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), LeftToBson> {
        self.value(DOUBLE, value.to_le_bytes())
    }

    /// As a value it is a text, as a key it is nothing: which of the two it is here, nothing tells.
    fn serialize_char(self, _: char) -> Result<(), LeftToBson> {
        Err(LeftToBson)
    }

    fn serialize_str(self, text: &str) -> Result<(), LeftToBson> {
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), LeftToBson> {
        if self.stored.take() != Some(bytes.len()) {
            return Err(LeftToBson);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), LeftToBson> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), LeftToBson> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), LeftToBson> {
        self.kind(NULL)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), LeftToBson> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), LeftToBson> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), LeftToBson> {
        if !name.starts_with('$') {
            return value.serialize(self);
        }
        // The others are `bson`'s, to which they mean something.
        let (kind, length) = match name {
            STORED_DATE => (DATE_TIME, DATE_LENGTH),
            STORED_ID => (OBJECT_ID, ID_LENGTH),
            _ => return Err(LeftToBson),
        };
        self.kind(kind)?;
        self.stored = Some(length);
        value.serialize(&mut *self)?;
        // Where the bytes have become something else on their way, nothing is written.
        if self.stored.is_none() { Ok(()) } else { Err(LeftToBson) }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), LeftToBson> {
        let start = self.open(DOCUMENT)?;
        self.name(variant)?;
        value.serialize(&mut *self)?;
        self.close(start)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Fields<'w, 'b>, LeftToBson> {
        let start = self.open(ARRAY)?;
        Ok(Fields::new(self, start))
    }

    fn serialize_tuple(self, _: usize) -> Result<Fields<'w, 'b>, LeftToBson> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Fields<'w, 'b>, LeftToBson> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'w, 'b>, LeftToBson> {
        self.variant(variant, ARRAY)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'w, 'b>, LeftToBson> {
        let start = self.open(DOCUMENT)?;
        Ok(Fields::new(self, start))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'w, 'b>, LeftToBson> {
        if name.starts_with('$') {
            // These are values of kinds that only `bson` knows.
            return Err(LeftToBson);
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'w, 'b>, LeftToBson> {
        self.variant(variant, DOCUMENT)
    }
}

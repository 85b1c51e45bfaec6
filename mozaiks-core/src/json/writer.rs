//! What writes a value of any kind.

use bson::RawDocument;
use serde::ser::{Serialize, Serializer};

use super::document::{write_date, write_fields, write_id};
use super::items::Items;
use super::left::Left;
use super::stored::Kind;
use super::text::{write_bool, write_rare, write_text};
use crate::datetime::rfc3339::Dates;
use crate::format::{STORED_DATE, STORED_DOCUMENT, STORED_ID};

/// How the names of what only `serde_json` knows how to write begin.
pub(super) const OF_SERDE_JSON: &str = "$serde_json::private";

/// Writes one value, with all that is in it.
pub(super) struct Writer<'b> {
    pub bytes: &'b mut Vec<u8>,
    /// Set while what comes next is bytes that are stored so.
    stored: Option<Kind>,
    pub dates: Dates,
}

impl<'b> Writer<'b> {
    pub fn new(bytes: &'b mut Vec<u8>) -> Self {
        Self { bytes, stored: None, dates: Dates::new() }
    }

    pub fn text(&mut self, text: &str) -> Result<(), Left> {
        write_text(self.bytes, text)
    }

    fn rare<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Left> {
        write_rare(self.bytes, value)
    }

    pub fn quoted<T: Serialize>(&mut self, value: T) -> Result<(), Left> {
        self.bytes.push(b'"');
        self.rare(&value)?;
        self.bytes.push(b'"');
        Ok(())
    }

    /// Writes bytes that are stored so. Where they have become something else on their way, nothing is.
    #[inline]
    pub fn stored<T: Serialize + ?Sized>(&mut self, kind: Kind, bytes: &T) -> Result<(), Left> {
        self.stored = Some(kind);
        bytes.serialize(&mut *self)?;
        if self.stored.is_none() { Ok(()) } else { Err(Left) }
    }

    fn open(&mut self, variant: &str) -> Result<(), Left> {
        self.bytes.push(b'{');
        self.text(variant)?;
        self.bytes.push(b':');
        Ok(())
    }
}

macro_rules! rare {
    ($($method:ident($type:ty)),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<(), Left> {
            self.rare(&value)
        })*
    };
}

impl<'w, 'b> Serializer for &'w mut Writer<'b> {
    type Ok = ();
    type Error = Left;
    type SerializeSeq = Items<'w, 'b>;
    type SerializeTuple = Items<'w, 'b>;
    type SerializeTupleStruct = Items<'w, 'b>;
    type SerializeTupleVariant = Items<'w, 'b>;
    type SerializeMap = Items<'w, 'b>;
    type SerializeStruct = Items<'w, 'b>;
    type SerializeStructVariant = Items<'w, 'b>;

    rare! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
        serialize_f32(f32), serialize_f64(f64), serialize_char(char),
    }

    fn serialize_bool(self, value: bool) -> Result<(), Left> {
        write_bool(self.bytes, value);
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Left> {
        self.text(text)
    }

    /// Bytes of which nothing is known may be stored ones whose name somebody has left out.
    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Left> {
        match self.stored.take().ok_or(Left)? {
            Kind::Date => write_date(self, i64::from_le_bytes(bytes.try_into().map_err(|_| Left)?)),
            Kind::Id => {
                write_id(self.bytes, bytes.try_into().map_err(|_| Left)?);
                Ok(())
            }
            Kind::Fields { first } => {
                let document = RawDocument::from_bytes(bytes).map_err(|_| Left)?;
                write_fields(self, first, document)
            }
        }
    }

    fn serialize_none(self) -> Result<(), Left> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Left> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Left> {
        self.bytes.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Left> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Left> {
        self.text(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        match name {
            STORED_DATE => self.stored(Kind::Date, value),
            STORED_ID => self.stored(Kind::Id, value),
            // No entry has been begun with it: somebody else has kept it or taken the entry apart.
            STORED_DOCUMENT => Err(Left),
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Left> {
        self.open(variant)?;
        value.serialize(&mut *self)?;
        self.bytes.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'b>, Left> {
        Ok(Items::new(self, b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'w, 'b>, Left> {
        Ok(Items::new(self, b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'w, 'b>, Left> {
        Ok(Items::new(self, b'[', b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'w, 'b>, Left> {
        self.open(variant)?;
        Ok(Items::new(self, b'[', b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'w, 'b>, Left> {
        Ok(Items::new(self, b'{', b"}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Items<'w, 'b>, Left> {
        if name.starts_with(OF_SERDE_JSON) {
            return Err(Left);
        }
        Ok(Items::new(self, b'{', b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'w, 'b>, Left> {
        self.open(variant)?;
        Ok(Items::new(self, b'{', b"}}"))
    }
}

//! The values of a document: found where they lie, and read.

use bson::RawDocument;

use super::Unread;
use super::kinds::{self, Kind};

/// A value of a document, as far as it can be told from its kind and length alone. Texts are texts, or bytes that
/// nobody has looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'d, T = &'d str> {
    Double(f64),
    String(T),
    Document(&'d RawDocument),
    Array(&'d RawDocument),
    ObjectId(&'d [u8; 12]),
    Boolean(bool),
    /// In milliseconds.
    DateTime(i64),
    Null,
    Int32(i32),
    Int64(i64),
}

/// A value that has been found and not been read. A [`Value`] that is handed on goes through memory, bit by bit, and is
/// waited for there; this one is put together where it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lying<'d> {
    kind: Kind,
    /// Of a text, without its length and its end.
    bytes: &'d [u8],
}

impl<'d> From<&'d RawDocument> for Lying<'d> {
    fn from(document: &'d RawDocument) -> Self {
        Self { kind: Kind(kinds::DOCUMENT), bytes: document.as_bytes() }
    }
}

impl<'d> Lying<'d> {
    #[inline]
    pub fn new(kind: Kind, bytes: &'d [u8]) -> Self {
        Self { kind, bytes }
    }

    /// The byte that says what it is.
    #[inline]
    pub fn kind(self) -> u8 {
        self.kind.0
    }

    /// What it is.
    pub fn read(self) -> Result<Value<'d>, Unread> {
        self.read_with(text_of)
    }

    /// What it is, with a text as whoever asks wants it.
    #[inline]
    pub fn read_with<T>(
        self,
        text_of: impl FnOnce(&'d [u8]) -> Result<T, Unread>,
    ) -> Result<Value<'d, T>, Unread> {
        Ok(match self.kind.0 {
            kinds::DOUBLE => Value::Double(self.double()?),
            kinds::STRING => Value::String(text_of(self.bytes)?),
            kinds::DOCUMENT => Value::Document(self.document()?),
            kinds::ARRAY => Value::Array(self.document()?),
            kinds::OBJECT_ID => Value::ObjectId(self.id()?),
            kinds::BOOLEAN => Value::Boolean(self.boolean()?),
            kinds::DATE_TIME => Value::DateTime(self.int64()?),
            kinds::NULL => Value::Null,
            kinds::INT32 => Value::Int32(self.int32()?),
            kinds::INT64 => Value::Int64(self.int64()?),
            _ => return Err(Unread),
        })
    }

    /// A double.
    #[inline]
    pub fn double(self) -> Result<f64, Unread> {
        self.fixed().map(f64::from_le_bytes)
    }

    /// A text.
    #[inline]
    pub fn text(self) -> Result<&'d str, Unread> {
        text_of(self.bytes)
    }

    /// A document or an array.
    #[inline]
    pub fn document(self) -> Result<&'d RawDocument, Unread> {
        RawDocument::from_bytes(self.bytes).map_err(|_| Unread)
    }

    /// The bytes of an ObjectId.
    #[inline]
    pub fn id(self) -> Result<&'d [u8; 12], Unread> {
        self.bytes.try_into().map_err(|_| Unread)
    }

    /// A boolean.
    #[inline]
    pub fn boolean(self) -> Result<bool, Unread> {
        match self.bytes {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Unread),
        }
    }

    /// A number of 32 bits.
    #[inline]
    pub fn int32(self) -> Result<i32, Unread> {
        self.fixed().map(i32::from_le_bytes)
    }

    /// A number of 64 bits, or a date in milliseconds.
    #[inline]
    pub fn int64(self) -> Result<i64, Unread> {
        self.fixed().map(i64::from_le_bytes)
    }

    #[inline]
    fn fixed<const N: usize>(self) -> Result<[u8; N], Unread> {
        self.bytes.try_into().map_err(|_| Unread)
    }
}

pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, Unread> {
    std::str::from_utf8(bytes).map_err(|_| Unread)
}

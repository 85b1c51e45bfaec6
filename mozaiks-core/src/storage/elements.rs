//! The elements of a document, read from its bytes: the kinds that nearly all documents are made of, and no other.
//!
//! It only ever says what is there. Whoever meets something else, or something wrong, leaves the document to `bson`,
//! which knows every kind and has the words for every mistake.

use bson::RawDocument;

/// How many bytes a length takes.
const LENGTH: usize = 4;

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

/// The elements of a document, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'d> {
    rest: &'d [u8],
}

/// Something that is not read here.
#[derive(Debug)]
pub(crate) struct Unread;

impl<'d> Elements<'d> {
    pub fn of(document: &'d RawDocument) -> Result<Self, Unread> {
        match document.as_bytes() {
            [_, _, _, _, rest @ .., 0] => Ok(Self { rest }),
            _ => Err(Unread),
        }
    }

    /// The next name and value.
    pub fn next(&mut self) -> Result<Option<(&'d str, Value<'d>)>, Unread> {
        let Some((name, value)) = self.next_named_by_bytes()? else { return Ok(None) };
        Ok(Some((text_of(name)?, value)))
    }

    /// The next name and value, with the name as it lies there.
    #[inline]
    pub fn next_named_by_bytes(&mut self) -> Result<Option<(&'d [u8], Value<'d>)>, Unread> {
        let Some((name, value)) = self.next_bytes()? else { return Ok(None) };
        let value = match value {
            Value::String(text) => Value::String(text_of(text)?),
            Value::Double(value) => Value::Double(value),
            Value::Document(document) => Value::Document(document),
            Value::Array(array) => Value::Array(array),
            Value::ObjectId(id) => Value::ObjectId(id),
            Value::Boolean(value) => Value::Boolean(value),
            Value::DateTime(millis) => Value::DateTime(millis),
            Value::Null => Value::Null,
            Value::Int32(value) => Value::Int32(value),
            Value::Int64(value) => Value::Int64(value),
        };
        Ok(Some((name, value)))
    }

    /// The next name and value, with texts as they lie there.
    #[inline]
    #[allow(clippy::type_complexity, reason = "it is what `next` gives, with bytes for texts")]
    pub fn next_bytes(&mut self) -> Result<Option<(&'d [u8], Value<'d, &'d [u8]>)>, Unread> {
        let Some((kind, rest)) = self.rest.split_first() else { return Ok(None) };
        let end = rest.iter().position(|byte| *byte == 0).ok_or(Unread)?;
        let (name, rest) = rest.split_at(end);
        self.rest = rest.get(1..).ok_or(Unread)?;
        let value = match kind {
            0x01 => Value::Double(f64::from_le_bytes(self.take()?)),
            0x02 => match self.take_slice(LENGTH)? {
                [_, _, _, _, text @ .., 0] => Value::String(text),
                _ => return Err(Unread),
            },
            0x03 => Value::Document(self.take_document()?),
            0x04 => Value::Array(self.take_document()?),
            0x07 => Value::ObjectId(self.take_first()?),
            0x08 => match self.take()? {
                [0] => Value::Boolean(false),
                [1] => Value::Boolean(true),
                _ => return Err(Unread),
            },
            0x09 => Value::DateTime(i64::from_le_bytes(self.take()?)),
            0x0A => Value::Null,
            0x10 => Value::Int32(i32::from_le_bytes(self.take()?)),
            0x12 => Value::Int64(i64::from_le_bytes(self.take()?)),
            _ => return Err(Unread),
        };
        Ok(Some((name, value)))
    }

    fn take_first<const N: usize>(&mut self) -> Result<&'d [u8; N], Unread> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Unread)?;
        self.rest = rest;
        Ok(taken)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Unread> {
        self.take_first().copied()
    }

    /// A length, and what it counts: itself or not, so it is said how much more there is.
    fn take_slice(&mut self, more: usize) -> Result<&'d [u8], Unread> {
        let length = self.rest.first_chunk::<LENGTH>().ok_or(Unread)?;
        let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| Unread)?;
        let (taken, rest) = self.rest.split_at_checked(length.saturating_add(more)).ok_or(Unread)?;
        self.rest = rest;
        Ok(taken)
    }

    fn take_document(&mut self) -> Result<&'d RawDocument, Unread> {
        RawDocument::from_bytes(self.take_slice(0)?).map_err(|_| Unread)
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, Unread> {
    std::str::from_utf8(bytes).map_err(|_| Unread)
}

//! The elements of a document, read from its bytes: the kinds that nearly all documents are made of, and no other.
//!
//! It only ever says what is there. Whoever meets something else, or something wrong, leaves the document to `bson`,
//! which knows every kind and has the words for every mistake.

pub(crate) mod kinds;

use bson::RawDocument;
use bson::oid::ObjectId;

/// How many bytes the length of a document or text takes.
pub(crate) const LENGTH: usize = 4;

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

/// What a value is, as it stands before its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind(u8);

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

    /// Has nothing more be read, since nobody knows where it would be.
    #[cold]
    pub fn spoil(&mut self) {
        // A kind without a name.
        self.rest = &[0];
    }

    /// The next name and value.
    pub fn next(&mut self) -> Result<Option<(&'d str, Value<'d>)>, Unread> {
        let Some((kind, name)) = self.next_name()? else { return Ok(None) };
        let value = self.value(kind)?;
        Ok(Some((text_of(name)?, value)))
    }

    /// The next name as it lies there, and the kind of its value, which is to be read next.
    #[inline]
    pub fn next_name(&mut self) -> Result<Option<(Kind, &'d [u8])>, Unread> {
        let Some((kind, named)) = self.rest.split_first() else { return Ok(None) };
        let (name, rest) = named.split_at_checked(length_of_name(named)?).ok_or(Unread)?;
        self.rest = rest.get(1..).ok_or(Unread)?;
        Ok(Some((Kind(*kind), name)))
    }

    /// The value of the name before.
    pub fn value(&mut self, kind: Kind) -> Result<Value<'d>, Unread> {
        self.lying(kind)?.read()
    }

    /// The value of the name before, as it lies there.
    #[inline]
    pub fn lying(&mut self, kind: Kind) -> Result<Lying<'d>, Unread> {
        /// What comes back is two words, which need no memory.
        #[inline(never)]
        fn take<'d>(elements: &mut Elements<'d>, kind: Kind) -> Result<&'d [u8], Unread> {
            elements.take_value(kind)
        }
        Ok(Lying { kind, bytes: take(self, kind)? })
    }

    /// The next name and value, with texts as they lie there.
    #[inline]
    #[allow(clippy::type_complexity, reason = "it is what `next` gives, with bytes for texts")]
    pub fn next_bytes(&mut self) -> Result<Option<(&'d [u8], Value<'d, &'d [u8]>)>, Unread> {
        let Some((kind, name)) = self.next_name()? else { return Ok(None) };
        Ok(Some((name, self.value_with(kind, Ok)?)))
    }

    /// The next value, with texts as they lie there. The name is for somebody else to read: of bytes in which it is
    /// the first, and that do not end with the document, how long it is.
    #[allow(clippy::redundant_closure, reason = "it makes the value be read here, where it is used at once")]
    #[inline]
    pub fn next_value<E: From<Unread>>(
        &mut self,
        read_name: impl FnOnce(&'d [u8]) -> Result<usize, E>,
    ) -> Result<Option<Value<'d, &'d [u8]>>, E> {
        let Some((kind, named)) = self.rest.split_first() else { return Ok(None) };
        let length = read_name(named)?;
        self.rest = named.get(length + 1..).ok_or(Unread)?;
        Ok(Some(self.value_with(Kind(*kind), |text| Ok(text))?))
    }

    #[inline]
    fn value_with<T>(
        &mut self,
        kind: Kind,
        text_of: impl FnOnce(&'d [u8]) -> Result<T, Unread>,
    ) -> Result<Value<'d, T>, Unread> {
        Lying { kind, bytes: self.take_value(kind)? }.read_with(text_of)
    }

    #[inline]
    fn take_value(&mut self, kind: Kind) -> Result<&'d [u8], Unread> {
        match kind.0 {
            kinds::STRING => match self.take_slice(LENGTH)? {
                [_, _, _, _, text @ .., 0] => Ok(text),
                _ => Err(Unread),
            },
            kinds::DOCUMENT | kinds::ARRAY => match self.take_slice(0)? {
                document @ [_, _, _, _, .., 0] => Ok(document),
                _ => Err(Unread),
            },
            kinds::DOUBLE | kinds::DATE_TIME | kinds::INT64 => self.take(size_of::<i64>()),
            kinds::INT32 => self.take(size_of::<i32>()),
            kinds::BOOLEAN => self.take(1),
            kinds::OBJECT_ID => self.take(size_of::<ObjectId>()),
            kinds::NULL => Ok(&[]),
            _ => Err(Unread),
        }
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'d [u8], Unread> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Unread)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length, and what it counts: itself or not, so it is said how much more there is.
    #[inline]
    fn take_slice(&mut self, more: usize) -> Result<&'d [u8], Unread> {
        let length = self.rest.first_chunk::<LENGTH>().ok_or(Unread)?;
        let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| Unread)?;
        self.take(length.saturating_add(more))
    }
}

/// A value that has been found and not been read. It is handed on in registers, where a [`Value`] goes through memory,
/// and stalls there.
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
    /// The byte that says what it is.
    #[inline]
    pub fn kind(self) -> u8 {
        self.kind.0
    }

    /// What it is.
    pub fn read(self) -> Result<Value<'d>, Unread> {
        self.read_with(text_of)
    }

    #[inline]
    fn read_with<T>(
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

/// How many bytes there are before the first zero.
#[inline]
pub(crate) fn length_of_name(bytes: &[u8]) -> Result<usize, Unread> {
    const ONES: u64 = u64::MAX / 0xFF;
    let (words, _) = bytes.as_chunks::<8>();
    let mut passed = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest bit that is set is the highest one of the first byte that is zero.
        let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if zeros != 0 {
            return Ok(passed + (zeros.trailing_zeros() / 8) as usize);
        }
        passed += 8;
    }
    let rest = bytes.iter().skip(passed).position(|byte| *byte == 0).ok_or(Unread)?;
    Ok(passed + rest)
}

pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, Unread> {
    std::str::from_utf8(bytes).map_err(|_| Unread)
}

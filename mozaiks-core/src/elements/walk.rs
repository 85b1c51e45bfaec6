//! From one element of a document to the next.

use bson::RawDocument;
use bson::oid::ObjectId;

use super::kinds::{self, Kind};
use super::value::{Lying, Value, text_of};
use super::{LENGTH, Unread};

/// The elements of a document, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'d> {
    rest: &'d [u8],
}

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
        let value = self.lying(kind)?.read()?;
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

    /// The value of the name before, as it lies there.
    #[inline]
    pub fn lying(&mut self, kind: Kind) -> Result<Lying<'d>, Unread> {
        /// What comes back is two words, which need no memory.
        #[inline(never)]
        fn take<'d>(elements: &mut Elements<'d>, kind: Kind) -> Result<&'d [u8], Unread> {
            elements.take_value(kind)
        }
        Ok(Lying::new(kind, take(self, kind)?))
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
        Lying::new(kind, self.take_value(kind)?).read_with(text_of)
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

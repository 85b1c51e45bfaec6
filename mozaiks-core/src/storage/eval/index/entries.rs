//! The keys of a document: its values at the fields of an index, arrays taken apart.

use bson::{RawArray, RawBsonRef, RawDocument};
use smallvec::SmallVec;

use crate::storage::StorageError;

use super::{
    super::path::{Corrupt, Part, elements, field},
    IndexKeys, encode,
};

/// The most bytes that the keys of one document may have in one index.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The most keys that one document may have in one index.
const MAX_KEYS: usize = 100_000;

/// Where a field's way through a document stands.
#[derive(Clone, Copy)]
enum Cursor<'a, 'p> {
    /// At a value; none if the field is missing.
    End(Option<RawBsonRef<'a>>),
    /// At an array, with what is left of the path in its elements.
    Array(&'a RawArray, &'p [Part]),
}

type Cursors<'a, 'p> = SmallVec<[Cursor<'a, 'p>; 2]>;

/// What is gathered for one document.
struct Gathered<'i> {
    index: &'i IndexKeys,
    keys: SmallVec<[Vec<u8>; 1]>,
    bytes: usize,
}

pub(super) fn keys(
    index: &IndexKeys,
    document: &RawDocument,
) -> Result<SmallVec<[Vec<u8>; 1]>, StorageError> {
    let document = RawBsonRef::Document(document);
    let start = index.fields.iter().map(|field| descend(index, document, field.path.parts()));
    let start: Cursors<'_, '_> = start.collect::<Result<_, _>>()?;
    let mut gathered = Gathered { index, keys: SmallVec::new(), bytes: 0 };
    gathered.expand(&start)?;
    let mut keys = gathered.keys;
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

impl Gathered<'_> {
    /// Takes the array apart that fields have come to, until all are at their values.
    fn expand(&mut self, cursors: &Cursors<'_, '_>) -> Result<(), StorageError> {
        let mut arrays = cursors.iter().filter_map(|cursor| match cursor {
            Cursor::Array(array, _) => Some(*array),
            Cursor::End(_) => None,
        });
        let Some(array) = arrays.next() else { return self.add(cursors) };
        if arrays.any(|other| !same(array, other)) {
            return Err(wrong(
                self.index,
                "cannot index parallel arrays: of its fields, one may be an array",
            ));
        }
        let mut empty = true;
        for element in elements(array) {
            let element = element.map_err(|Corrupt| unreadable())?;
            empty = false;
            self.step(cursors, |rest| match element {
                element if rest.is_empty() => Ok(Cursor::End(Some(element))),
                RawBsonRef::Document(_) => descend(self.index, element, rest),
                _ => Ok(Cursor::End(None)),
            })?;
        }
        if empty {
            let undefined = |rest: &[Part]| rest.is_empty().then_some(RawBsonRef::Undefined);
            self.step(cursors, |rest| Ok(Cursor::End(undefined(rest))))?;
        }
        Ok(())
    }

    /// Goes on with what each field that waits at the array comes to.
    fn step<'a, 'p>(
        &mut self,
        cursors: &Cursors<'a, 'p>,
        next: impl Fn(&'p [Part]) -> Result<Cursor<'a, 'p>, StorageError>,
    ) -> Result<(), StorageError> {
        let stepped = cursors.iter().map(|cursor| match cursor {
            Cursor::Array(_, rest) => next(rest),
            end @ Cursor::End(_) => Ok(*end),
        });
        let stepped: Cursors<'a, 'p> = stepped.collect::<Result<_, _>>()?;
        self.expand(&stepped)
    }

    fn add(&mut self, values: &Cursors<'_, '_>) -> Result<(), StorageError> {
        if self.index.index.sparse && values.iter().all(|value| matches!(value, Cursor::End(None))) {
            return Ok(());
        }
        let mut key = Vec::with_capacity(12 * values.len());
        for (field, value) in self.index.fields.iter().zip(values) {
            let start = key.len();
            if let Cursor::End(value) = value {
                encode::push(value.unwrap_or(RawBsonRef::Null), &mut key)?;
            }
            if field.descending {
                key.iter_mut().skip(start).for_each(|byte| *byte = !*byte);
            }
        }
        self.bytes += key.len();
        if self.keys.len() >= MAX_KEYS || self.bytes > MAX_BYTES {
            let index = &self.index.index.name;
            return Err(StorageError::TooLarge(
                format!(
                    "the document has more than {MAX_KEYS} keys, or 32 MiB of them, in the index `{index}`"
                )
                .into(),
            ));
        }
        self.keys.push(key);
        Ok(())
    }
}

/// Follows a path to its value, or to an array that has to be taken apart.
fn descend<'a, 'p>(
    index: &IndexKeys,
    mut value: RawBsonRef<'a>,
    mut parts: &'p [Part],
) -> Result<Cursor<'a, 'p>, StorageError> {
    loop {
        let Some((part, rest)) = parts.split_first() else {
            return Ok(match value {
                RawBsonRef::Array(array) => Cursor::Array(array, parts),
                value => Cursor::End(Some(value)),
            });
        };
        let next = match value {
            RawBsonRef::Document(document) => field(document, &part.name).map_err(|Corrupt| unreadable())?,
            RawBsonRef::Array(array) => match at(index, array, part)? {
                Some(element) => Some(element),
                None => return Ok(Cursor::Array(array, parts)),
            },
            _ => None,
        };
        match next {
            Some(next) => (value, parts) = (next, rest),
            None => return Ok(Cursor::End(None)),
        }
    }
}

/// The element at the place that a part of a path means, if it means one. A name among the elements' fields that is
/// the same number makes it ambiguous.
fn at<'a>(
    index: &IndexKeys,
    array: &'a RawArray,
    part: &Part,
) -> Result<Option<RawBsonRef<'a>>, StorageError> {
    let Some(position) = part.index else { return Ok(None) };
    let (mut found, mut named) = (None, false);
    for (place, element) in elements(array).enumerate() {
        let element = element.map_err(|Corrupt| unreadable())?;
        if place == position {
            found = Some(element);
        }
        if let RawBsonRef::Document(document) = element {
            named = named || field(document, &part.name).map_err(|Corrupt| unreadable())?.is_some();
        }
    }
    if found.is_some() && named {
        let name = &part.name;
        return Err(wrong(
            index,
            format!("`{name}` is a place in an array and a name in its elements: it is ambiguous"),
        ));
    }
    Ok(found)
}

/// Whether two arrays are one in the document: they start at the same byte.
fn same(a: &RawArray, b: &RawArray) -> bool {
    std::ptr::eq(a.as_bytes().as_ptr(), b.as_bytes().as_ptr())
}

fn wrong(index: &IndexKeys, why: impl std::fmt::Display) -> StorageError {
    StorageError::invalid(format!("the index `{}`: {why}", index.index.name))
}

fn unreadable() -> StorageError {
    StorageError::codec("the document is not valid BSON")
}

//! Values as bytes that compare as the values do.
//!
//! A value is a byte for its type and then as much as its type needs, so that it ends by itself.

use bson::{RawBsonRef, RawDocument, raw::RawIter, spec::ElementType};

use crate::storage::StorageError;

use super::{
    super::{
        document::{MAX_DEPTH, unreadable},
        kind::Bracket,
        number::Number,
    },
    number,
};

/// Ends texts, documents and arrays. It is below every byte that goes on.
const END: u8 = 0;

/// Stands in texts before the two bytes that cannot stand for themselves: the end, and this one.
const ESCAPE: u8 = 1;

/// A value as bytes: their order is that of [`compare`](super::super::compare), the same bytes are equal values, and
/// no value's bytes begin with those of another.
///
/// An error is a value that cannot be read, or is nested deeper than a document may be.
pub fn encode_value(value: RawBsonRef<'_>) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::with_capacity(16);
    push(value, &mut bytes)?;
    Ok(bytes)
}

/// The least first byte of a type bracket's values. The next seven are the bracket's too.
pub(super) fn first_byte(bracket: Bracket) -> u8 {
    (bracket as u8 + 1) * 8
}

/// The least first byte beyond a bracket's values.
pub(super) fn end_byte(bracket: Bracket) -> u8 {
    first_byte(bracket) + 8
}

pub(super) fn push(value: RawBsonRef<'_>, bytes: &mut Vec<u8>) -> Result<(), StorageError> {
    push_nested(value, bytes, 0)
}

fn push_nested(value: RawBsonRef<'_>, bytes: &mut Vec<u8>, depth: usize) -> Result<(), StorageError> {
    if depth > MAX_DEPTH {
        return Err(StorageError::TooLarge(
            format!("a value of an index is nested deeper than {MAX_DEPTH} levels").into(),
        ));
    }
    let kind = first_byte(Bracket::of(value.element_type()));
    if let Some(value) = Number::of(value) {
        number::push(value, kind, bytes);
        return Ok(());
    }
    bytes.push(kind);
    match value {
        RawBsonRef::String(text) | RawBsonRef::Symbol(text) | RawBsonRef::JavaScriptCode(text) => {
            push_text(text, bytes);
        }
        RawBsonRef::Document(document) => push_document(document, bytes, depth)?,
        RawBsonRef::Array(array) => push_fields(array.iter_elements(), false, bytes, depth)?,
        RawBsonRef::Binary(binary) => {
            // A document has at most 16 MiB.
            let length = u32::try_from(binary.bytes.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.push(binary.subtype.into());
            bytes.extend_from_slice(binary.bytes);
        }
        RawBsonRef::ObjectId(id) => bytes.extend_from_slice(&id.bytes()),
        RawBsonRef::Boolean(value) => bytes.push(value.into()),
        RawBsonRef::DateTime(date) => {
            // With the sign turned, the bits of an integer order as it does.
            let bits = date.timestamp_millis() ^ i64::MIN;
            bytes.extend_from_slice(&bits.to_be_bytes());
        }
        RawBsonRef::Timestamp(timestamp) => {
            bytes.extend_from_slice(&timestamp.time.to_be_bytes());
            bytes.extend_from_slice(&timestamp.increment.to_be_bytes());
        }
        RawBsonRef::RegularExpression(regex) => {
            push_text(regex.pattern.as_str(), bytes);
            push_text(regex.options.as_str(), bytes);
        }
        RawBsonRef::JavaScriptCodeWithScope(code) => {
            push_text(code.code, bytes);
            push_document(code.scope, bytes, depth)?;
        }
        // What tells two of these apart, in `compare` too.
        RawBsonRef::DbPointer(pointer) => push_text(&format!("{pointer:?}"), bytes),
        // One value each: MinKey, undefined, null, MaxKey.
        _ => {}
    }
    Ok(())
}

fn push_document(document: &RawDocument, bytes: &mut Vec<u8>, depth: usize) -> Result<(), StorageError> {
    push_fields(document.iter_elements(), true, bytes, depth)
}

fn push_fields(
    elements: RawIter<'_>,
    named: bool,
    bytes: &mut Vec<u8>,
    depth: usize,
) -> Result<(), StorageError> {
    for element in elements {
        let element = element.map_err(|error| unreadable(&error))?;
        if named {
            // Fields compare by type, then name, then value.
            let kind: ElementType = element.element_type();
            bytes.push(first_byte(Bracket::of(kind)));
            push_text(element.key().as_str(), bytes);
        }
        push_nested(element.value().map_err(|error| unreadable(&error))?, bytes, depth + 1)?;
    }
    bytes.push(END);
    Ok(())
}

fn push_text(text: &str, bytes: &mut Vec<u8>) {
    let text = text.as_bytes();
    if text.iter().any(|byte| *byte <= ESCAPE) {
        for byte in text {
            match *byte {
                byte @ (END | ESCAPE) => bytes.extend([ESCAPE, byte + 1]),
                byte => bytes.push(byte),
            }
        }
    } else {
        bytes.extend_from_slice(text);
    }
    bytes.push(END);
}

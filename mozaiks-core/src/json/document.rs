//! Stored values in their forms in replies.

use bson::RawDocument;
use bson::oid::ObjectId;

use super::Left;
use super::text::{write_bool, write_rare, write_short, write_unseen, write_unseen_name};
use crate::datetime::DateTime;
use crate::datetime::rfc3339::Text;
use crate::storage::elements::{Elements, Value, length_of_name};
use crate::storage::hex_digits;

/// Writes the fields of a document, if they are all plain.
pub(super) fn write_fields(bytes: &mut Vec<u8>, first: bool, document: &RawDocument) -> Result<(), Left> {
    write_items(bytes, first, document, false)
}

/// Writes what is in a document; or in an array, which is a document whose names are numbers.
fn write_items(bytes: &mut Vec<u8>, first: bool, document: &RawDocument, is_array: bool) -> Result<(), Left> {
    let mut elements = Elements::of(document)?;
    let mut first = first;
    loop {
        let begin = |named| {
            if !is_array {
                return write_unseen_name(bytes, first, named);
            }
            if !first {
                bytes.push(b',');
            }
            Ok(length_of_name(named)?)
        };
        let Some(value) = elements.next_value(begin)? else { return Ok(()) };
        first = false;
        write_value(bytes, value)?;
    }
}

#[inline]
fn write_value(bytes: &mut Vec<u8>, value: Value<'_, &[u8]>) -> Result<(), Left> {
    match value {
        Value::String(text) => write_unseen(bytes, text)?,
        Value::ObjectId(id) => write_id(bytes, id),
        Value::DateTime(millis) => write_date(bytes, millis)?,
        Value::Document(inner) => {
            bytes.push(b'{');
            write_items(bytes, true, inner, false)?;
            bytes.push(b'}');
        }
        Value::Array(inner) => {
            bytes.push(b'[');
            write_items(bytes, true, inner, true)?;
            bytes.push(b']');
        }
        Value::Boolean(value) => write_bool(bytes, value),
        Value::Null => bytes.extend_from_slice(b"null"),
        Value::Double(value) => write_rare(bytes, &value)?,
        Value::Int32(value) => write_rare(bytes, &value)?,
        Value::Int64(value) => write_rare(bytes, &value)?,
    }
    Ok(())
}

pub(super) fn write_id(bytes: &mut Vec<u8>, id: &[u8; 12]) {
    let digits = hex_digits(ObjectId::from_bytes(*id));
    write_short(bytes, &digits, digits.len());
}

/// Writes a date of so many milliseconds.
pub(super) fn write_date(bytes: &mut Vec<u8>, millis: i64) -> Result<(), Left> {
    match Text::of(millis) {
        Some(text) => write_short(bytes, text.bytes(), text.len()),
        None => write_rare(bytes, &DateTime::from_millis(millis))?,
    }
    Ok(())
}

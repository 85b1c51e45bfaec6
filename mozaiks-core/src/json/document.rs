//! Stored values in their forms in replies.

use bson::RawDocument;
use bson::oid::ObjectId;

use super::left::Left;
use super::text::{write_bool, write_rare, write_short, write_unseen, write_unseen_name};
use super::writer::Writer;
use crate::datetime::DateTime;
use crate::elements::{Elements, Value, length_of_name};
use crate::hex::hex_digits;

/// Writes the fields of a document, if they are all plain.
pub(super) fn write_fields(writer: &mut Writer<'_>, first: bool, document: &RawDocument) -> Result<(), Left> {
    write_items(writer, first, document, false)
}

/// Writes what is in a document; or in an array, which is a document whose names are numbers.
fn write_items(
    writer: &mut Writer<'_>,
    first: bool,
    document: &RawDocument,
    is_array: bool,
) -> Result<(), Left> {
    let mut elements = Elements::of(document)?;
    let mut first = first;
    loop {
        let begin = |named| {
            if !is_array {
                return write_unseen_name(writer.bytes, first, named);
            }
            if !first {
                writer.bytes.push(b',');
            }
            Ok(length_of_name(named)?)
        };
        let Some(value) = elements.next_value(begin)? else { return Ok(()) };
        first = false;
        write_value(writer, value)?;
    }
}

#[inline]
fn write_value(writer: &mut Writer<'_>, value: Value<'_, &[u8]>) -> Result<(), Left> {
    let bytes = &mut *writer.bytes;
    match value {
        Value::String(text) => write_unseen(bytes, text)?,
        Value::ObjectId(id) => write_id(bytes, id),
        Value::DateTime(millis) => write_date(writer, millis)?,
        Value::Document(inner) => {
            bytes.push(b'{');
            write_items(writer, true, inner, false)?;
            writer.bytes.push(b'}');
        }
        Value::Array(inner) => {
            bytes.push(b'[');
            write_items(writer, true, inner, true)?;
            writer.bytes.push(b']');
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
pub(super) fn write_date(writer: &mut Writer<'_>, millis: i64) -> Result<(), Left> {
    match writer.dates.next(millis) {
        Some(text) => write_short(writer.bytes, text.bytes(), text.len()),
        None => write_rare(writer.bytes, &DateTime::from_millis(millis))?,
    }
    Ok(())
}

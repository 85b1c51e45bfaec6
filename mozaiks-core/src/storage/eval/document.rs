//! What a document may be, whatever it holds.

use bson::{RawBsonRef, RawDocument};

use crate::elements::{Elements, Unread, Value};
use crate::storage::StorageError;

/// The most bytes that a document may have: 16 MiB, which is MongoDB's limit, less 16 KiB. A storage on such a server
/// needs them for the fields that confine a document to its owner, and what one cannot keep no other does.
pub const MAX_DOCUMENT_SIZE: usize = (16 * 1024 - 16) * 1024;

/// The most levels of documents and arrays that a document may have, itself included.
pub const MAX_DEPTH: usize = 100;

/// Refuses a document that no storage may hold: larger than [`MAX_DOCUMENT_SIZE`], nested deeper than [`MAX_DEPTH`],
/// or not readable to its end.
///
/// A NUL in a field name needs no look of its own: in raw BSON a name ends at its first NUL, so what follows one is
/// read as a value and does not fit.
pub fn check_document(document: &RawDocument) -> Result<(), StorageError> {
    check_size(document.as_bytes().len())?;
    if let Ok(depth) = plain_depth(document) {
        return if depth > MAX_DEPTH { Err(too_deep()) } else { Ok(()) };
    }
    // A stack of its own: the nesting of what is checked must not decide how deep this goes.
    let mut levels = vec![document.iter_elements()];
    while let Some(level) = levels.last_mut() {
        let Some(element) = level.next() else {
            levels.pop();
            continue;
        };
        let element = element.map_err(|error| unreadable(&error))?;
        let inner = match element.value().map_err(|error| unreadable(&error))? {
            RawBsonRef::Document(inner) => inner.iter_elements(),
            RawBsonRef::Array(inner) => inner.iter_elements(),
            RawBsonRef::JavaScriptCodeWithScope(code) => code.scope.iter_elements(),
            _ => continue,
        };
        if levels.len() >= MAX_DEPTH {
            return Err(too_deep());
        }
        levels.push(inner);
    }
    Ok(())
}

/// How deep a document is that is made of plain values, with no look at what is deeper than any may be.
fn plain_depth(document: &RawDocument) -> Result<usize, Unread> {
    let mut level = Elements::of(document)?;
    let mut outer = Vec::new();
    let mut deepest = 1;
    loop {
        match level.next()? {
            Some((_, Value::Document(inner) | Value::Array(inner))) => {
                outer.push(std::mem::replace(&mut level, Elements::of(inner)?));
                deepest = deepest.max(outer.len() + 1);
                if deepest > MAX_DEPTH {
                    return Ok(deepest);
                }
            }
            Some(_) => {}
            None => match outer.pop() {
                Some(next) => level = next,
                None => return Ok(deepest),
            },
        }
    }
}

fn too_deep() -> StorageError {
    StorageError::TooLarge(format!("the document is nested deeper than {MAX_DEPTH} levels").into())
}

/// Refuses a size that no document may have.
pub(super) fn check_size(size: usize) -> Result<(), StorageError> {
    if size > MAX_DOCUMENT_SIZE {
        return Err(StorageError::TooLarge(
            format!(
                "the document has {size} bytes; at most {MAX_DOCUMENT_SIZE} (16 MiB less 16 KiB) are allowed"
            )
            .into(),
        ));
    }
    Ok(())
}

/// The error of a document that is not BSON.
pub(super) fn unreadable(error: &bson::error::Error) -> StorageError {
    StorageError::codec(format!("the document is not valid BSON: {error}"))
}

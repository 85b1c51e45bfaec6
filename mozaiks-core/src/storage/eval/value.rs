//! Owned values: operands in both forms, exact identity, limits on nesting.

use std::cmp::Ordering;

use bson::{Bson, Document, RawBson, RawBsonRef};

use crate::storage::StorageError;

use super::{compare::compare, document::MAX_DEPTH};

/// A value of a filter or update, in the form that it was given in and in the one that documents are compared in.
#[derive(Debug, Clone)]
pub(super) struct Operand {
    value: Bson,
    raw: RawBson,
}

impl Operand {
    pub(super) fn new(value: &Bson) -> Result<Self, StorageError> {
        Ok(Self { value: value.clone(), raw: to_raw(value)? })
    }

    pub(super) fn value(&self) -> &Bson {
        &self.value
    }

    pub(super) fn raw(&self) -> RawBsonRef<'_> {
        self.raw.as_raw_bson_ref()
    }
}

/// The raw form. Only a NUL in a field name or in a pattern has none.
pub(super) fn to_raw(value: &Bson) -> Result<RawBson, StorageError> {
    RawBson::try_from(value.clone())
        .map_err(|error| StorageError::invalid(format!("a value cannot be written as BSON: {error}")))
}

/// As [`compare`], of owned values.
pub(super) fn compare_owned(a: &Bson, b: &Bson) -> Result<Ordering, StorageError> {
    Ok(compare(to_raw(a)?.as_raw_bson_ref(), to_raw(b)?.as_raw_bson_ref()))
}

/// A value that stands in the order of all values.
#[derive(Debug, Clone)]
pub(super) struct Ordered(pub(super) RawBson);

impl Ordered {
    /// How many bytes it takes in an array, about.
    pub(super) fn size(&self) -> usize {
        let content = match self.0.as_raw_bson_ref() {
            RawBsonRef::String(text) | RawBsonRef::Symbol(text) | RawBsonRef::JavaScriptCode(text) => {
                text.len()
            }
            RawBsonRef::Document(document) => document.as_bytes().len(),
            RawBsonRef::Array(array) => array.as_bytes().len(),
            RawBsonRef::Binary(binary) => binary.bytes.len(),
            RawBsonRef::JavaScriptCodeWithScope(code) => code.code.len() + code.scope.as_bytes().len(),
            _ => 8,
        };
        content + 8
    }
}

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.0.as_raw_bson_ref(), other.0.as_raw_bson_ref())
    }
}

/// Whether two documents are the same to the last bit: types, order of fields, NaN.
pub(super) fn identical_documents(a: &Document, b: &Document) -> bool {
    a.len() == b.len()
        && a.iter().zip(b.iter()).all(|((name, a), (other, b))| name == other && identical(a, b))
}

/// Whether two values are the same to the last bit.
pub(super) fn identical(a: &Bson, b: &Bson) -> bool {
    match (a, b) {
        (Bson::Double(a), Bson::Double(b)) => a.to_bits() == b.to_bits(),
        (Bson::Document(a), Bson::Document(b)) => identical_documents(a, b),
        (Bson::Array(a), Bson::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| identical(a, b))
        }
        (Bson::JavaScriptCodeWithScope(a), Bson::JavaScriptCodeWithScope(b)) => {
            a.code == b.code && identical_documents(&a.scope, &b.scope)
        }
        (a, b) => a == b,
    }
}

/// Refuses what is nested deeper than a document may be, before anything walks through it. `what` names it.
pub(super) fn check_nesting(document: &Document, what: &str) -> Result<(), StorageError> {
    if document.values().all(|value| fits(value, MAX_DEPTH - 1)) {
        Ok(())
    } else {
        Err(StorageError::invalid(format!("the {what} is nested deeper than {MAX_DEPTH} levels")))
    }
}

fn fits(value: &Bson, levels: usize) -> bool {
    match value {
        Bson::Document(inner) => levels > 0 && inner.values().all(|value| fits(value, levels - 1)),
        Bson::Array(inner) => levels > 0 && inner.iter().all(|value| fits(value, levels - 1)),
        Bson::JavaScriptCodeWithScope(code) => {
            levels > 0 && code.scope.values().all(|value| fits(value, levels - 1))
        }
        _ => true,
    }
}

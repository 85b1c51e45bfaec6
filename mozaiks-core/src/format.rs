//! Which of the two forms a value takes, that of storage or that of JSON; and what a type asks storage for.

/// True if what reads or writes with errors of type `E` is BSON.
///
/// `is_human_readable` does not tell: BSON calls itself readable where it makes documents of values, and serde does
/// where it buffers the fields of what is flattened or tagged. The error type stays the same throughout.
pub(crate) fn is_bson<E>() -> bool {
    std::any::type_name::<E>() == std::any::type_name::<bson::error::Error>()
}

/// The newtype that a type asks for which would have a date of a document as its milliseconds.
pub(crate) const STORED_DATE: &str = "$mozaiks::DateTime";

/// The newtype that a type asks for which would have an id of a document as its bytes, or as its text.
pub(crate) const STORED_ID: &str = "$mozaiks::DocumentId";

/// The newtype that a type asks for which would have a document as it lies there.
pub(crate) const STORED_DOCUMENT: &str = "$mozaiks::Raw";

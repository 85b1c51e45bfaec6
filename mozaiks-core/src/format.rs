//! Which of the two forms a value takes: that of storage or that of JSON.

/// True if what reads or writes with errors of type `E` is BSON.
///
/// `is_human_readable` does not tell: BSON calls itself readable where it makes documents of values, and serde does
/// where it buffers the fields of what is flattened or tagged. The error type stays the same throughout.
pub(crate) fn is_bson<E>() -> bool {
    std::any::type_name::<E>() == std::any::type_name::<bson::error::Error>()
}

//! The elements of a document, read from its bytes: the kinds that nearly all documents are made of, and no other.
//!
//! It only ever says what is there. Whoever meets something else, or something wrong, leaves the document to `bson`,
//! which knows every kind and has the words for every mistake.

pub(crate) mod kinds;
mod value;
mod walk;

pub(crate) use kinds::Kind;
pub(crate) use value::{Lying, Value, text_of};
pub(crate) use walk::{Elements, length_of_name};

/// How many bytes the length of a document or text takes.
pub(crate) const LENGTH: usize = 4;

/// Something that is not read here.
#[derive(Debug)]
pub(crate) struct Unread;

//! What stands before the name of an element: of which kind its value is, of those that are read and written here.

use bson::spec::ElementType;

pub(crate) const DOUBLE: u8 = ElementType::Double as u8;
pub(crate) const STRING: u8 = ElementType::String as u8;
pub(crate) const DOCUMENT: u8 = ElementType::EmbeddedDocument as u8;
pub(crate) const ARRAY: u8 = ElementType::Array as u8;
pub(crate) const OBJECT_ID: u8 = ElementType::ObjectId as u8;
pub(crate) const BOOLEAN: u8 = ElementType::Boolean as u8;
pub(crate) const DATE_TIME: u8 = ElementType::DateTime as u8;
pub(crate) const NULL: u8 = ElementType::Null as u8;
pub(crate) const INT32: u8 = ElementType::Int32 as u8;
pub(crate) const INT64: u8 = ElementType::Int64 as u8;

/// What a value is, as it stands before its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind(pub(super) u8);

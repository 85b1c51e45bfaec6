//! Dotted paths, and the values that they reach in a document.

use bson::{RawArray, RawBsonRef, RawDocument, raw::CStr};

use crate::storage::StorageError;

use super::document::MAX_DEPTH;

/// A path such as `address.city` or `lines.0.price`.
#[derive(Debug, Clone)]
pub(super) struct Path {
    text: String,
    parts: Vec<Part>,
}

/// One component of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// The position that it means in an array, if it can mean one: digits without a leading zero.
    pub(super) index: Option<usize>,
}

/// A document that cannot be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corrupt;

impl From<Corrupt> for StorageError {
    fn from(Corrupt: Corrupt) -> Self {
        Self::codec("the document is not valid BSON")
    }
}

/// What an array at the end of a path counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Its elements, then the array itself.
    Elements,
    /// The array itself.
    Whole,
}

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, StorageError> {
        let parts: Vec<Part> = text.split('.').map(Part::new).collect();
        if parts.iter().any(|part| part.name.is_empty()) {
            return Err(StorageError::invalid(format!(
                "the path `{text}` has an empty part: field names stand between single dots"
            )));
        }
        if text.contains('\0') {
            return Err(StorageError::invalid("a field name has no NUL character"));
        }
        if let Some(part) = parts.iter().find(|part| part.name.starts_with('$')) {
            let name = &part.name;
            return Err(if name == "$" || name.starts_with("$[") {
                StorageError::unsupported(format!("the positional operator `{name}` in a path"))
            } else {
                StorageError::invalid(format!(
                    "`{name}` in the path `{text}` is no field name: those have no $ in front"
                ))
            });
        }
        if parts.len() > MAX_DEPTH {
            return Err(StorageError::invalid(format!(
                "a path has at most {MAX_DEPTH} parts, not {}",
                parts.len()
            )));
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The path to the id of a document.
    #[cfg(feature = "sqlite")]
    pub(super) fn id() -> Self {
        Self { text: "_id".to_owned(), parts: vec![Part::new("_id")] }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether it leads to the id of a document.
    pub(super) fn is_id(&self) -> bool {
        self.parts.first().is_some_and(|part| part.name == "_id")
    }

    /// Whether a part of it can mean a place in an array.
    pub(super) fn has_positions(&self) -> bool {
        self.parts.iter().any(|part| part.index.is_some())
    }

    /// Whether this path is the other one or leads to it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.parts.starts_with(&self.parts)
    }

    /// Shows every value that the path reaches to `found`, until it says true. A document that lacks the field shows
    /// as none.
    ///
    /// The path goes through an array's elements, one level per component; a component of digits also goes to the
    /// element at that place.
    pub(super) fn any<'a, F>(
        &self,
        document: &'a RawDocument,
        leaf: Leaf,
        found: &mut F,
    ) -> Result<bool, Corrupt>
    where
        F: FnMut(Option<RawBsonRef<'a>>) -> Result<bool, Corrupt>,
    {
        any_in_document(document, &self.parts, leaf, found)
    }
}

impl Part {
    fn new(name: &str) -> Self {
        let canonical = name == "0" || !name.starts_with('0');
        let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let index = if digits && canonical { name.parse::<u32>().ok() } else { None };
        Self { name: name.to_owned(), index: index.and_then(|index| usize::try_from(index).ok()) }
    }
}

/// Refuses a path that cannot name a field: an empty part, a `$` in front, more parts than a document has levels.
pub fn check_path(path: &str) -> Result<(), StorageError> {
    Path::parse(path).map(|_| ())
}

/// Whether a path leads to the id of a document, or would into it: to what a storage may keep beside the document.
pub fn is_id(path: &str) -> bool {
    path.split('.').next() == Some("_id")
}

/// The name of a field as it is written.
pub(super) fn key(name: &str) -> Result<&CStr, StorageError> {
    name.try_into().map_err(|_| StorageError::invalid("a field name has no NUL character"))
}

/// The value of a field, without reading the values before it.
pub(super) fn field<'a>(document: &'a RawDocument, name: &str) -> Result<Option<RawBsonRef<'a>>, Corrupt> {
    for element in document.iter_elements() {
        let element = element.map_err(|_| Corrupt)?;
        if element.key().as_str() == name {
            return element.value().map(Some).map_err(|_| Corrupt);
        }
    }
    Ok(None)
}

/// The elements of an array.
pub(super) fn elements<'a>(array: &'a RawArray) -> impl Iterator<Item = Result<RawBsonRef<'a>, Corrupt>> {
    array.into_iter().map(|element| element.map_err(|_| Corrupt))
}

/// Shows the elements of an array, then the array, to `found` until it says true.
pub(super) fn any_in_leaf<'a, F>(value: RawBsonRef<'a>, leaf: Leaf, found: &mut F) -> Result<bool, Corrupt>
where
    F: FnMut(Option<RawBsonRef<'a>>) -> Result<bool, Corrupt>,
{
    if let (RawBsonRef::Array(array), Leaf::Elements) = (value, leaf) {
        for element in elements(array) {
            if found(Some(element?))? {
                return Ok(true);
            }
        }
    }
    found(Some(value))
}

fn any_in_document<'a, F>(
    document: &'a RawDocument,
    parts: &[Part],
    leaf: Leaf,
    found: &mut F,
) -> Result<bool, Corrupt>
where
    F: FnMut(Option<RawBsonRef<'a>>) -> Result<bool, Corrupt>,
{
    let (mut document, mut parts) = (document, parts);
    while let Some((part, rest)) = parts.split_first() {
        match field(document, &part.name)? {
            Some(value) if rest.is_empty() => return any_in_leaf(value, leaf, found),
            Some(RawBsonRef::Document(inner)) => (document, parts) = (inner, rest),
            Some(RawBsonRef::Array(array)) => return any_in_array(array, rest, leaf, found),
            Some(_) | None => return found(None),
        }
    }
    Ok(false)
}

fn any_in_array<'a, F>(
    array: &'a RawArray,
    parts: &[Part],
    leaf: Leaf,
    found: &mut F,
) -> Result<bool, Corrupt>
where
    F: FnMut(Option<RawBsonRef<'a>>) -> Result<bool, Corrupt>,
{
    let Some((part, rest)) = parts.split_first() else { return Ok(false) };
    for (position, element) in elements(array).enumerate() {
        let element = element?;
        // A document takes the part as a name, wherever it stands.
        if let RawBsonRef::Document(inner) = element
            && any_in_document(inner, parts, leaf, found)?
        {
            return Ok(true);
        }
        if part.index != Some(position) {
            continue;
        }
        // What stands at the position is the value, even if it is an array: it is not entered a second time.
        let stop = match element {
            element if rest.is_empty() => found(Some(element))?,
            RawBsonRef::Document(inner) => any_in_document(inner, rest, leaf, found)?,
            RawBsonRef::Array(inner) => any_in_array(inner, rest, leaf, found)?,
            _ => false,
        };
        if stop {
            return Ok(true);
        }
    }
    Ok(false)
}

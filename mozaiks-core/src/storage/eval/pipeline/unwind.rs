//! `$unwind`: a document for each element of an array.

use std::vec;

use bson::{Bson, RawBson, RawBsonRef, RawDocument, RawDocumentBuf};

use crate::storage::StorageError;

use super::super::{
    bytes::check_limits,
    document::unreadable,
    kind,
    path::{Corrupt, Part, Path, elements, field, key},
};

#[derive(Debug, Clone)]
pub(super) struct Unwind {
    path: Path,
    /// Where the place of the element goes.
    index: Option<Path>,
    /// Whether to keep documents that have nothing there.
    preserve: bool,
}

impl Unwind {
    pub(super) fn parse(operand: &Bson) -> Result<Self, StorageError> {
        match operand {
            Bson::String(path) => Ok(Self { path: field_path(path)?, index: None, preserve: false }),
            Bson::Document(options) => {
                let (mut path, mut index, mut preserve) = (None, None, false);
                for (name, value) in options {
                    match (name.as_str(), value) {
                        ("path", Bson::String(text)) => path = Some(field_path(text)?),
                        ("includeArrayIndex", Bson::String(text)) => index = Some(Path::parse(text)?),
                        ("preserveNullAndEmptyArrays", Bson::Boolean(value)) => preserve = *value,
                        ("path" | "includeArrayIndex" | "preserveNullAndEmptyArrays", value) => {
                            return Err(StorageError::invalid(format!(
                                "`{name}` of $unwind is not {}: it takes a path as \"$a\", a name and a bool",
                                kind::name(value)
                            )));
                        }
                        (name, _) => {
                            return Err(StorageError::unsupported(format!("the option `{name}` of $unwind")));
                        }
                    }
                }
                let path = path.ok_or_else(|| StorageError::invalid("$unwind expects a `path`"))?;
                Ok(Self { path, index, preserve })
            }
            other => Err(StorageError::invalid(format!(
                "$unwind expects a path such as \"$tags\" or a document of options, not {}",
                kind::name(other)
            ))),
        }
    }

    /// What becomes of a document.
    pub(super) fn apply(&self, document: RawDocumentBuf) -> Result<Unwound<'_>, StorageError> {
        let parts = self.path.parts();
        let elements: Vec<RawBson> = match find(&document, parts)? {
            None | Some(RawBsonRef::Null | RawBsonRef::Undefined) if !self.preserve => Vec::new(),
            Some(RawBsonRef::Array(array)) => {
                elements(array).map(|element| Ok(element?.into())).collect::<Result<_, Corrupt>>()?
            }
            _ => return Ok(Unwound::Whole(self.numbered(document, RawBsonRef::Null)?)),
        };
        if elements.is_empty() && self.preserve {
            return Ok(Unwound::Whole(self.numbered(put(&document, parts, None)?, RawBsonRef::Null)?));
        }
        Ok(Unwound::Each(Each { unwind: self, document, elements: elements.into_iter(), place: 0 }))
    }

    fn numbered(
        &self,
        document: RawDocumentBuf,
        place: RawBsonRef<'_>,
    ) -> Result<RawDocumentBuf, StorageError> {
        let Some(index) = &self.index else { return Ok(document) };
        let numbered = put(&document, index.parts(), Some(place))?;
        check_limits(&numbered)?;
        Ok(numbered)
    }
}

/// What becomes of a document.
pub(super) enum Unwound<'u> {
    Whole(RawDocumentBuf),
    Each(Each<'u>),
}

/// A document for each element, made when it is asked for: together they may be large beyond all measure.
pub(super) struct Each<'u> {
    unwind: &'u Unwind,
    document: RawDocumentBuf,
    elements: vec::IntoIter<RawBson>,
    place: i64,
}

impl Each<'_> {
    pub(super) fn next(&mut self) -> Option<Result<RawDocumentBuf, StorageError>> {
        let element = self.elements.next()?;
        let one = put(&self.document, self.unwind.path.parts(), Some(element.as_raw_bson_ref()));
        let one = one.and_then(|one| self.unwind.numbered(one, RawBsonRef::Int64(self.place)));
        self.place += 1;
        Some(one)
    }
}

/// The path in `"$a.b"`.
fn field_path(text: &str) -> Result<Path, StorageError> {
    match text.strip_prefix('$') {
        Some(path) if !path.starts_with('$') => Path::parse(path),
        _ => Err(StorageError::invalid(format!("the path of $unwind begins with one $, unlike `{text}`"))),
    }
}

/// The value at a path that does not go through arrays.
fn find<'a>(document: &'a RawDocument, parts: &[Part]) -> Result<Option<RawBsonRef<'a>>, Corrupt> {
    let (mut document, mut parts) = (document, parts);
    while let Some((part, rest)) = parts.split_first() {
        match field(document, &part.name)? {
            found if rest.is_empty() => return Ok(found),
            Some(RawBsonRef::Document(inner)) => (document, parts) = (inner, rest),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// The document with another value at a path, or with none. What is no document on the way becomes one.
fn put(
    document: &RawDocument,
    parts: &[Part],
    value: Option<RawBsonRef<'_>>,
) -> Result<RawDocumentBuf, StorageError> {
    let Some((part, rest)) = parts.split_first() else { return Ok(document.to_owned()) };
    let mut made = RawDocumentBuf::new();
    let mut done = false;
    for element in document {
        let (name, current) = element.map_err(|error| unreadable(&error))?;
        if done || *name != *part.name {
            made.append(name, current);
            continue;
        }
        done = true;
        match (rest.is_empty(), current) {
            (true, _) => value.into_iter().for_each(|value| made.append(name, value)),
            (false, RawBsonRef::Document(inner)) => made.append(name, &put(inner, rest, value)?),
            (false, _) => made.append(name, &put(&RawDocumentBuf::new(), rest, value)?),
        }
    }
    if let (false, Some(new)) = (done, value) {
        match rest {
            [] => made.append(key(&part.name)?, new),
            rest => made.append(key(&part.name)?, &put(&RawDocumentBuf::new(), rest, value)?),
        }
    }
    Ok(made)
}

//! Finding, making and removing the field of a document that an update means.

use bson::{Array, Bson, Document};

use crate::storage::StorageError;

use super::super::{
    kind,
    path::{Part, Path},
};

/// The most elements that one change adds to an array to reach a position: MongoDB's limit.
const MAX_PADDING: usize = 1_500_000;

/// What has fields or positions.
enum Holder<'a> {
    Document(&'a mut Document),
    Array(&'a mut Array),
}

/// The value at a path, or none if it could be made there. A path that leads through a scalar, through null, or by a
/// name into an array is an error.
pub(super) fn find<'a>(
    document: &'a mut Document,
    path: &Path,
) -> Result<Option<&'a mut Bson>, StorageError> {
    let Some((last, parents)) = path.parts().split_last() else { return Ok(None) };
    let mut holder = Holder::Document(document);
    for part in parents {
        match holder.existing(part, path)? {
            Some(value) => holder = Holder::of(value, part, path)?,
            None => return Ok(None),
        }
    }
    holder.existing(last, path)
}

/// Sets the value at a path, making the documents on the way to it.
pub(super) fn set(document: &mut Document, path: &Path, value: Bson) -> Result<(), StorageError> {
    let Some((last, parents)) = path.parts().split_last() else { return Ok(()) };
    let mut holder = Holder::Document(document);
    for part in parents {
        let slot = holder.slot(part, path, || Bson::Document(Document::new()))?;
        holder = Holder::of(slot, part, path)?;
    }
    *holder.slot(last, path, || Bson::Null)? = value;
    Ok(())
}

/// Removes the field at a path; in an array, null takes its place. A path that leads nowhere has nothing to remove.
pub(super) fn unset(document: &mut Document, path: &Path) {
    let Some((last, parents)) = path.parts().split_last() else { return };
    let mut holder = Holder::Document(document);
    for part in parents {
        let Ok(Some(value)) = holder.existing(part, path) else { return };
        let Ok(inner) = Holder::of(value, part, path) else { return };
        holder = inner;
    }
    match holder {
        Holder::Document(document) => {
            document.remove(&last.name);
        }
        Holder::Array(array) => {
            if let Some(slot) = last.index.and_then(|index| array.get_mut(index)) {
                *slot = Bson::Null;
            }
        }
    }
}

/// Whether a path leads through an array, as far as it exists.
pub(super) fn crosses_array(document: &Document, path: &Path) -> bool {
    let Some((first, rest)) = path.parts().split_first() else { return false };
    let mut value = document.get(&first.name);
    for part in rest {
        value = match value {
            Some(Bson::Document(document)) => document.get(&part.name),
            Some(Bson::Array(_)) => return true,
            _ => return false,
        };
    }
    false
}

impl<'a> Holder<'a> {
    fn of(value: &'a mut Bson, part: &Part, path: &Path) -> Result<Self, StorageError> {
        match value {
            Bson::Document(document) => Ok(Self::Document(document)),
            Bson::Array(array) => Ok(Self::Array(array)),
            other => Err(StorageError::invalid(format!(
                "the update of `{}` leads through `{}`, which is of type {} in the document and has no fields",
                path.as_str(),
                part.name,
                kind::name(other)
            ))),
        }
    }

    fn existing(self, part: &Part, path: &Path) -> Result<Option<&'a mut Bson>, StorageError> {
        Ok(match self {
            Self::Document(document) => document.get_mut(&part.name),
            Self::Array(array) => array.get_mut(position(part, path)?),
        })
    }

    fn slot(self, part: &Part, path: &Path, new: fn() -> Bson) -> Result<&'a mut Bson, StorageError> {
        match self {
            Self::Document(document) => Ok(document.entry(part.name.clone()).or_insert_with(new)),
            Self::Array(array) => {
                let position = position(part, path)?;
                if position.saturating_sub(array.len()) > MAX_PADDING {
                    return Err(StorageError::invalid(format!(
                        "the update of `{}` would add more than {MAX_PADDING} elements",
                        path.as_str()
                    )));
                }
                if position >= array.len() {
                    array.resize(position, Bson::Null);
                    array.push(new());
                }
                array.get_mut(position).ok_or_else(|| not_a_position(part, path))
            }
        }
    }
}

fn position(part: &Part, path: &Path) -> Result<usize, StorageError> {
    part.index.ok_or_else(|| not_a_position(part, path))
}

fn not_a_position(part: &Part, path: &Path) -> StorageError {
    StorageError::invalid(format!(
        "the update of `{}` leads into an array, where `{}` is no position; updates do not go through arrays",
        path.as_str(),
        part.name
    ))
}

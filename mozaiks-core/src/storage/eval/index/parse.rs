//! Reading declared indexes: what no storage can have is refused.

use smallvec::SmallVec;

use crate::name::is_snake_case;
use crate::storage::{Index, StorageError, reserved};

use super::{super::path::Path, Field, IndexKeys};

/// The most fields of an index.
const MAX_FIELDS: usize = 16;

/// The most bytes of its name.
const MAX_NAME: usize = 64;

/// The longest time after which documents go: 68 years.
const MAX_SECONDS: u64 = i32::MAX as u64;

pub(super) fn indexes(indexes: &[Index]) -> Result<Vec<IndexKeys>, StorageError> {
    each(indexes).collect()
}

/// Each index, or what is wrong with it alone or beside those before it.
pub(super) fn each(indexes: &[Index]) -> impl Iterator<Item = Result<IndexKeys, StorageError>> {
    indexes.iter().enumerate().map(|(position, index)| {
        let same = |other: &Index| {
            other.collection == index.collection && other.shared == index.shared && other.name == index.name
        };
        if indexes.iter().take(position).any(same) {
            return Err(wrong(
                index,
                "the collection has two indexes of this name; give one of them another",
            ));
        }
        self::index(index)
    })
}

pub(super) fn index(index: &Index) -> Result<IndexKeys, StorageError> {
    check_name(index)?;
    if !is_snake_case(&index.collection) {
        return Err(wrong(index, "the name of its collection must be snake_case, as `task_items`"));
    }
    if index.keys.is_empty() || index.keys.len() > MAX_FIELDS {
        return Err(wrong(index, format!("it has 1 to {MAX_FIELDS} fields, not {}", index.keys.len())));
    }
    if index.keys.len() > 1 && index.sparse {
        return Err(wrong(index, "only an index of one field can be sparse"));
    }
    if let Some(after) = index.expire_after {
        if index.keys.len() > 1 {
            return Err(wrong(index, "only an index of one field can have its documents expire"));
        }
        if after.subsec_nanos() != 0 || after.as_secs() > MAX_SECONDS {
            return Err(wrong(
                index,
                "documents expire after whole seconds, at most 2147483647 of them (68 years)",
            ));
        }
    }
    let fields = index.keys.iter().enumerate().map(|(position, (path, direction))| {
        if index.keys.iter().take(position).any(|(other, _)| other == path) {
            return Err(wrong(index, format!("it names the field `{path}` twice")));
        }
        field(index, path, *direction)
    });
    Ok(IndexKeys { fields: fields.collect::<Result<SmallVec<_>, _>>()?, index: index.clone() })
}

fn check_name(index: &Index) -> Result<(), StorageError> {
    let named = !index.name.is_empty()
        && index.name.len() <= MAX_NAME
        && index.name != "_id"
        && index.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if named {
        return Ok(());
    }
    Err(wrong(
        index,
        format!("its name must be 1 to {MAX_NAME} letters, digits and underscores, and not `_id`"),
    ))
}

fn field(index: &Index, path: &str, direction: i32) -> Result<Field, StorageError> {
    let parsed = Path::parse(path).map_err(|error| wrong(index, error))?;
    if path.starts_with('-') {
        return Err(wrong(
            index,
            format!("a `-` in front, as in `{path}`, is how JSON writes that a field descends"),
        ));
    }
    reserved::check_path(path)?;
    if parsed.parts().first().is_some_and(|part| part.name == "_id") {
        return Err(wrong(index, "documents are found by `_id` anyway, which no index names"));
    }
    match direction {
        1 => Ok(Field { path: parsed, descending: false }),
        -1 => Ok(Field { path: parsed, descending: true }),
        other => Err(wrong(index, format!("the direction of `{path}` is 1 or -1, not {other}"))),
    }
}

fn wrong(index: &Index, why: impl std::fmt::Display) -> StorageError {
    StorageError::invalid(format!("the index `{}` of `{}`: {why}", index.name, index.collection))
}

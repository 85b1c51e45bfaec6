//! The fields that belong to the storage, which nothing of a plugin's may name.

use bson::{Bson, Document, RawDocument};

use super::error::StorageError;
use super::id::DocumentId;

/// The fields that confine a document to its owner.
pub const SCOPE_FIELDS: [&str; 2] = ["user_id", "app_id"];

/// How deep a filter or update is looked into; what is deeper is refused.
const MAX_DEPTH: usize = 100;

/// Refuses a document that brings its own id or scope.
pub(crate) fn check_fields(document: &RawDocument) -> Result<(), StorageError> {
    for element in document.iter_elements() {
        let element = element.map_err(|error| StorageError::codec(error.to_string()))?;
        let name = element.key().as_str();
        if name == "_id" {
            return Err(StorageError::invalid(
                "a document does not hold its own `_id`: give it to `insert_with_id`, and read it from `Stored::id`",
            ));
        }
        check_path(name)?;
    }
    Ok(())
}

/// Refuses a filter that names the scope, however deep in `$and` and its kin, and has it mean the same by an id as
/// everybody else: 24 hexadecimal digits are an ObjectId.
pub(crate) fn check_filter(filter: &mut Document) -> Result<(), StorageError> {
    check_filter_at(filter, 0)
}

fn check_filter_at(filter: &mut Document, depth: usize) -> Result<(), StorageError> {
    if depth > MAX_DEPTH {
        return Err(StorageError::invalid("the filter is nested more than 100 levels deep"));
    }
    for (key, value) in filter.iter_mut() {
        if key == "_id" {
            to_ids(value, depth)?;
            continue;
        }
        if !key.starts_with('$') {
            check_path(key)?;
            continue;
        }
        // `$and`, `$or`, `$nor` hold filters of the same document; anything else with a dollar is the storage's to
        // judge.
        match value {
            Bson::Array(filters) => {
                for filter in filters.iter_mut().filter_map(Bson::as_document_mut) {
                    check_filter_at(filter, depth + 1)?;
                }
            }
            Bson::Document(filter) => check_filter_at(filter, depth + 1)?,
            _ => {}
        }
    }
    Ok(())
}

/// Reads the texts that a filter compares an id with as ids: alone, in a list, behind an operator.
fn to_ids(value: &mut Bson, depth: usize) -> Result<(), StorageError> {
    if depth > MAX_DEPTH {
        return Err(StorageError::invalid("the filter is nested more than 100 levels deep"));
    }
    match value {
        Bson::String(text) => *value = DocumentId::from(std::mem::take(text)).into(),
        Bson::Array(values) => {
            for value in values {
                to_ids(value, depth + 1)?;
            }
        }
        Bson::Document(operators) => {
            // A pattern is no id.
            for (_, value) in operators.iter_mut().filter(|(operator, _)| *operator != "$regex") {
                to_ids(value, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Refuses an update that would write the scope, or rename something to it or away from it.
pub(crate) fn check_update(update: &Document) -> Result<(), StorageError> {
    for (operator, fields) in update {
        let Bson::Document(fields) = fields else {
            check_path(operator)?;
            continue;
        };
        for (path, value) in fields {
            check_path(path)?;
            if operator == "$rename"
                && let Bson::String(target) = value
            {
                check_path(target)?;
            }
        }
    }
    Ok(())
}

/// Refuses a sort that names the scope, or a direction that is none.
pub(crate) fn check_sort(sort: Option<&Document>) -> Result<(), StorageError> {
    for (field, direction) in sort.into_iter().flatten() {
        check_path(field)?;
        if !matches!(direction.as_i32(), Some(1 | -1)) {
            return Err(StorageError::invalid(format!(
                "the sort direction of `{field}` must be 1 (ascending) or -1 (descending), not {direction}"
            )));
        }
    }
    Ok(())
}

/// Refuses a path that begins with a field of the scope.
pub(crate) fn check_path(path: &str) -> Result<(), StorageError> {
    let first = path.split('.').next().unwrap_or_default();
    match SCOPE_FIELDS.iter().find(|field| **field == first) {
        Some(field) => Err(StorageError::ReservedField((*field).into())),
        None => Ok(()),
    }
}

//! The fields that belong to the storage, which nothing of a plugin's may name.

use bson::{Bson, Document, RawDocument};

use super::error::StorageError;
use super::eval::is_id;
use super::id::DocumentId;
use crate::elements::Elements;
use crate::error::Error;

/// The fields that confine a document to its owner.
pub const SCOPE_FIELDS: [&str; 2] = ["user_id", "app_id"];

/// How the names of fields begin that a storage keeps for itself.
const STORAGE_PREFIX: &str = "_mozaiks";

/// How deep a filter or update is looked into; what is deeper is refused.
const MAX_DEPTH: usize = 100;

/// Refuses a document that brings its own id or scope.
pub(crate) fn check_fields(document: &RawDocument) -> Result<(), StorageError> {
    if let Ok(mut elements) = Elements::of(document) {
        loop {
            match elements.next_bytes() {
                Ok(Some((name, _))) => check_bytes(name)?,
                Ok(None) => return Ok(()),
                // It is not for here: it is looked at from its beginning.
                Err(_) => break,
            }
        }
    }
    for element in document.iter_elements() {
        check_field(element.map_err(|error| StorageError::codec(error.to_string()))?.key().as_str())?;
    }
    Ok(())
}

/// Whether a field of a document may be reserved: it begins with a name that is.
pub(crate) fn may_be_reserved(name: &[u8]) -> bool {
    let [user, app] = SCOPE_FIELDS;
    let begins = |reserved: &str| name.starts_with(reserved.as_bytes());
    match name.first() {
        Some(b'_') => begins("_id") || begins(STORAGE_PREFIX),
        Some(b'u' | b'a') => begins(user) || begins(app),
        _ => false,
    }
}

/// Looks at a name only if it begins like one that is reserved.
fn check_bytes(name: &[u8]) -> Result<(), StorageError> {
    if !may_be_reserved(name) {
        return Ok(());
    }
    match std::str::from_utf8(name) {
        Ok(name) => check_field(name),
        // All that are reserved are texts.
        Err(_) => Ok(()),
    }
}

fn check_field(name: &str) -> Result<(), StorageError> {
    if name == "_id" {
        return Err(StorageError::ReservedField(name.to_owned().into()));
    }
    check_path(name)
}

/// What a plugin is told whose document or update names a reserved field: `VALIDATION_ERROR`. In most cases it is a
/// client that has sent the field, into a map that is written as it came.
pub(crate) fn refusal(error: StorageError) -> Error {
    let StorageError::ReservedField(field) = &error else { return error.into() };
    let text = match &**field {
        "_id" => {
            "a document does not hold its own `_id`: give it to `insert_with_id`, and read it from `Stored::id`"
                .to_owned()
        }
        _ => error.to_string(),
    };
    Error::validation(field.clone(), text).with_source(error)
}

/// Refuses a filter that names the scope, however deep in `$and` and its kin, and has it mean the same by an id as
/// everybody else: 24 hexadecimal digits are an ObjectId.
pub(crate) fn check_filter(filter: &mut Document) -> Result<(), StorageError> {
    check_filter_at(filter, Ids::Read, 0)
}

/// What the texts are that a filter compares `_id` with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// Ids of documents.
    Read,
    /// Texts: `_id` is what a pipeline has made it.
    Kept,
}

fn check_filter_at(filter: &mut Document, ids: Ids, depth: usize) -> Result<(), StorageError> {
    if depth > MAX_DEPTH {
        return Err(StorageError::invalid("the filter is nested more than 100 levels deep"));
    }
    for (key, value) in filter.iter_mut() {
        if key == "_id" && ids == Ids::Read {
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
                    check_filter_at(filter, ids, depth + 1)?;
                }
            }
            Bson::Document(filter) => check_filter_at(filter, ids, depth + 1)?,
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

/// Refuses a projection that names the scope.
pub(crate) fn check_projection(projection: Option<&Document>) -> Result<(), StorageError> {
    projection.into_iter().flatten().try_for_each(|(path, _)| check_path(path))
}

/// Refuses a pipeline that names the scope, as a field that it reads or makes, and has its filters mean the same by an
/// id as everybody else, as long as `_id` is the document's.
pub(crate) fn check_pipeline(pipeline: &mut [Document]) -> Result<(), StorageError> {
    let mut ids = Ids::Read;
    for (stage, operand) in pipeline.iter_mut().flat_map(Document::iter_mut) {
        match (stage.as_str(), operand) {
            ("$match", Bson::Document(filter)) => check_filter_at(filter, ids, 0)?,
            ("$count", Bson::String(name)) => {
                check_path(name)?;
                ids = Ids::Kept;
            }
            ("$unwind", Bson::String(path)) => check_path(path.trim_start_matches('$'))?,
            ("$unwind", Bson::Document(options)) => {
                for (option, value) in &*options {
                    let Bson::String(path) = value else { continue };
                    check_path(path.trim_start_matches('$'))?;
                    if option == "includeArrayIndex" && is_id(path) {
                        ids = Ids::Kept;
                    }
                }
            }
            ("$sort" | "$project" | "$group", Bson::Document(fields)) => {
                for (path, value) in &*fields {
                    check_path(path)?;
                    check_expression(value, 0)?;
                    let made = stage == "$group" || stage == "$project" && !is_shown(value);
                    if made && is_id(path) {
                        ids = Ids::Kept;
                    }
                }
            }
            // What else there is, the storage refuses.
            _ => {}
        }
    }
    Ok(())
}

/// Whether a `$project` that says this of a field shows it as it is.
fn is_shown(value: &Bson) -> bool {
    match value {
        Bson::Boolean(shown) => *shown,
        Bson::Int32(number) => *number != 0,
        Bson::Int64(number) => *number != 0,
        Bson::Double(number) => *number != 0.0,
        _ => false,
    }
}

/// Refuses an expression that reads a field of the scope, however deep.
fn check_expression(expression: &Bson, depth: usize) -> Result<(), StorageError> {
    if depth > MAX_DEPTH {
        return Err(StorageError::invalid("the pipeline is nested more than 100 levels deep"));
    }
    match expression {
        Bson::String(text) => text.strip_prefix('$').map_or(Ok(()), check_path),
        Bson::Array(elements) => elements.iter().try_for_each(|element| check_expression(element, depth + 1)),
        // A literal is no expression, whatever it looks like.
        Bson::Document(document) => document
            .iter()
            .filter(|(name, _)| *name != "$literal")
            .try_for_each(|(_, value)| check_expression(value, depth + 1)),
        _ => Ok(()),
    }
}

/// Refuses a path that begins with a field of the scope, or with one that a storage keeps for itself.
pub(crate) fn check_path(path: &str) -> Result<(), StorageError> {
    let first = path.split('.').next().unwrap_or_default();
    if is_reserved(first) {
        return Err(StorageError::ReservedField(first.to_owned().into()));
    }
    Ok(())
}

/// Whether a field is of the scope, or one that a storage keeps for itself.
pub(crate) fn is_reserved(field: &str) -> bool {
    SCOPE_FIELDS.contains(&field) || field.starts_with(STORAGE_PREFIX)
}

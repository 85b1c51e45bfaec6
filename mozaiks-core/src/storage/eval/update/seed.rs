//! What an upsert starts from.

use bson::Document;

use crate::storage::StorageError;

use super::{super::filter::Filter, target::set};

/// The fields that a filter gives by equality, `_id` first.
pub(super) fn seed(filter: &Filter) -> Document {
    let mut document = Document::new();
    let equalities = filter.equal_paths();
    for wanted in [true, false] {
        for (index, (path, value)) in equalities.iter().enumerate() {
            let said =
                equalities.iter().take(index).any(|(other, _)| other.covers(path) || path.covers(other));
            if path.is_id() == wanted && !said {
                // Nothing is in the way of a path that no other one covers.
                let _ = set(&mut document, path, (*value).clone());
            }
        }
    }
    document
}

/// Refuses a filter that says two things of one field: which of them is to be inserted is not known.
pub(super) fn check(filter: &Filter) -> Result<(), StorageError> {
    let equalities = filter.equal_paths();
    for (index, (path, _)) in equalities.iter().enumerate() {
        if let Some((other, _)) =
            equalities.iter().take(index).find(|(other, _)| other.covers(path) || path.covers(other))
        {
            return Err(StorageError::invalid(format!(
                "the filter of the upsert says by equality what `{}` is, and what `{}` is: one of them is too much",
                other.as_str(),
                path.as_str()
            )));
        }
    }
    Ok(())
}

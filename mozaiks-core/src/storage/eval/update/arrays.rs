//! The update operators of arrays.

use std::cmp::Ordering;

use bson::{Array, Bson, Document, RawBson, RawDocumentBuf};

use crate::storage::StorageError;

use super::{
    super::{compare::compare, kind, path::Path, value::to_raw},
    action::{Order, Pull, Push},
    target::{find, set},
};

/// The array at a path, or none if it could be made there.
fn array<'a>(
    document: &'a mut Document,
    path: &Path,
    operator: &str,
) -> Result<Option<&'a mut Array>, StorageError> {
    match find(document, path)? {
        None => Ok(None),
        Some(Bson::Array(array)) => Ok(Some(array)),
        Some(other) => Err(StorageError::invalid(format!(
            "{operator} needs an array at `{}`, where the document has a value of type {}",
            path.as_str(),
            kind::name(other)
        ))),
    }
}

/// Inserts, then sorts, then cuts.
pub(super) fn push(document: &mut Document, path: &Path, push: &Push) -> Result<(), StorageError> {
    match array(document, path, "$push")? {
        Some(array) => push_into(array, push),
        None => {
            let mut array = Array::new();
            push_into(&mut array, push)?;
            set(document, path, Bson::Array(array))
        }
    }
}

fn push_into(array: &mut Array, push: &Push) -> Result<(), StorageError> {
    let position = push.position.map_or(array.len(), |position| place(position, array.len()));
    array.splice(position..position, push.values.iter().cloned());
    match &push.order {
        None => {}
        Some(Order::Whole { descending }) => {
            sort(
                array,
                |value| value,
                |a, b| {
                    let order = compare(a.as_raw_bson_ref(), b.as_raw_bson_ref());
                    if *descending { order.reverse() } else { order }
                },
            )?;
        }
        Some(Order::Fields(fields)) => sort(array, fields_of, |a, b| fields.compare(a, b))?,
    }
    match push.slice {
        Some(count @ 0..) => array.truncate(place(count, array.len())),
        Some(count) => {
            array.drain(..place(count, array.len()));
        }
        None => {}
    }
    Ok(())
}

/// A position in an array; a negative one counts from the end.
fn place(position: i64, length: usize) -> usize {
    let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
    if position < 0 { length.saturating_sub(distance) } else { distance.min(length) }
}

/// What fields are looked for in: what is no document has none.
fn fields_of(value: RawBson) -> RawDocumentBuf {
    match value {
        RawBson::Document(document) => document,
        _ => RawDocumentBuf::new(),
    }
}

fn sort<K>(
    array: &mut Array,
    key: fn(RawBson) -> K,
    order: impl Fn(&K, &K) -> Ordering,
) -> Result<(), StorageError> {
    let keyed = array.drain(..).map(|value| Ok((key(to_raw(&value)?), value)));
    let mut keyed = keyed.collect::<Result<Vec<_>, StorageError>>()?;
    keyed.sort_by(|(a, _), (b, _)| order(a, b));
    array.extend(keyed.into_iter().map(|(_, value)| value));
    Ok(())
}

/// Adds the values that are not there, each once.
pub(super) fn add_to_set(document: &mut Document, path: &Path, values: &[Bson]) -> Result<(), StorageError> {
    let mut added = Array::new();
    let existing = array(document, path, "$addToSet")?;
    let mut known: Vec<RawBson> = Vec::new();
    for value in existing.iter().flat_map(|array| array.iter()) {
        known.push(to_raw(value)?);
    }
    for value in values {
        let raw = to_raw(value)?;
        if !known.iter().any(|known| compare(known.as_raw_bson_ref(), raw.as_raw_bson_ref()).is_eq()) {
            known.push(raw);
            added.push(value.clone());
        }
    }
    match existing {
        Some(array) => {
            array.append(&mut added);
            Ok(())
        }
        None => set(document, path, Bson::Array(added)),
    }
}

/// Removes the elements that meet a condition or equal a value.
pub(super) fn pull(document: &mut Document, path: &Path, pull: &Pull) -> Result<(), StorageError> {
    let operator = match pull {
        Pull::Matching(_) => "$pull",
        Pull::Values(_) => "$pull or $pullAll",
    };
    let Some(array) = array(document, path, operator)? else { return Ok(()) };
    let values = match pull {
        Pull::Matching(_) => Vec::new(),
        Pull::Values(values) => values.iter().map(to_raw).collect::<Result<_, _>>()?,
    };
    let mut kept = Array::with_capacity(array.len());
    for element in array.drain(..) {
        let raw = to_raw(&element)?;
        let raw = raw.as_raw_bson_ref();
        let pulled = match pull {
            Pull::Matching(filter) => filter.matches(raw),
            Pull::Values(_) => values.iter().any(|value| compare(value.as_raw_bson_ref(), raw).is_eq()),
        };
        if !pulled {
            kept.push(element);
        }
    }
    *array = kept;
    Ok(())
}

/// Removes the first or the last element.
pub(super) fn pop(document: &mut Document, path: &Path, first: bool) -> Result<(), StorageError> {
    match array(document, path, "$pop")? {
        Some(array) if first => {
            array.drain(..array.len().min(1));
        }
        Some(array) => {
            array.pop();
        }
        None => {}
    }
    Ok(())
}

//! The values that `distinct` lists.

use bson::{Bson, RawArray, RawBson, RawBsonRef, RawDocument};

use crate::storage::StorageError;

use super::{
    compare::compare,
    path::{Part, Path, elements, field},
    value::to_raw,
};

/// Each value of a field once, arrays taken apart, in BSON order. Of values that are equal, such as 1 and 1.0, the
/// first stays.
///
/// # Errors
/// [`StorageError::Invalid`] for a path that cannot name a field.
pub fn distinct<D: AsRef<RawDocument>>(
    documents: impl IntoIterator<Item = D>,
    path: &str,
) -> Result<Vec<Bson>, StorageError> {
    let path = Path::parse(path)?;
    let mut values = Vec::new();
    for document in documents {
        collect(RawBsonRef::Document(document.as_ref()), path.parts(), &mut values);
    }
    let keyed = values.into_iter().map(|value| Ok((to_raw(&value)?, value)));
    let mut keyed: Vec<(RawBson, Bson)> = keyed.collect::<Result<_, StorageError>>()?;
    let order = |a: &RawBson, b: &RawBson| compare(a.as_raw_bson_ref(), b.as_raw_bson_ref());
    keyed.sort_by(|(a, _), (b, _)| order(a, b));
    keyed.dedup_by(|(a, _), (b, _)| order(a, b).is_eq());
    Ok(keyed.into_iter().map(|(_, value)| value).collect())
}

/// The values at a path, with an array at its end taken as its elements; one level, so that an array in an array is a
/// value. A missing field has no value, and a document or path that cannot be read neither.
///
/// Values may repeat: what is distinct is for the caller to tell, with [`compare`](super::compare), over all documents.
pub fn distinct_values(document: &RawDocument, path: &str) -> Vec<Bson> {
    let mut values = Vec::new();
    if let Ok(path) = Path::parse(path) {
        collect(RawBsonRef::Document(document), path.parts(), &mut values);
    }
    values
}

fn collect(value: RawBsonRef<'_>, parts: &[Part], values: &mut Vec<Bson>) {
    match (value, parts.split_first()) {
        (RawBsonRef::Array(array), None) => each(array, |element| push(element, values)),
        (value, None) => push(value, values),
        (RawBsonRef::Document(document), Some((part, rest))) => {
            if let Ok(Some(value)) = field(document, &part.name) {
                collect(value, rest, values);
            }
        }
        (RawBsonRef::Array(array), Some((part, rest))) => match part.index {
            Some(index) => {
                if let Ok(Some(element)) = array.get(index) {
                    collect(element, rest, values);
                }
            }
            None => each(array, |element| {
                if let RawBsonRef::Document(_) = element {
                    collect(element, parts, values);
                }
            }),
        },
        _ => {}
    }
}

fn each<'a>(array: &'a RawArray, mut show: impl FnMut(RawBsonRef<'a>)) {
    elements(array).map_while(Result::ok).for_each(&mut show);
}

fn push(value: RawBsonRef<'_>, values: &mut Vec<Bson>) {
    values.extend(Bson::try_from(value));
}

//! The values that `distinct` lists.

use bson::{Bson, RawArray, RawBsonRef, RawDocument};

use super::path::{Part, Path, elements, field};

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

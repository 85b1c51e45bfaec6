//! The order of all BSON values.

use std::cmp::Ordering;

use bson::{RawArray, RawBsonRef, RawDocument, raw::RawIter};

use super::{kind::Bracket, number::Number};

/// Values nested deeper than any document may be are compared by their bytes, so that the stack is bounded.
const MAX_NESTING: usize = 200;

/// Compares two values in MongoDB's order: `MinKey`, null, numbers, strings, documents, arrays, binary data, ids,
/// booleans, dates, timestamps, regular expressions, `MaxKey`.
///
/// Numbers of all four types are one kind, compared exactly; NaN is the least of them and equal to itself, -0 equals
/// 0. Strings order by their UTF-8 bytes. Documents compare field by field: type, name, value. The order is total.
///
/// ```
/// use std::cmp::Ordering;
/// use bson::RawBsonRef;
/// use mozaiks_core::storage::eval::compare;
///
/// assert_eq!(compare(RawBsonRef::Int32(1), RawBsonRef::Double(1.0)), Ordering::Equal);
/// assert_eq!(compare(RawBsonRef::Int32(9), RawBsonRef::String("1")), Ordering::Less);
/// ```
pub fn compare(a: RawBsonRef<'_>, b: RawBsonRef<'_>) -> Ordering {
    compare_nested(a, b, 0)
}

fn compare_nested(a: RawBsonRef<'_>, b: RawBsonRef<'_>, depth: usize) -> Ordering {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return a.compare(b);
    }
    match (a, b) {
        (RawBsonRef::String(a) | RawBsonRef::Symbol(a), RawBsonRef::String(b) | RawBsonRef::Symbol(b)) => {
            a.as_bytes().cmp(b.as_bytes())
        }
        (RawBsonRef::Document(a), RawBsonRef::Document(b)) => compare_documents(a, b, depth),
        (RawBsonRef::Array(a), RawBsonRef::Array(b)) => compare_arrays(a, b, depth),
        (RawBsonRef::Binary(a), RawBsonRef::Binary(b)) => (a.bytes.len().cmp(&b.bytes.len()))
            .then_with(|| u8::from(a.subtype).cmp(&u8::from(b.subtype)))
            .then_with(|| a.bytes.cmp(b.bytes)),
        (RawBsonRef::ObjectId(a), RawBsonRef::ObjectId(b)) => a.bytes().cmp(&b.bytes()),
        (RawBsonRef::Boolean(a), RawBsonRef::Boolean(b)) => a.cmp(&b),
        (RawBsonRef::DateTime(a), RawBsonRef::DateTime(b)) => a.timestamp_millis().cmp(&b.timestamp_millis()),
        (RawBsonRef::Timestamp(a), RawBsonRef::Timestamp(b)) => {
            (a.time, a.increment).cmp(&(b.time, b.increment))
        }
        (RawBsonRef::RegularExpression(a), RawBsonRef::RegularExpression(b)) => {
            (a.pattern.as_str(), a.options.as_str()).cmp(&(b.pattern.as_str(), b.options.as_str()))
        }
        (RawBsonRef::JavaScriptCode(a), RawBsonRef::JavaScriptCode(b)) => a.cmp(b),
        (RawBsonRef::JavaScriptCodeWithScope(a), RawBsonRef::JavaScriptCodeWithScope(b)) => {
            a.code.cmp(b.code).then_with(|| compare_documents(a.scope, b.scope, depth))
        }
        // The parts of the deprecated pointer are private to the driver; what it prints tells them all.
        (RawBsonRef::DbPointer(a), RawBsonRef::DbPointer(b)) => format!("{a:?}").cmp(&format!("{b:?}")),
        // Null, MinKey and MaxKey have one value each.
        _ => Bracket::of(a.element_type()).cmp(&Bracket::of(b.element_type())),
    }
}

fn compare_documents(a: &RawDocument, b: &RawDocument, depth: usize) -> Ordering {
    if depth >= MAX_NESTING {
        return a.as_bytes().cmp(b.as_bytes());
    }
    compare_fields(a.iter_elements(), b.iter_elements(), true, depth)
        .unwrap_or_else(|| a.as_bytes().cmp(b.as_bytes()))
}

fn compare_arrays(a: &RawArray, b: &RawArray, depth: usize) -> Ordering {
    if depth >= MAX_NESTING {
        return a.as_bytes().cmp(b.as_bytes());
    }
    compare_fields(a.iter_elements(), b.iter_elements(), false, depth)
        .unwrap_or_else(|| a.as_bytes().cmp(b.as_bytes()))
}

/// Compares field by field; none if one of the two cannot be read.
fn compare_fields(mut a: RawIter<'_>, mut b: RawIter<'_>, named: bool, depth: usize) -> Option<Ordering> {
    loop {
        let (left, right) = match (a.next(), b.next()) {
            (None, None) => return Some(Ordering::Equal),
            (None, Some(_)) => return Some(Ordering::Less),
            (Some(_), None) => return Some(Ordering::Greater),
            (Some(left), Some(right)) => (left.ok()?, right.ok()?),
        };
        let mut order = Bracket::of(left.element_type()).cmp(&Bracket::of(right.element_type()));
        if named {
            order = order.then_with(|| left.key().as_str().cmp(right.key().as_str()));
        }
        if order.is_eq() {
            order = compare_nested(left.value().ok()?, right.value().ok()?, depth + 1);
        }
        if order.is_ne() {
            return Some(order);
        }
    }
}

//! Matching a compiled filter with a raw document.

use bson::{RawArray, RawBsonRef, RawDocument};

use super::{
    super::path::{Corrupt, Leaf, Path, any_in_leaf, elements},
    ElementCondition, Filter, Node,
    test::{Test, has_remainder},
};

impl Filter {
    pub(super) fn holds(&self, document: &RawDocument) -> Result<bool, Corrupt> {
        for node in &self.conditions {
            if !node.holds(document)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Node {
    fn holds(&self, document: &RawDocument) -> Result<bool, Corrupt> {
        let any = |filters: &[Filter], wanted: bool| {
            for filter in filters {
                if filter.holds(document)? == wanted {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match self {
            Self::All(filters) => any(filters, false).map(|failed| !failed),
            Self::Any(filters) => any(filters, true),
            Self::Neither(filters) => any(filters, true).map(|met| !met),
            Self::Field { path, test } => test.holds(&Place::Path { document, path }),
        }
    }
}

/// Whether an element meets the condition of a `$pull`.
pub(super) fn element(condition: &ElementCondition, element: RawBsonRef<'_>) -> Result<bool, Corrupt> {
    match (condition, element) {
        (ElementCondition::Test(test), element) => test.holds(&Place::Value(element)),
        (ElementCondition::Document(filter), RawBsonRef::Document(document)) => filter.holds(document),
        (ElementCondition::Document(_), _) => Ok(false),
    }
}

/// Where the values of a test come from.
enum Place<'p, 'a> {
    Path {
        document: &'a RawDocument,
        path: &'p Path,
    },
    /// A value as if it stood at the end of a path.
    Value(RawBsonRef<'a>),
}

impl<'a> Place<'_, 'a> {
    fn any<F>(&self, leaf: Leaf, mut found: F) -> Result<bool, Corrupt>
    where
        F: FnMut(Option<RawBsonRef<'a>>) -> Result<bool, Corrupt>,
    {
        match self {
            Self::Path { document, path } => path.any(document, leaf, &mut found),
            Self::Value(value) => any_in_leaf(*value, leaf, &mut found),
        }
    }
}

impl Test {
    /// Whether some value at a place meets the test. Several tests of one path may be met by different values;
    /// a negation holds if no value meets what it negates.
    fn holds(&self, place: &Place<'_, '_>) -> Result<bool, Corrupt> {
        match self {
            Self::Not(test) => test.holds(place).map(|met| !met),
            Self::Every(tests) => every(tests, |test| test.holds(place)),
            // An empty `$all` asks for nothing that could be there.
            Self::Contains(tests) => Ok(!tests.is_empty() && every(tests, |test| test.holds(place))?),
            Self::Size(_) | Self::AnyElement(_) | Self::AnyValue(_) => {
                place.any(Leaf::Whole, |value| self.met_by(value))
            }
            Self::Compare { .. }
            | Self::Pattern(_)
            | Self::In(_)
            | Self::Exists
            | Self::Kind(_)
            | Self::Modulo { .. } => place.any(Leaf::Elements, |value| self.met_by(value)),
        }
    }

    /// Whether one value, which may be missing, meets the test by itself.
    fn met_by(&self, value: Option<RawBsonRef<'_>>) -> Result<bool, Corrupt> {
        Ok(match (self, value) {
            (Self::Not(test), value) => !test.met_by(value)?,
            (Self::Every(tests), value) => every(tests, |test| test.met_by(value))?,
            (Self::Contains(tests), value) => !tests.is_empty() && every(tests, |test| test.met_by(value))?,
            (Self::Compare { operator, operand }, value) => operator.holds(value, operand.raw()),
            (Self::In(choices), value) => choices.contain(value),
            (Self::Exists, value) => value.is_some(),
            (_, None) => false,
            (Self::Pattern(pattern), Some(value)) => pattern.matches(value),
            (Self::Kind(kinds), Some(value)) => kinds.contains(value),
            (Self::Modulo { divisor, remainder }, Some(value)) => has_remainder(value, *divisor, *remainder),
            (Self::Size(size), Some(RawBsonRef::Array(array))) => has_size(array, *size)?,
            (Self::AnyElement(filter), Some(RawBsonRef::Array(array))) => any_element(array, filter)?,
            (Self::AnyValue(tests), Some(RawBsonRef::Array(array))) => any_value(array, tests)?,
            (Self::Size(_) | Self::AnyElement(_) | Self::AnyValue(_), Some(_)) => false,
        })
    }
}

fn every(tests: &[Test], mut holds: impl FnMut(&Test) -> Result<bool, Corrupt>) -> Result<bool, Corrupt> {
    for test in tests {
        if !holds(test)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn has_size(array: &RawArray, size: u64) -> Result<bool, Corrupt> {
    let mut count = 0;
    for element in array.iter_elements() {
        element.map_err(|_| Corrupt)?;
        count += 1;
        if count > size {
            return Ok(false);
        }
    }
    Ok(count == size)
}

fn any_element(array: &RawArray, filter: &Filter) -> Result<bool, Corrupt> {
    for element in elements(array) {
        let met = match element? {
            RawBsonRef::Document(document) => filter.holds(document)?,
            // An array counts as a document with its positions as names.
            RawBsonRef::Array(inner) => {
                filter.holds(RawDocument::from_bytes(inner.as_bytes()).map_err(|_| Corrupt)?)?
            }
            _ => false,
        };
        if met {
            return Ok(true);
        }
    }
    Ok(false)
}

fn any_value(array: &RawArray, tests: &[Test]) -> Result<bool, Corrupt> {
    for element in elements(array) {
        let element = element?;
        if every(tests, |test| test.met_by(Some(element)))? {
            return Ok(true);
        }
    }
    Ok(false)
}

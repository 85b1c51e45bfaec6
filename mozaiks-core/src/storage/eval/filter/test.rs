//! The tests that a filter makes of values.

use std::cmp::Ordering;

use bson::RawBsonRef;

use super::{
    super::{
        compare::compare,
        kind::{Bracket, Kinds},
        number::Number,
        value::Operand,
    },
    Filter,
    regex::Pattern,
};

/// One test of the values at a path.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Compare {
        operator: Operator,
        operand: Operand,
    },
    Pattern(Pattern),
    In(Choices),
    Exists,
    Kind(Kinds),
    Modulo {
        divisor: i64,
        remainder: i64,
    },
    Size(u64),
    /// `$elemMatch` of documents.
    AnyElement(Filter),
    /// `$elemMatch` of values: operators, all of which one element meets.
    AnyValue(Vec<Test>),
    /// `$all`: each is met by the array or an element.
    Contains(Vec<Test>),
    Not(Box<Test>),
    /// Several operators on one path, each met by whatever the path reaches.
    Every(Vec<Test>),
}

impl Test {
    pub(super) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(super) fn every(mut tests: Vec<Self>) -> Self {
        match (tests.pop(), tests.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                tests.extend(last);
                Self::Every(tests)
            }
        }
    }
}

/// An operator that compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    /// Whether a value stands in this relation to an operand. A missing value counts as null, and only values of one
    /// type bracket are compared.
    pub(super) fn holds(self, value: Option<RawBsonRef<'_>>, operand: RawBsonRef<'_>) -> bool {
        let value = value.unwrap_or(RawBsonRef::Undefined);
        let (bracket, other) = (Bracket::of(value.element_type()), Bracket::of(operand.element_type()));
        if bracket != other {
            return match (bracket, other) {
                (Bracket::Undefined, Bracket::Null) | (Bracket::Null, Bracket::Undefined) => {
                    self.allows_equal()
                }
                (_, Bracket::MinKey) => matches!(self, Self::Greater | Self::GreaterOrEqual),
                (_, Bracket::MaxKey) => matches!(self, Self::Less | Self::LessOrEqual),
                _ => false,
            };
        }
        // NaN sorts below the numbers, but in a filter it is only comparable to itself.
        let is_nan = |value| Number::of(value).is_some_and(Number::is_nan);
        if is_nan(value) || is_nan(operand) {
            return self.allows_equal() && is_nan(value) && is_nan(operand);
        }
        let order = compare(value, operand);
        match self {
            Self::Equal => order.is_eq(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }

    fn allows_equal(self) -> bool {
        matches!(self, Self::Equal | Self::GreaterOrEqual | Self::LessOrEqual)
    }
}

/// The operands of `$in`.
#[derive(Debug, Clone)]
pub(super) struct Choices {
    /// Sorted, so that a long list costs little.
    values: Vec<Operand>,
    patterns: Vec<Pattern>,
    null: bool,
}

impl Choices {
    pub(super) fn new(mut values: Vec<Operand>, patterns: Vec<Pattern>) -> Self {
        values.sort_by(|a, b| compare(a.raw(), b.raw()));
        let null = values.iter().any(|value| matches!(value.raw(), RawBsonRef::Null | RawBsonRef::Undefined));
        Self { values, patterns, null }
    }

    /// The values, if nothing else is a choice.
    pub(super) fn all_values(&self) -> Option<Vec<RawBsonRef<'_>>> {
        self.patterns.is_empty().then(|| self.values.iter().map(Operand::raw).collect())
    }

    pub(super) fn contain(&self, value: Option<RawBsonRef<'_>>) -> bool {
        match value {
            None | Some(RawBsonRef::Null | RawBsonRef::Undefined) => self.null,
            Some(value) => {
                self.values.binary_search_by(|choice| compare(choice.raw(), value)).is_ok()
                    || self.patterns.iter().any(|pattern| pattern.matches(value))
            }
        }
    }
}

/// Whether the remainder of a number's whole part is the one asked for.
pub(super) fn has_remainder(value: RawBsonRef<'_>, divisor: i64, remainder: i64) -> bool {
    let Some(value) = Number::of(value).and_then(Number::truncate) else { return false };
    // The one division that overflows leaves nothing.
    value.checked_rem(divisor).unwrap_or(0).cmp(&remainder) == Ordering::Equal
}

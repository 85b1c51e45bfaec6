//! Numbers of the four BSON types: one order, one arithmetic.

// Each cast is of a value that was compared with the range of its target just before.
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]

use std::cmp::Ordering;

use bson::{Bson, RawBsonRef};

use super::decimal::Decimal;

/// 2^63, the first double beyond an `i64`.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// A number, whatever its BSON type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Int(i64),
    Double(f64),
    Decimal(Decimal),
}

impl Number {
    pub(super) fn of(value: RawBsonRef<'_>) -> Option<Self> {
        Some(match value {
            RawBsonRef::Int32(value) => Self::Int(value.into()),
            RawBsonRef::Int64(value) => Self::Int(value),
            RawBsonRef::Double(value) => Self::Double(value),
            RawBsonRef::Decimal128(value) => Self::Decimal(Decimal::decode(value)),
            _ => return None,
        })
    }

    pub(super) fn of_bson(value: &Bson) -> Option<Self> {
        Some(match value {
            Bson::Int32(value) => Self::Int((*value).into()),
            Bson::Int64(value) => Self::Int(*value),
            Bson::Double(value) => Self::Double(*value),
            Bson::Decimal128(value) => Self::Decimal(Decimal::decode(*value)),
            _ => return None,
        })
    }

    pub(super) fn is_nan(self) -> bool {
        match self {
            Self::Int(_) => false,
            Self::Double(value) => value.is_nan(),
            Self::Decimal(value) => matches!(value, Decimal::Nan),
        }
    }

    /// The value, if it is a whole number that an `i64` holds.
    pub(super) fn to_whole(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Double(value) => truncate(value).filter(|_| value.fract() == 0.0),
            Self::Decimal(value) => value.to_whole(),
        }
    }

    /// The value without its fraction, if an `i64` holds it.
    pub(super) fn truncate(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Double(value) => truncate(value),
            Self::Decimal(value) => value.truncate(),
        }
    }

    /// The total order of the numbers: NaN first and equal to itself, -0 equal to 0, exact everywhere.
    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Double(a), Self::Double(b)) => compare_doubles(a, b),
            (Self::Int(a), Self::Double(b)) => compare_int_with_double(a, b),
            (Self::Double(a), Self::Int(b)) => compare_int_with_double(b, a).reverse(),
            (Self::Decimal(a), Self::Decimal(b)) => a.compare(b),
            (Self::Decimal(a), Self::Int(b)) => a.compare(Decimal::from_int(b)),
            (Self::Int(a), Self::Decimal(b)) => Decimal::from_int(a).compare(b),
            (Self::Decimal(a), Self::Double(b)) => a.compare_double(b),
            (Self::Double(a), Self::Decimal(b)) => b.compare_double(a).reverse(),
        }
    }

    fn to_decimal(self) -> Decimal {
        match self {
            Self::Int(value) => Decimal::from_int(value),
            Self::Double(value) => Decimal::from_double(value),
            Self::Decimal(value) => value,
        }
    }
}

/// The whole number in a value, if it is one: `3`, `3.0`.
pub(super) fn whole(value: &Bson) -> Option<i64> {
    Number::of_bson(value)?.to_whole()
}

fn truncate(value: f64) -> Option<i64> {
    // The cast is exact in this range, and the range excludes NaN.
    (-TWO_TO_63..TWO_TO_63).contains(&value).then(|| value.trunc() as i64)
}

fn compare_doubles(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn compare_int_with_double(int: i64, double: f64) -> Ordering {
    match truncate(double) {
        Some(whole) => int.cmp(&whole).then_with(|| compare_doubles(0.0, double.fract())),
        None if double > 0.0 => Ordering::Less,
        // NaN, or below every `i64`.
        None => Ordering::Greater,
    }
}

/// An operation of `$inc` or `$mul`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Multiply,
}

/// Why two values could not be computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArithmeticError {
    /// One of them is no number.
    NotANumber,
    /// The result fits no number of the type.
    Overflow,
}

impl Arithmetic {
    /// Computes with the widest of the two types. An `i32` that overflows becomes an `i64`; an `i64` does not become
    /// a double, because that would lose digits without a word.
    pub(super) fn apply(self, left: &Bson, right: &Bson) -> Result<Bson, ArithmeticError> {
        let (Some(a), Some(b)) = (Number::of_bson(left), Number::of_bson(right)) else {
            return Err(ArithmeticError::NotANumber);
        };
        match (a, b) {
            (Number::Decimal(_), _) | (_, Number::Decimal(_)) => {
                let (a, b) = (a.to_decimal(), b.to_decimal());
                let result = match self {
                    Self::Add => a.add(b),
                    Self::Multiply => a.multiply(b),
                };
                result.map(Bson::Decimal128).ok_or(ArithmeticError::Overflow)
            }
            (Number::Int(a), Number::Int(b)) => {
                let result = match self {
                    Self::Add => a.checked_add(b),
                    Self::Multiply => a.checked_mul(b),
                };
                let result = result.ok_or(ArithmeticError::Overflow)?;
                let narrow = matches!((left, right), (Bson::Int32(_), Bson::Int32(_)));
                Ok(match i32::try_from(result) {
                    Ok(result) if narrow => Bson::Int32(result),
                    _ => Bson::Int64(result),
                })
            }
            (Number::Int(a), Number::Double(b)) => Ok(self.doubles(a as f64, b)),
            (Number::Double(a), Number::Int(b)) => Ok(self.doubles(a, b as f64)),
            (Number::Double(a), Number::Double(b)) => Ok(self.doubles(a, b)),
        }
    }

    fn doubles(self, a: f64, b: f64) -> Bson {
        Bson::Double(match self {
            Self::Add => a + b,
            Self::Multiply => a * b,
        })
    }
}

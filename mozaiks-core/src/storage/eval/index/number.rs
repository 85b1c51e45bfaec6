//! Numbers as bytes, exactly and for all four types alike.
//!
//! A magnitude is the greatest double that is not above it, and, if it is not that double itself, its decimal digits:
//! among numbers between two neighbouring doubles, which only integers and decimals are, these decide.

// Each cast is of a value whose range is known: see there.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

use std::cmp::Ordering;

use super::super::{decimal::Decimal, number::Number};

/// What is added to the first byte of the bracket.
const NAN: u8 = 0;
const NEGATIVE: u8 = 1;
const ZERO: u8 = 2;
const POSITIVE: u8 = 3;

/// Moves every exponent of a decimal above zero.
const BIAS: i32 = 0x4000;

/// A number above zero.
struct Magnitude {
    /// The greatest double that is not above it.
    floor: f64,
    /// Its digits and their exponent, if it is not that double.
    rest: Option<(u128, i32)>,
}

/// Appends a number; `kind` is the first byte of the bracket.
pub(super) fn push(number: Number, kind: u8, bytes: &mut Vec<u8>) {
    let (negative, magnitude) = match number {
        Number::Int(0) => return bytes.push(kind + ZERO),
        Number::Int(value) => (value < 0, of_int(value.unsigned_abs())),
        Number::Double(value) if value.is_nan() => return bytes.push(kind + NAN),
        Number::Double(0.0) => return bytes.push(kind + ZERO),
        Number::Double(value) => (value < 0.0, Magnitude { floor: value.abs(), rest: None }),
        Number::Decimal(Decimal::Nan) => return bytes.push(kind + NAN),
        Number::Decimal(Decimal::Infinite { negative }) => {
            (negative, Magnitude { floor: f64::INFINITY, rest: None })
        }
        Number::Decimal(Decimal::Finite { coefficient: 0, .. }) => return bytes.push(kind + ZERO),
        Number::Decimal(Decimal::Finite { negative, coefficient, exponent }) => {
            (negative, of_decimal(coefficient, exponent))
        }
    };
    bytes.push(kind + if negative { NEGATIVE } else { POSITIVE });
    let start = bytes.len();
    magnitude.push(bytes);
    if negative {
        bytes.iter_mut().skip(start).for_each(|byte| *byte = !*byte);
    }
}

fn of_int(value: u64) -> Magnitude {
    // At most 2^63, so that the nearest double is in the range of an `u64` too.
    let nearest = value as f64;
    match (nearest as u64).cmp(&value) {
        Ordering::Equal => Magnitude { floor: nearest, rest: None },
        Ordering::Less => Magnitude { floor: nearest, rest: Some((value.into(), 0)) },
        Ordering::Greater => Magnitude { floor: below(nearest), rest: Some((value.into(), 0)) },
    }
}

fn of_decimal(coefficient: u128, exponent: i32) -> Magnitude {
    let nearest: f64 = format!("{coefficient}e{exponent}").parse().unwrap_or(0.0);
    // A finite decimal is not infinite, though the nearest double may be.
    let nearest = nearest.min(f64::MAX);
    let decimal = Decimal::Finite { negative: false, coefficient, exponent };
    match decimal.compare_double(nearest) {
        Ordering::Equal => Magnitude { floor: nearest, rest: None },
        Ordering::Greater => Magnitude { floor: nearest, rest: Some((coefficient, exponent)) },
        Ordering::Less => Magnitude { floor: below(nearest), rest: Some((coefficient, exponent)) },
    }
}

/// The double below one that is above zero.
fn below(double: f64) -> f64 {
    f64::from_bits(double.to_bits().saturating_sub(1))
}

impl Magnitude {
    fn push(&self, bytes: &mut Vec<u8>) {
        // The bits of a double that is not negative order as it does, and the sign's place is free.
        let head = (self.floor.to_bits() << 1) | u64::from(self.rest.is_some());
        bytes.extend_from_slice(&head.to_be_bytes());
        if let Some((coefficient, exponent)) = self.rest {
            push_decimal(coefficient, exponent, bytes);
        }
    }
}

/// The place of the first digit, then the digits without zeros at the end, two to a byte, from 1 on; then 0.
fn push_decimal(coefficient: u128, exponent: i32, bytes: &mut Vec<u8>) {
    let digits = coefficient.to_string();
    let place = exponent + digits.len() as i32 + BIAS;
    bytes.extend_from_slice(&(place as u16).to_be_bytes());
    for pair in digits.trim_end_matches('0').as_bytes().chunks(2) {
        let digit = |index: usize| pair.get(index).map_or(0, |digit| digit - b'0');
        bytes.push(digit(0) * 10 + digit(1) + 1);
    }
    bytes.push(0);
}

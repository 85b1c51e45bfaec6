//! Decimal128 taken apart, compared and computed with exactly.

// Exponents have at most 14 bits.
#![allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation)]

use std::cmp::Ordering;

use bson::Decimal128;

use super::natural::Natural;

/// The most digits that a Decimal128 holds.
const DIGITS: usize = 34;
const MAX_COEFFICIENT: u128 = 9_999_999_999_999_999_999_999_999_999_999_999;
const BIAS: i32 = 6176;

/// A Decimal128 as its parts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decimal {
    Nan,
    Infinite { negative: bool },
    Finite { negative: bool, coefficient: u128, exponent: i32 },
}

impl Decimal {
    pub(super) fn decode(decimal: Decimal128) -> Self {
        let bits = u128::from_le_bytes(decimal.bytes());
        let negative = bits >> 127 == 1;
        let field = |shift: u32| ((bits >> shift) & 0x3fff) as i32 - BIAS;
        match (bits >> 122) & 0x1f {
            0b11111 => Self::Nan,
            0b11110 => Self::Infinite { negative },
            // The long form only encodes coefficients beyond 34 digits, which the standard reads as zero.
            high if high >> 3 == 0b11 => Self::Finite { negative, coefficient: 0, exponent: field(111) },
            _ => {
                let coefficient = bits & ((1 << 113) - 1);
                let coefficient = if coefficient > MAX_COEFFICIENT { 0 } else { coefficient };
                Self::Finite { negative, coefficient, exponent: field(113) }
            }
        }
    }

    pub(super) fn from_int(value: i64) -> Self {
        Self::Finite { negative: value < 0, coefficient: value.unsigned_abs().into(), exponent: 0 }
    }

    /// The decimal with 15 significant digits: what MongoDB computes with when a double meets a decimal.
    pub(super) fn from_double(value: f64) -> Self {
        Self::rounded(value, 15)
    }

    /// The decimal with as many digits as there are: what MongoDB adds to decimals in a `$sum`.
    pub(super) fn from_double_in_full(value: f64) -> Self {
        Self::rounded(value, DIGITS)
    }

    fn rounded(value: f64, digits: usize) -> Self {
        if value.is_nan() {
            return Self::Nan;
        }
        if value.is_infinite() {
            return Self::Infinite { negative: value < 0.0 };
        }
        let fraction = digits - 1;
        let text = format!("{:.fraction$e}", value.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let (mut coefficient, mut exponent) =
            (digits.parse::<u128>().unwrap_or(0), exponent.parse::<i32>().unwrap_or(0) - fraction as i32);
        while coefficient != 0 && coefficient.is_multiple_of(10) {
            (coefficient, exponent) = (coefficient / 10, exponent + 1);
        }
        if coefficient == 0 {
            exponent = 0;
        }
        Self::Finite { negative: value.is_sign_negative(), coefficient, exponent }
    }

    /// The value, if it is a whole number that an `i64` holds.
    pub(super) fn to_whole(self) -> Option<i64> {
        let truncated = self.truncate()?;
        (self.compare(Self::from_int(truncated)) == Ordering::Equal).then_some(truncated)
    }

    /// The value without its fraction, if an `i64` holds it.
    pub(super) fn truncate(self) -> Option<i64> {
        let Self::Finite { negative, mut coefficient, exponent } = self else { return None };
        if coefficient == 0 {
            return Some(0);
        }
        if exponent >= 0 {
            coefficient = coefficient.checked_mul(10u128.checked_pow(exponent.unsigned_abs())?)?;
        } else {
            // Beyond 38 digits nothing is left of the coefficient.
            coefficient = 10u128.checked_pow(exponent.unsigned_abs()).map_or(0, |power| coefficient / power);
        }
        let value = i128::try_from(coefficient).ok()?;
        i64::try_from(if negative { -value } else { value }).ok()
    }

    /// The total order of the numbers: NaN first and equal to itself, -0 equal to 0.
    pub(super) fn compare(self, other: Self) -> Ordering {
        let (left, right) = (self.sign(), other.sign());
        if left != right || left == Sign::Nan || left == Sign::Zero {
            return left.cmp(&right);
        }
        let magnitude = match (self, other) {
            (
                Self::Finite { coefficient: a, exponent: p, .. },
                Self::Finite { coefficient: b, exponent: q, .. },
            ) => compare_scaled(a, p, b, q),
            _ => Ordering::Equal,
        };
        if left == Sign::Negative { magnitude.reverse() } else { magnitude }
    }

    /// As [`compare`](Self::compare), with a finite double, exactly.
    pub(super) fn compare_double(self, double: f64) -> Ordering {
        let (left, right) = (self.sign(), Sign::of(double));
        if left != right || left == Sign::Nan || left == Sign::Zero {
            return left.cmp(&right);
        }
        let Self::Finite { coefficient, exponent, .. } = self else { return Ordering::Equal };
        let magnitude = compare_with_binary(coefficient, exponent, double.abs());
        if left == Sign::Negative { magnitude.reverse() } else { magnitude }
    }

    fn sign(self) -> Sign {
        match self {
            Self::Nan => Sign::Nan,
            Self::Infinite { negative: true } => Sign::NegativeInfinity,
            Self::Infinite { negative: false } => Sign::PositiveInfinity,
            Self::Finite { coefficient: 0, .. } => Sign::Zero,
            Self::Finite { negative: true, .. } => Sign::Negative,
            Self::Finite { .. } => Sign::Positive,
        }
    }

    /// The sum, rounded to 34 digits; none if it is out of range.
    pub(super) fn add(self, other: Self) -> Option<Decimal128> {
        let (a, b) = match (self, other) {
            (Self::Nan, _) | (_, Self::Nan) => return "NaN".parse().ok(),
            (Self::Infinite { negative: a }, Self::Infinite { negative: b }) if a != b => {
                return "NaN".parse().ok();
            }
            (Self::Infinite { negative }, _) | (_, Self::Infinite { negative }) => return infinity(negative),
            (
                Self::Finite { negative: s, coefficient: a, exponent: p },
                Self::Finite { negative: t, coefficient: b, exponent: q },
            ) => ((s, a, p), (t, b, q)),
        };
        let exponent = a.2.min(b.2);
        let scale = |(_, coefficient, from): (bool, u128, i32)| {
            // A zero stays zero at every exponent, without the work.
            let power = if coefficient == 0 { 0 } else { from.abs_diff(exponent) };
            Natural::from(coefficient).times_power_of_ten(power)
        };
        let (left, right) = (scale(a), scale(b));
        let (negative, sum) = if a.0 == b.0 {
            (a.0, left.plus(&right))
        } else if left.compare(&right) == Ordering::Less {
            (b.0, right.minus(&left))
        } else {
            (a.0, left.minus(&right))
        };
        pack(negative, &sum, exponent)
    }

    /// The sum, rounded to 34 digits; infinite if it is out of range.
    pub(super) fn add_or_infinite(self, other: Self) -> Decimal128 {
        let negative = self.sign() < Sign::Zero;
        self.add(other).or_else(|| infinity(negative)).unwrap_or(Decimal128::from_bytes([0; 16]))
    }

    /// The quotient, rounded to 34 digits.
    pub(super) fn divide(self, divisor: u64) -> Decimal128 {
        let quotient = match self {
            Self::Nan => "NaN".parse().ok(),
            Self::Infinite { negative } => infinity(negative),
            Self::Finite { negative, coefficient, mut exponent } => {
                let digits = Natural::from(coefficient).to_digits();
                let mut quotient = Vec::new();
                let mut remainder = 0u128;
                let mut step = |digit: u8| {
                    remainder = remainder * 10 + u128::from(digit);
                    let next = remainder / u128::from(divisor.max(1));
                    remainder %= u128::from(divisor.max(1));
                    if next != 0 || !quotient.is_empty() {
                        quotient.push(next as u8);
                    }
                    (remainder != 0, quotient.len())
                };
                let mut state = (false, 0);
                for digit in digits {
                    state = step(digit);
                }
                // One digit more than fits decides how to round, and one after it stands for all that are left.
                while state.0 && state.1 <= DIGITS {
                    state = step(0);
                    exponent -= 1;
                }
                if state.0 {
                    quotient.push(1);
                    exponent -= 1;
                }
                if quotient.is_empty() {
                    quotient.push(0);
                }
                pack_digits(negative, quotient, exponent)
            }
        };
        // Nothing but what is next to zero does not fit.
        quotient.unwrap_or(Decimal128::from_bytes([0; 16]))
    }

    /// The product, rounded to 34 digits; none if it is out of range.
    pub(super) fn multiply(self, other: Self) -> Option<Decimal128> {
        match (self, other) {
            (
                Self::Finite { negative: s, coefficient: a, exponent: p },
                Self::Finite { negative: t, coefficient: b, exponent: q },
            ) => pack(s != t, &Natural::from(a).times(&Natural::from(b)), p + q),
            (Self::Infinite { negative: s }, Self::Infinite { negative: t }) => infinity(s != t),
            (Self::Infinite { negative: s }, Self::Finite { negative: t, coefficient, .. })
            | (Self::Finite { negative: t, coefficient, .. }, Self::Infinite { negative: s })
                if coefficient != 0 =>
            {
                infinity(s != t)
            }
            _ => "NaN".parse().ok(),
        }
    }
}

/// Where a number stands, before its magnitude is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    Nan,
    NegativeInfinity,
    Negative,
    Zero,
    Positive,
    PositiveInfinity,
}

impl Sign {
    fn of(double: f64) -> Self {
        if double.is_nan() {
            Self::Nan
        } else if double == f64::NEG_INFINITY {
            Self::NegativeInfinity
        } else if double == f64::INFINITY {
            Self::PositiveInfinity
        } else if double == 0.0 {
            Self::Zero
        } else if double < 0.0 {
            Self::Negative
        } else {
            Self::Positive
        }
    }
}

fn infinity(negative: bool) -> Option<Decimal128> {
    if negative { "-Infinity" } else { "Infinity" }.parse().ok()
}

/// The exponent of the leading digit.
fn adjusted(coefficient: u128, exponent: i32) -> i32 {
    exponent + coefficient.checked_ilog10().unwrap_or(0) as i32
}

/// Compares `a * 10^p` with `b * 10^q`, both above zero.
fn compare_scaled(a: u128, p: i32, b: u128, q: i32) -> Ordering {
    adjusted(a, p).cmp(&adjusted(b, q)).then_with(|| {
        // The leading digits stand at the same place, so that the exponents differ by less than 34.
        let low = p.min(q);
        let scaled =
            |value: u128, exponent: i32| Natural::from(value).times_power_of_ten(exponent.abs_diff(low));
        scaled(a, p).compare(&scaled(b, q))
    })
}

/// Compares `coefficient * 10^exponent` with a finite double, both above zero.
fn compare_with_binary(coefficient: u128, exponent: i32, double: f64) -> Ordering {
    // No double reaches 10^309 nor goes below 10^-324: outside of that nothing needs to be multiplied out.
    match adjusted(coefficient, exponent) {
        310.. => return Ordering::Greater,
        ..-330 => return Ordering::Less,
        _ => {}
    }
    let bits = double.to_bits();
    let (biased, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    let (mantissa, power) = match biased as i32 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    };
    let mut decimal = Natural::from(coefficient);
    let mut binary = Natural::from(u128::from(mantissa));
    if exponent >= 0 {
        decimal = decimal.times_power_of_ten(exponent.unsigned_abs());
    } else {
        binary = binary.times_power_of_ten(exponent.unsigned_abs());
    }
    if power >= 0 {
        binary = binary.times_power_of_two(power.unsigned_abs());
    } else {
        decimal = decimal.times_power_of_two(power.unsigned_abs());
    }
    decimal.compare(&binary)
}

/// Rounds to 34 digits, half to even, and encodes.
fn pack(negative: bool, value: &Natural, exponent: i32) -> Option<Decimal128> {
    pack_digits(negative, value.to_digits(), exponent)
}

fn pack_digits(negative: bool, mut digits: Vec<u8>, mut exponent: i32) -> Option<Decimal128> {
    if digits.len() > DIGITS {
        let dropped = digits.split_off(DIGITS);
        exponent += i32::try_from(dropped.len()).ok()?;
        let odd = digits.last().is_some_and(|digit| digit % 2 == 1);
        let above_half = dropped.iter().skip(1).any(|digit| *digit != 0);
        let up = match dropped.first().copied().unwrap_or(0).cmp(&5) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => above_half || odd,
        };
        if up {
            let mut carry = true;
            for digit in digits.iter_mut().rev() {
                if *digit == 9 {
                    *digit = 0;
                } else {
                    *digit += 1;
                    carry = false;
                    break;
                }
            }
            if carry {
                digits.insert(0, 1);
                digits.pop();
                exponent += 1;
            }
        }
    }
    let sign = if negative { "-" } else { "" };
    let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    format!("{sign}{digits}E{exponent}").parse().ok()
}

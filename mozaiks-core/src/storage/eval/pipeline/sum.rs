//! `$sum` and `$avg`: adding numbers of all types up, without losing digits on the way.

// What is lost by a cast to a double is what a double cannot hold.
#![allow(clippy::cast_precision_loss)]

use bson::{Decimal128, RawBson, RawBsonRef};

use super::super::decimal::Decimal;

/// A sum. What is no number does not count.
#[derive(Debug, Default)]
pub(super) struct Sum {
    count: u64,
    /// The whole numbers; an `i128` holds more of them than there are.
    whole: i128,
    /// Whether one of them was an `i64`.
    long: bool,
    doubles: Option<Doubles>,
    decimals: Option<Decimal128>,
}

/// A sum of doubles with what rounding took from it, as MongoDB keeps it: 0.1 ten times is 1.
#[derive(Debug, Default, Clone, Copy)]
struct Doubles {
    sum: f64,
    rest: f64,
    /// The plain sum, for infinities.
    plain: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: RawBsonRef<'_>) {
        match value {
            RawBsonRef::Int32(value) => self.whole = self.whole.saturating_add(value.into()),
            RawBsonRef::Int64(value) => {
                self.whole = self.whole.saturating_add(value.into());
                self.long = true;
            }
            RawBsonRef::Double(value) => self.doubles.get_or_insert_default().add(value),
            RawBsonRef::Decimal128(value) => {
                let sum = self.decimals.map_or(Decimal::from_int(0), Decimal::decode);
                self.decimals = Some(sum.add_or_infinite(Decimal::decode(value)));
            }
            _ => return,
        }
        self.count += 1;
    }

    /// The sum, in the widest type that was in it. Whole numbers that leave their type take the next wider one.
    pub(super) fn total(&self) -> RawBson {
        if let Some(decimal) = self.decimal() {
            return decimal.into();
        }
        if self.doubles.is_some() {
            return self.double().into();
        }
        match (i32::try_from(self.whole), i64::try_from(self.whole)) {
            (Ok(whole), _) if !self.long => whole.into(),
            (_, Ok(whole)) => whole.into(),
            _ => self.double().into(),
        }
    }

    /// The mean; null if there was no number.
    pub(super) fn average(&self) -> RawBson {
        match self.decimal() {
            _ if self.count == 0 => RawBson::Null,
            Some(decimal) => Decimal::decode(decimal).divide(self.count).into(),
            None => (self.double() / self.count as f64).into(),
        }
    }

    fn decimal(&self) -> Option<Decimal128> {
        let parts = self.doubles.map(|doubles| doubles.parts()).unwrap_or_default();
        let whole =
            Decimal::Finite { negative: self.whole < 0, coefficient: self.whole.unsigned_abs(), exponent: 0 };
        let sum = Decimal::decode(self.decimals?).add_or_infinite(whole);
        let add = |sum, part| Decimal::decode(sum).add_or_infinite(Decimal::from_double_in_full(part));
        Some(parts.into_iter().filter(|part| *part != 0.0).fold(sum, add))
    }

    fn double(&self) -> f64 {
        let mut doubles = self.doubles.unwrap_or_default();
        let high = self.whole as f64;
        doubles.add(high);
        // A saturated cast only differs where no digits are left to tell.
        #[allow(clippy::cast_possible_truncation)]
        doubles.add((self.whole - high as i128) as f64);
        doubles.value()
    }
}

impl Doubles {
    fn add(&mut self, value: f64) {
        // Knuth's two-sum: what the rounded sum lacks is exact.
        let sum = self.sum + value;
        let back = sum - self.sum;
        self.rest += (self.sum - (sum - back)) + (value - back);
        self.sum = sum;
        self.plain += value;
    }

    fn value(self) -> f64 {
        let value = self.sum + self.rest;
        // Infinities leave no rest that means anything.
        if value.is_nan() { self.plain } else { value }
    }

    /// What is to be added up for the whole value.
    fn parts(self) -> [f64; 2] {
        if (self.sum + self.rest).is_nan() { [self.plain, 0.0] } else { [self.sum, self.rest] }
    }
}

//! Natural numbers of any size, for decimals whose digits exceed every machine word.

// Arithmetic on 32-bit limbs: the upper half is carried on, the lower half is what is meant.
#![allow(clippy::cast_possible_truncation)]

use std::cmp::Ordering;

/// A natural number of any size: base 2^32, the least limb first, no leading zeros.
#[derive(Debug, Clone)]
pub(super) struct Natural(Vec<u32>);

impl From<u128> for Natural {
    fn from(value: u128) -> Self {
        let mut limbs = vec![value as u32, (value >> 32) as u32, (value >> 64) as u32, (value >> 96) as u32];
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self(limbs)
    }
}

impl Natural {
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn times_small(mut self, factor: u32) -> Self {
        let mut carry = 0u64;
        for limb in &mut self.0 {
            let product = u64::from(*limb) * u64::from(factor) + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
        self
    }

    pub(super) fn times_power_of_ten(mut self, mut power: u32) -> Self {
        while power >= 9 {
            self = self.times_small(1_000_000_000);
            power -= 9;
        }
        self.times_small(10u32.pow(power))
    }

    pub(super) fn times_power_of_two(self, power: u32) -> Self {
        if self.0.is_empty() {
            return self;
        }
        let mut limbs = vec![0; (power / 32) as usize];
        limbs.extend(self.0);
        // The zeros below stay zero.
        Self(limbs).times_small(1 << (power % 32))
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut product = Self(Vec::new());
        for limb in other.0.iter().rev() {
            product = product.times_power_of_two(32).plus(&self.clone().times_small(*limb).trimmed());
        }
        product.trimmed()
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut limbs = Vec::with_capacity(self.0.len().max(other.0.len()) + 1);
        let mut carry = 0u64;
        for index in 0..self.0.len().max(other.0.len()) {
            let sum = u64::from(self.limb(index)) + u64::from(other.limb(index)) + carry;
            limbs.push(sum as u32);
            carry = sum >> 32;
        }
        if carry != 0 {
            limbs.push(carry as u32);
        }
        Self(limbs)
    }

    /// The difference; `other` is not the greater one.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let mut limbs = Vec::with_capacity(self.0.len());
        let mut borrow = false;
        for (index, limb) in self.0.iter().enumerate() {
            let (difference, first) = limb.overflowing_sub(other.limb(index));
            let (difference, second) = difference.overflowing_sub(u32::from(borrow));
            limbs.push(difference);
            borrow = first || second;
        }
        Self(limbs).trimmed()
    }

    fn limb(&self, index: usize) -> u32 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    /// The decimal digits, the greatest first; `[0]` for zero.
    pub(super) fn to_digits(&self) -> Vec<u8> {
        let mut rest = self.clone().trimmed();
        let mut digits = Vec::new();
        while !rest.0.is_empty() {
            let mut remainder = 0u64;
            for limb in rest.0.iter_mut().rev() {
                let value = (remainder << 32) | u64::from(*limb);
                *limb = (value / 1_000_000_000) as u32;
                remainder = value % 1_000_000_000;
            }
            rest = rest.trimmed();
            for _ in 0..9 {
                digits.push((remainder % 10) as u8);
                remainder /= 10;
            }
        }
        while digits.len() > 1 && digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            digits.push(0);
        }
        digits.reverse();
        digits
    }
}

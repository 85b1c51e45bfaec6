//! Moments as text. Every document in a reply has some: they are written without an allocation, digit by digit.

const MILLIS_PER_DAY: u64 = 24 * 60 * 60 * 1000;

/// The first moment of year 0 and the last of 9999: what RFC 3339 can say.
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;

/// Calendars repeat themselves after 400 years.
const DAYS_PER_ERA: u32 = 146_097;
const YEARS_PER_ERA: u32 = 400;

/// How many days before the first moment there are from which on days are counted: to 1 March of the year -400.
const BEFORE_FIRST: u32 = DAYS_PER_ERA - 60;

/// What stands around the digits; beside the last one of the second, which is alone, what makes a digit of it.
const DATE: u64 = u64::from_le_bytes(*b"\0\0\0\0-\0\0-");
const MIDDLE: u64 = u64::from_le_bytes(*b"\0\0T\0\0:\0\0");
const END: u64 = u64::from_le_bytes(*b":\0\0.\0\x000\0");

/// A moment in the form of RFC 3339, in UTC, with as many digits of the second as it takes.
pub(crate) struct Text {
    bytes: [u8; 24],
    length: usize,
}

impl Text {
    /// That of so many milliseconds after 1970, if it has one.
    #[inline]
    pub fn of(millis: i64) -> Option<Self> {
        if !(FIRST..=LAST).contains(&millis) {
            return None;
        }
        let since_first = u64::try_from(millis - FIRST).ok()?;
        // Both fit, as the years do.
        let days = u32::try_from(since_first / MILLIS_PER_DAY).ok()? + BEFORE_FIRST;
        let of_day = u32::try_from(since_first % MILLIS_PER_DAY).ok()?;
        let (year, month, day) = civil(days);
        let (seconds, fraction) = (of_day / 1000, of_day % 1000);
        let (minutes, hundredths) = (seconds / 60, fraction / 10);
        let thousandths = fraction % 10;
        // Digits are put together before they are stored, eight bytes at a time.
        let date = DATE | two(year / 100) | two(year % 100) << 16 | two(month) << 40;
        let middle = MIDDLE | two(day) | two(minutes / 60) << 24 | two(minutes % 60) << 48;
        let end = END | two(seconds % 60) << 8 | two(hundredths) << 32 | u64::from(thousandths) << 48;
        // The digits of the second that say nothing are left out.
        let place_of_z = match (fraction, hundredths % 10, thousandths) {
            (0, _, _) => 3,
            (_, 0, 0) => 5,
            (_, _, 0) => 6,
            _ => 7,
        };
        let before_z = end & ((1 << (8 * place_of_z)) - 1);
        let words = [date, middle, before_z | u64::from(b'Z') << (8 * place_of_z)];
        let mut text = Self { bytes: [0; 24], length: 17 + place_of_z };
        let (chunks, _) = text.bytes.as_chunks_mut();
        for (chunk, word) in chunks.iter_mut().zip(words) {
            *chunk = word.to_le_bytes();
        }
        Some(text)
    }

    /// What it is the first [`len`](Self::len) of.
    pub fn bytes(&self) -> &[u8; 24] {
        &self.bytes
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

/// The two digits of each number below 100.
#[allow(clippy::indexing_slicing, reason = "it is done when this is compiled, or it does not compile")]
const DIGITS: [[u8; 2]; 100] = {
    let mut digits = [[b'0'; 2]; 100];
    let mut number = 0_u8;
    while number < 100 {
        digits[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    digits
};

/// The two digits of a number below 100.
#[inline]
fn two(number: u32) -> u64 {
    u16::from_le_bytes(DIGITS.get(number as usize).copied().unwrap_or_default()).into()
}

/// The date in the Gregorian calendar, so many days after 1 March of the year -400: years are counted from March, so
/// that the day that may be missing is their last.
///
/// It is what Neri and Schneider found ("Euclidean affine functions and their application to calendar algorithms",
/// 2022): years and months are lines, of which a product gives the step in its upper part and the place on it in its
/// lower.
#[inline]
fn civil(days: u32) -> (u32, u32, u32) {
    let quarters = 4 * days + 3;
    let (century, of_century) = (quarters / DAYS_PER_ERA, quarters % DAYS_PER_ERA | 3);
    let years = 2_939_745 * u64::from(of_century);
    let [year_of_century, of_year] = [years >> 32, (years & 0xFFFF_FFFF) / 2_939_745 / 4];
    // Both are parts of 32 bits.
    let (year_of_century, of_year) = (year_of_century as u32, of_year as u32);
    let months = 2141 * of_year + 197_913;
    let (march_month, day) = (months >> 16, (months & 0xFFFF) / 2141 + 1);
    let (month, next) = if of_year >= 306 { (march_month - 12, 1) } else { (march_month, 0) };
    (100 * century + year_of_century + next - YEARS_PER_ERA, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_bson_writes_them() {
        // Steps without a common divisor with the units, over all years that can be said.
        let step = 86_399_999_i64 * 997 + 1;
        let mut millis = FIRST;
        while millis <= LAST {
            for near in [millis, millis - millis % 10, millis - millis % 100, millis - millis % 1000] {
                let expected = bson::DateTime::from_millis(near).try_to_rfc3339_string().ok();
                assert_eq!(Text::of(near).map(|text| text.as_str().to_owned()), expected, "{near}");
            }
            millis += step;
        }
    }

    #[test]
    fn every_day_is_written_as_bson_writes_it() {
        // Of every century, the years around its turn and those that are and are not leap years.
        let year = 365 * MILLIS_PER_DAY as i64 + MILLIS_PER_DAY as i64 / 4;
        for century in 0..100 {
            for day in -800..800_i64 {
                let millis = FIRST + century * 100 * year + day * MILLIS_PER_DAY as i64;
                let expected = bson::DateTime::from_millis(millis).try_to_rfc3339_string().ok();
                let expected = expected.filter(|_| (FIRST..=LAST).contains(&millis));
                assert_eq!(Text::of(millis).map(|text| text.as_str().to_owned()), expected, "{millis}");
            }
        }
    }

    #[test]
    fn the_first_and_the_last_moment_have_a_text_and_those_beyond_have_none() {
        assert_eq!(
            Text::of(FIRST).map(|text| text.as_str().to_owned()).as_deref(),
            Some("0000-01-01T00:00:00Z")
        );
        assert_eq!(
            Text::of(LAST).map(|text| text.as_str().to_owned()).as_deref(),
            Some("9999-12-31T23:59:59.999Z")
        );
        assert!(Text::of(FIRST - 1).is_none() && Text::of(LAST + 1).is_none());
        assert!(Text::of(i64::MIN).is_none() && Text::of(i64::MAX).is_none());
    }
}

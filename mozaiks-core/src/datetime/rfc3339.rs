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
const REST: u64 = u64::from_le_bytes(*b"\0\0T\0\0:\0\0");
const END: u64 = u64::from_le_bytes(*b":\0\0.\0\x000\0");

/// A moment in the form of RFC 3339, in UTC, with as many digits of the second as it takes.
pub(crate) struct Text {
    bytes: [u8; 24],
    length: usize,
}

/// A day.
struct Day {
    /// In milliseconds.
    begins: i64,
    /// What a text says of it: its first eight bytes, and what they are followed by.
    date: u64,
    rest: u64,
}

impl Day {
    /// That with which time begins here.
    const EPOCH: Self = Self {
        begins: 0,
        date: u64::from_le_bytes(*b"1970-01-"),
        rest: u64::from_le_bytes(*b"01T\0\0:\0\0"),
    };

    /// That of a moment, if it has a text.
    fn of(millis: i64) -> Option<Self> {
        if !(FIRST..=LAST).contains(&millis) {
            return None;
        }
        let since_first = u64::try_from(millis - FIRST).ok()?;
        // It fits, as the years do.
        let (year, month, day) = civil(u32::try_from(since_first / MILLIS_PER_DAY).ok()? + BEFORE_FIRST);
        Some(Self {
            begins: millis - i64::try_from(since_first % MILLIS_PER_DAY).ok()?,
            date: DATE | two(year / 100) | two(year % 100) << 16 | two(month) << 40,
            rest: REST | two(day),
        })
    }

    /// How far into it a moment is, if it is one of its own.
    fn at(&self, millis: i64) -> Option<u32> {
        let since = u64::try_from(millis.checked_sub(self.begins)?).ok()?;
        u32::try_from(since).ok().filter(|_| since < MILLIS_PER_DAY)
    }
}

/// Dates that follow on one another: many are of one day, and that of a change is often that of the beginning.
pub(crate) struct Dates {
    day: Day,
    /// The one before, and its text.
    millis: i64,
    text: Text,
}

impl Dates {
    pub const fn new() -> Self {
        Self {
            day: Day::EPOCH,
            millis: 0,
            text: Text { bytes: *b"1970-01-01T00:00:00Z\0\0\0\0", length: 20 },
        }
    }

    /// The text of the next one, if it has one.
    #[inline]
    pub fn next(&mut self, millis: i64) -> Option<&Text> {
        if millis != self.millis {
            self.text = Text::near(&mut self.day, millis)?;
            self.millis = millis;
        }
        Some(&self.text)
    }
}

impl Text {
    /// That of so many milliseconds after 1970, if it has one.
    pub fn of(millis: i64) -> Option<Self> {
        Self::near(&mut Day::of(millis)?, millis)
    }

    /// The same, if it is likely to be of this day; if not, it becomes that of the moment.
    fn near(day: &mut Day, millis: i64) -> Option<Self> {
        let of_day = match day.at(millis) {
            Some(of_day) => of_day,
            None => {
                *day = Day::of(millis)?;
                day.at(millis)?
            }
        };
        let (seconds, fraction) = (of_day / 1000, of_day % 1000);
        let (minutes, hundredths) = (seconds / 60, fraction / 10);
        let thousandths = fraction % 10;
        // Digits are put together before they are stored, eight bytes at a time.
        let rest = day.rest | two(minutes / 60) << 24 | two(minutes % 60) << 48;
        let end = END | two(seconds % 60) << 8 | two(hundredths) << 32 | u64::from(thousandths) << 48;
        // The digits of the second that say nothing are left out.
        let place_of_z = match (fraction, hundredths % 10, thousandths) {
            (0, _, _) => 3,
            (_, 0, 0) => 5,
            (_, _, 0) => 6,
            _ => 7,
        };
        let before_z = end & ((1 << (8 * place_of_z)) - 1);
        let words = [day.date, rest, before_z | u64::from(b'Z') << (8 * place_of_z)];
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
    let (century, of_century) = (quarters / DAYS_PER_ERA, (quarters % DAYS_PER_ERA) | 3);
    let years = 2_939_745 * u64::from(of_century);
    #[allow(clippy::cast_possible_truncation, reason = "they are the two halves")]
    let (year_of_century, of_year) = ((years >> 32) as u32, years as u32 / 2_939_745 / 4);
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
        const DAY: i64 = MILLIS_PER_DAY.cast_signed();
        // Of every century, the years around its turn and those that are and are not leap years.
        let year = 365 * DAY + DAY / 4;
        let mut dates = Dates::new();
        for century in 0..100 {
            for day in -800..800_i64 {
                let millis = FIRST + century * 100 * year + day * DAY;
                let expected = bson::DateTime::from_millis(millis).try_to_rfc3339_string().ok();
                let expected = expected.filter(|_| (FIRST..=LAST).contains(&millis));
                assert_eq!(Text::of(millis).map(|text| text.as_str().to_owned()), expected, "{millis}");
                for millis in [millis, millis - 1, millis + 1, millis - 1] {
                    for _ in 0..2 {
                        let (next, alone) = (dates.next(millis).map(Text::as_str), Text::of(millis));
                        assert_eq!(next, alone.as_ref().map(Text::as_str), "{millis}");
                    }
                }
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
        let mut dates = Dates::new();
        for (millis, expected) in [
            (0, Some("1970-01-01T00:00:00Z")),
            (i64::MAX, None),
            (1, Some("1970-01-01T00:00:00.001Z")),
            (FIRST - 1, None),
            (1, Some("1970-01-01T00:00:00.001Z")),
        ] {
            assert_eq!(dates.next(millis).map(Text::as_str), expected, "{millis}");
        }
        let mut late = Day::of(LAST).unwrap_or(Day::EPOCH);
        assert!(Text::near(&mut late, i64::MIN).is_none() && Text::near(&mut late, LAST + 1).is_none());
        let mut early = Day::of(FIRST).unwrap_or(Day::EPOCH);
        assert!(Text::near(&mut early, i64::MAX).is_none() && Text::near(&mut early, FIRST - 1).is_none());
    }
}

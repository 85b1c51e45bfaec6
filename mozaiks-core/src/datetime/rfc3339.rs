//! Moments as text. Every document in a reply has some: they are written without an allocation, digit by digit.

const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// The first moment of year 0 and the last of 9999: what RFC 3339 can say.
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;

const DAYS_PER_ERA: u32 = 146_097;

/// From 1970 back to 1 March of the year -400, where days are counted from: of no moment here are there less than none.
const TO_DAY_ZERO: i64 = 719_468 + DAYS_PER_ERA as i64;

/// A moment in the form of RFC 3339, in UTC, with as many digits of the second as it takes.
pub(crate) struct Text {
    bytes: [u8; 24],
    length: usize,
}

impl Text {
    /// That of so many milliseconds after 1970, if it has one.
    pub fn of(millis: i64) -> Option<Self> {
        if !(FIRST..=LAST).contains(&millis) {
            return None;
        }
        // Both fit, as the years do.
        let days = u32::try_from(millis.div_euclid(MILLIS_PER_DAY) + TO_DAY_ZERO).ok()?;
        let of_day = u32::try_from(millis.rem_euclid(MILLIS_PER_DAY)).ok()?;
        let (year, month, day) = civil(days);
        let (seconds, fraction) = (of_day / 1000, of_day % 1000);
        let [of_century, month, day] = [year % 100, month, day].map(two);
        let [hours, minutes, second] = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(two);
        let (century, hundredths, millis) = (two(year / 100), two(fraction / 10), two(fraction % 10));
        let mut text = Self { bytes: *b"0000-00-00T00:00:00.000Z", length: 24 };
        let bytes = &mut text.bytes;
        (bytes[0], bytes[1], bytes[2], bytes[3]) = (century.0, century.1, of_century.0, of_century.1);
        (bytes[5], bytes[6], bytes[8], bytes[9]) = (month.0, month.1, day.0, day.1);
        (bytes[11], bytes[12], bytes[14], bytes[15]) = (hours.0, hours.1, minutes.0, minutes.1);
        (bytes[17], bytes[18]) = second;
        (bytes[20], bytes[21], bytes[22]) = (hundredths.0, hundredths.1, millis.1);
        text.cut();
        Some(text)
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Leaves out the digits of the second that say nothing.
    fn cut(&mut self) {
        let [.., point, a, b, c, _] = &mut self.bytes;
        self.length = match (&a, &b, &c) {
            (b'0', b'0', b'0') => {
                *point = b'Z';
                20
            }
            (_, b'0', b'0') => {
                *b = b'Z';
                22
            }
            (_, _, b'0') => {
                *c = b'Z';
                23
            }
            _ => 24,
        };
    }
}

/// The two digits of each number below 100.
#[allow(clippy::indexing_slicing, reason = "it is done when this is compiled, or it does not compile")]
const DIGITS: [(u8, u8); 100] = {
    let mut digits = [(b'0', b'0'); 100];
    let mut number = 0_u8;
    while number < 100 {
        digits[number as usize] = (b'0' + number / 10, b'0' + number % 10);
        number += 1;
    }
    digits
};

/// The two digits of a number below 100.
fn two(number: u32) -> (u8, u8) {
    DIGITS.get(number as usize).copied().unwrap_or_default()
}

/// The date in the Gregorian calendar, so many days after day zero: years are counted from March, so that the day that
/// may be missing is their last.
fn civil(days: u32) -> (u32, u32, u32) {
    // Eras of 400 years are all alike.
    let (era, of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    // The first era is that before year 0.
    (era * 400 + year_of_era + u32::from(month <= 2) - 400, month, day)
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

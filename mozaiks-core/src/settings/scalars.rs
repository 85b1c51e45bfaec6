//! The single values: switches, numbers, texts.

// One macro serves every numeric type; the casts that could lose something are checked around it.
#![allow(clippy::cast_lossless, clippy::cast_possible_wrap, clippy::cast_possible_truncation)]

use garde::rules::range;
use serde_json::{Number, Value};

use super::{FieldType, Form, Reader, Rules, Scalar, Setting, SettingValue};

/// A setting of this type is one field of the form.
macro_rules! one_field {
    ($type:ty) => {
        impl SettingValue for $type {
            fn fallback() -> Self {
                Self::default()
            }

            fn describe(&self, setting: &Setting, form: &mut Form) {
                form.push(form.field::<Self>(setting, self));
            }

            fn read(self, value: &Value, setting: &Setting, reader: &mut Reader) -> Self {
                reader.settle(Self::accept(value, setting.rules()), self)
            }
        }
    };
}

one_field!(bool);
impl Scalar for bool {
    const INPUT: FieldType = FieldType::Toggle;

    fn accept(value: &Value, _: &Rules) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "expected true or false".to_owned())
    }
}

one_field!(String);
impl Scalar for String {
    const INPUT: FieldType = FieldType::Text;

    fn accept(value: &Value, rules: &Rules) -> Result<Self, String> {
        let text = value.as_str().ok_or("expected a text")?;
        rules.check_text(text)?;
        Ok(text.to_owned())
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        one_field!($type);
        impl Scalar for $type {
            const INPUT: FieldType = FieldType::Number;

            fn least() -> Option<Number> {
                (<$type>::MIN == 0).then(|| Number::from(0))
            }

            fn accept(value: &Value, rules: &Rules) -> Result<Self, String> {
                let number = whole(value).ok_or("expected a whole number")?;
                let bound = |bound: Option<&Number>, own: i128| bound.and_then(Number::as_i128).unwrap_or(own);
                let min = bound(rules.min(), i128::from(<$type>::MIN as i64));
                let max = bound(rules.max(), i128::from(<$type>::MAX as u64));
                check_range(number, min, max)?;
                // Within the type's own limits at the least, unless somebody wrote bounds beyond them by hand.
                Self::try_from(number).map_err(|_| format!("must be between {} and {}", <$type>::MIN, <$type>::MAX))
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! floats {
    ($($type:ty)*) => {$(
        one_field!($type);
        impl Scalar for $type {
            const INPUT: FieldType = FieldType::Number;

            fn accept(value: &Value, rules: &Rules) -> Result<Self, String> {
                // Rounded first, so that what is stored keeps to the rules as well as what was sent.
                let number = value.as_f64().ok_or("expected a number")? as $type;
                let bound = |bound: Option<&Number>, own: $type| {
                    bound.and_then(Number::as_f64).map_or(own, |bound| bound as $type)
                };
                check_range(number, bound(rules.min(), <$type>::MIN), bound(rules.max(), <$type>::MAX))?;
                Ok(number)
            }
        }
    )*};
}

floats!(f32 f64);

/// A whole number, however it is written: `20.0` is one.
fn whole(value: &Value) -> Option<i128> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = value.as_number()?;
    number.as_i128().or_else(|| {
        let number = number.as_f64()?;
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i128)
    })
}

fn check_range<T: range::Bounds<Size = T> + Copy + std::fmt::Display>(
    number: T,
    min: T,
    max: T,
) -> Result<(), String> {
    range::apply(&number, (Some(min), Some(max))).map_err(|_| {
        if number < min { format!("must be at least {min}") } else { format!("must be at most {max}") }
    })
}

/// The error text of a choice.
pub(crate) fn expected_one_of(choices: &[&str]) -> String {
    format!("expected one of: {}", choices.join(", "))
}

//! What the type of a setting can be.

use serde::Serialize;
use serde_json::Value;

use super::{FieldType, Form, Reader, Rules, Setting, SettingField, SettingOption};

/// A type that a setting can have: a [`Scalar`], an `Option` or `Vec` of one, or a nested settings struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a setting",
    label = "not the type of a setting",
    note = "a setting is a `bool`, an integer of up to 64 bits, a `f32` or `f64`, a `String`, an enum without data \
            that derives `Settings`, an `Option` or `Vec` of those, or a struct that derives `Settings`"
)]
pub trait SettingValue: Sized {
    /// The default where the author gives none. `Default::default()`; for a nested struct its own defaults, for an
    /// enum the variant marked `#[default]`, or else its first.
    fn fallback() -> Self;

    /// Tells `form` of `setting`, with `self` as its default.
    fn describe(&self, setting: &Setting, form: &mut Form);

    /// `value` in place of `self`. What does not fit is `reader`'s to judge; `self` stands there.
    fn read(self, value: &Value, setting: &Setting, reader: &mut Reader) -> Self;
}

/// One value in one field of a form: a switch, a number, a text, a choice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a setting inside an `Option` or `Vec`",
    label = "not a single value",
    note = "a `bool`, an integer of up to 64 bits, a `f32` or `f64`, a `String` or an enum without data that derives \
            `Settings` can"
)]
pub trait Scalar: Serialize + Sized {
    /// How a form shows it.
    const INPUT: FieldType;

    /// What there is to choose from, for a `select`.
    fn options() -> Vec<SettingOption> {
        Vec::new()
    }

    /// The least that the type can hold, where a form should know.
    fn least() -> Option<serde_json::Number> {
        None
    }

    /// Reads the value and holds it to the rules.
    ///
    /// # Errors
    /// What is expected, in words: `expected a whole number`, `must be at most 100`.
    fn accept(value: &Value, rules: &Rules) -> Result<Self, String>;
}

/// Not chosen, or chosen: `null` is none.
impl<T: Scalar> SettingValue for Option<T> {
    fn fallback() -> Self {
        None
    }

    fn describe(&self, setting: &Setting, form: &mut Form) {
        form.push(SettingField { required: false, ..form.field::<T>(setting, self) });
    }

    fn read(self, value: &Value, setting: &Setting, reader: &mut Reader) -> Self {
        if value.is_null() {
            return None;
        }
        reader.settle(T::accept(value, setting.rules()).map(Some), self)
    }
}

/// A list. The rules hold for each item.
impl<T: Scalar> SettingValue for Vec<T> {
    fn fallback() -> Self {
        Self::new()
    }

    fn describe(&self, setting: &Setting, form: &mut Form) {
        let field = form.field::<T>(setting, self);
        let kind = match field.kind {
            FieldType::Text | FieldType::Number | FieldType::Email | FieldType::Toggle => FieldType::Textarea,
            kind => kind,
        };
        form.push(SettingField { kind, required: false, multiple: true, ..field });
    }

    fn read(self, value: &Value, setting: &Setting, reader: &mut Reader) -> Self {
        let Some(items) = value.as_array() else { return reader.settle(Err("expected a list".into()), self) };
        let items = items.iter().enumerate().map(|(index, item)| {
            T::accept(item, setting.rules()).map_err(|text| format!("item {}: {text}", index + 1))
        });
        reader.settle(items.collect(), self)
    }
}

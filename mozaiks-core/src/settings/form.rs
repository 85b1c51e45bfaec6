//! The form of some settings, field by field.

use serde::Serialize;
use serde_json::Value;

use super::{FieldType, Scalar, Setting, SettingField, SettingOption, SettingValue, Settings};

/// Collects the fields of a form. Nested structs are laid flat: `quiet_hours.start`.
#[derive(Debug, Default)]
pub struct Form {
    path: String,
    category: Option<&'static str>,
    fields: Vec<SettingField>,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a setting, with its default.
    pub fn setting<T: SettingValue>(&mut self, setting: &Setting, default: &T) {
        default.describe(setting, self);
    }

    /// Adds the settings of a nested struct.
    pub fn nested<T: Settings>(&mut self, setting: &Setting, defaults: &T) {
        let (path, category) = (self.path.len(), self.category);
        self.path.push_str(setting.name);
        self.path.push('.');
        self.category = setting.category.or(category);
        defaults.form(self);
        self.path.truncate(path);
        self.category = category;
    }

    /// Adds a field.
    pub fn push(&mut self, field: SettingField) {
        self.fields.push(field);
    }

    /// One field that shows a `T`, in the place where the form is now. `default` may be more than one `T`, or none.
    pub fn field<T: Scalar>(&self, setting: &Setting, default: &impl Serialize) -> SettingField {
        let rules = &setting.rules;
        let kind = match (setting.input, T::INPUT) {
            (Some(input), _) => input,
            (None, FieldType::Text) if !rules.one_of.is_empty() => FieldType::Select,
            (None, FieldType::Text) if rules.email => FieldType::Email,
            (None, input) => input,
        };
        let may_be_empty = match T::INPUT {
            FieldType::Toggle => true,
            FieldType::Text => rules.check_text("").is_ok(),
            _ => false,
        };
        let options = rules.one_of.iter().map(|text| SettingOption::new(*text, *text));
        SettingField {
            id: format!("{}{}", self.path, setting.name),
            label: setting.label.to_owned(),
            kind,
            description: setting.description.map(str::to_owned),
            category: setting.category.or(self.category).map(str::to_owned),
            required: !may_be_empty,
            editable: true,
            default: serde_json::to_value(default).unwrap_or(Value::Null),
            multiple: false,
            options: options.chain(T::options()).collect(),
            min: rules.min.clone().or_else(T::least),
            max: rules.max.clone(),
            step: setting.step.clone(),
            min_length: rules.min_length,
            max_length: rules.max_length,
            pattern: rules.pattern.as_ref().map(|pattern| pattern.text.to_owned()),
            secret: setting.secret,
        }
    }

    /// The fields, in the order in which they were declared.
    pub fn into_fields(self) -> Vec<SettingField> {
        self.fields
    }
}

//! One field of a settings form, in the shape of `settings_config.json`.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// How a form shows a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FieldType {
    /// One line of text.
    Text,
    /// An e-mail address.
    Email,
    /// Several lines of text.
    Textarea,
    /// The address of an image, chosen or uploaded.
    Image,
    /// A switch.
    Toggle,
    /// One of the themes of the application.
    ThemeSelector,
    /// One of several options.
    Select,
    /// A number.
    Number,
}

/// One of the options of a `select`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SettingOption {
    /// What is stored.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl SettingOption {
    /// An option.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One field of a settings form.
///
/// ```
/// use mozaiks_core::Settings;
/// use serde_json::json;
///
/// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
/// struct NotesSettings {
///     /// Notes on a page
///     #[setting(default = 20, min = 1, max = 100)]
///     page_size: u32,
/// }
///
/// assert_eq!(
///     serde_json::to_value(NotesSettings::fields()).unwrap(),
///     json!([{
///         "id": "page_size", "label": "Notes on a page", "type": "number", "required": true, "editable": true,
///         "default": 20, "min": 1, "max": 100
///     }])
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SettingField {
    /// The name in JSON; of a nested setting the path: `quiet_hours.start`.
    pub id: String,
    /// What people read.
    pub label: String,
    /// How the form shows it.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What the form says below the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The group that the form puts it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// True where the field may not be left empty.
    #[serde(default)]
    pub required: bool,
    /// True where the user may change it.
    #[serde(default = "editable")]
    pub editable: bool,
    /// The value of somebody who has saved nothing.
    #[serde(default)]
    pub default: Value,
    /// True for a list: the value is an array, one line of the field (or one chosen option) an item.
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiple: bool,
    /// What there is to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingOption>,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    /// By how much the form's buttons change the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Number>,
    /// The least number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// A regular expression that must be found in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// True for a secret: the value that the form gets is a mask.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secret: bool,
}

fn editable() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands it over so
fn is_false(value: &bool) -> bool {
    !value
}

//! Settings: what each user may choose, declared as a struct.
//!
//! The author writes the struct; the derive makes the defaults, the validation, the JSON Schema and the form of it.
//!
//! ```
//! use mozaiks_core::Settings;
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use serde_json::json;
//!
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
//! pub struct NotesSettings {
//!     /// Show the newest note first
//!     #[setting(default = true)]
//!     pub newest_first: bool,
//!     /// Notes on a page
//!     #[setting(default = 20, min = 1, max = 100)]
//!     pub page_size: u32,
//! }
//!
//! // What is stored may be older than the plugin. What does not fit has its default.
//! let stored = json!({ "page_size": "many", "columns": 3 });
//! let settings = NotesSettings::from_stored(stored.as_object());
//! assert_eq!(settings, NotesSettings { newest_first: true, page_size: 20 });
//!
//! // What a user saves is held to the rules, and every error is told at once.
//! let sent = json!({ "page_size": 500, "columns": 3 });
//! let errors = NotesSettings::parse(sent.as_object().unwrap()).unwrap_err();
//! assert_eq!(errors.get("page_size"), Some("must be at most 100"));
//! assert_eq!(errors.get("columns"), Some("unknown setting"));
//! ```

mod definition;
mod erased;
mod field;
mod form;
mod json_schema;
mod kinds;
mod manager;
mod reader;
mod rules;
mod scalars;
mod secrets;
mod setting;
mod stored;
mod value;

pub use definition::Settings;
pub use erased::SettingsSchema;
pub use field::{FieldType, SettingField, SettingOption};
pub use form::Form;
pub use kinds::{FromLiteral, Numeric, Secret, Textual};
pub use manager::{SettingsError, SettingsManager, SettingsScope};
pub use reader::Reader;
pub use rules::Rules;
pub use secrets::{MASK, keep_masked, mask_secrets};
pub use setting::Setting;
pub use stored::StoredSettings;
pub use value::{Scalar, SettingValue};

pub(crate) use scalars::expected_one_of;

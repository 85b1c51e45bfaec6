//! The trait that a settings struct implements.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Form, Reader, SettingField, json_schema};
use crate::FieldErrors;

/// The settings of a plugin: one struct, one field a setting.
///
/// Derive it; the [derive macro](macro@crate::Settings) lists the attributes. By hand it is three methods:
///
/// ```
/// use std::sync::LazyLock;
/// use mozaiks_core::settings::{Form, Reader, Setting, Settings};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::{Map, Value, json};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Paging { size: u32 }
///
/// static SIZE: LazyLock<Setting> =
///     LazyLock::new(|| Setting::new("size", "Notes on a page").min::<u32>(1).max::<u32>(100));
///
/// impl Settings for Paging {
///     fn defaults() -> Self { Self { size: 20 } }
///
///     fn form(&self, form: &mut Form) { form.setting(&SIZE, &self.size); }
///
///     fn overlay(self, object: &Map<String, Value>, reader: &mut Reader) -> Self {
///         let read = Self { size: reader.setting(object, &SIZE, self.size) };
///         reader.refuse_unknown(object, [&*SIZE]);
///         read
///     }
/// }
///
/// assert_eq!(Paging::from_stored(json!({ "size": 0 }).as_object()).size, 20);
/// assert_eq!(Paging::fields()[0].label, "Notes on a page");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a settings struct",
    note = "write `#[derive(Serialize, Deserialize, JsonSchema, Settings)]` on it"
)]
pub trait Settings: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The value of somebody who has saved nothing.
    fn defaults() -> Self;

    /// Tells `form` each setting, with what `self` holds as its default.
    fn form(&self, form: &mut Form);

    /// `self` with what `object` says in place of it. What does not fit is `reader`'s to judge; `self` stands there.
    fn overlay(self, object: &Map<String, Value>, reader: &mut Reader) -> Self;

    /// The fields of the form, those of nested structs by their path: `quiet_hours.start`.
    fn fields() -> Vec<SettingField> {
        let mut form = Form::new();
        Self::defaults().form(&mut form);
        form.into_fields()
    }

    /// What was stored, by this version of the plugin or another. Whatever does not fit (a field missing, of another
    /// type, outside the rules) has its default, and a field too many is passed over. Never an error.
    fn from_stored(stored: Option<&Map<String, Value>>) -> Self {
        match stored {
            Some(stored) => Self::defaults().overlay(stored, &mut Reader::lenient()),
            None => Self::defaults(),
        }
    }

    /// What a user wants to save. What is left out has its default. `user_id`, `app_id` and `_context` are passed
    /// over.
    ///
    /// # Errors
    /// What is wrong, for every field at once: the wrong type, outside the rules, an unknown setting.
    fn parse(object: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut reader = Reader::strict();
        let settings = Self::defaults().overlay(object, &mut reader);
        reader.finish().map(|_| settings)
    }

    /// The settings as a JSON object.
    fn to_object(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(object)) => object,
            // A struct with named fields, as the derive asks for, is always an object.
            _ => Map::new(),
        }
    }

    /// The JSON Schema (2020-12), with the defaults and the rules.
    fn schema() -> Value {
        json_schema::of::<Self>()
    }
}

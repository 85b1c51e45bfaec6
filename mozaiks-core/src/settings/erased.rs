//! Settings whose type is not known here: what a runtime holds of a plugin's.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Reader, SettingField, Settings, keep_masked, mask_secrets};
use crate::FieldErrors;

type Object = Map<String, Value>;

/// What [`Settings`] gives, without the type.
///
/// ```
/// use mozaiks_core::Settings;
/// use mozaiks_core::settings::SettingsSchema;
/// use serde_json::json;
///
/// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
/// struct NotesSettings {
///     #[setting(default = 20, min = 1, max = 100)]
///     page_size: u32,
///     newest_first: bool,
/// }
/// let schema = SettingsSchema::of::<NotesSettings>();
///
/// let stored = json!({ "page_size": 50 });
/// let effective = schema.effective(stored.as_object());
/// assert_eq!(json!(effective), json!({ "page_size": 50, "newest_first": false }));
///
/// // What is stored is what was sent, so that a default that changes reaches whoever left it alone.
/// let sent = json!({ "page_size": 50, "user_id": "mallory" });
/// let saved = schema.parse(sent.as_object().unwrap()).unwrap();
/// assert_eq!(json!(saved), json!({ "page_size": 50 }));
/// ```
#[derive(Clone)]
pub struct SettingsSchema {
    settings: (TypeId, &'static str),
    fields: Arc<[SettingField]>,
    schema: fn() -> Value,
    effective: fn(Option<&Object>) -> Object,
    parse: fn(&Object) -> Result<Object, FieldErrors>,
}

impl SettingsSchema {
    /// The settings of type `T`.
    pub fn of<T: Settings>() -> Self {
        Self {
            settings: (TypeId::of::<T>(), std::any::type_name::<T>()),
            fields: T::fields().into(),
            schema: T::schema,
            effective: |stored| T::from_stored(stored).to_object(),
            parse: |object| {
                let mut reader = Reader::strict();
                let settings = T::defaults().overlay(object, &mut reader);
                let given = reader.finish()?;
                let mut object = settings.to_object();
                retain(&mut object, "", &given);
                Ok(object)
            },
        }
    }

    /// True if these are the settings of type `T`.
    pub fn is<T: Settings>(&self) -> bool {
        self.settings.0 == TypeId::of::<T>()
    }

    /// The name of their type.
    pub fn type_name(&self) -> &'static str {
        self.settings.1
    }

    /// The values of somebody who has saved nothing.
    pub fn defaults(&self) -> Object {
        self.effective(None)
    }

    /// The fields of the form.
    pub fn fields(&self) -> &[SettingField] {
        &self.fields
    }

    /// The JSON Schema (2020-12).
    pub fn json_schema(&self) -> Value {
        (self.schema)()
    }

    /// The defaults overlaid with what is stored, as far as it fits.
    pub fn effective(&self, stored: Option<&Object>) -> Object {
        (self.effective)(stored)
    }

    /// What a client gets to see: as [`effective`](Self::effective), with its secrets masked.
    pub fn shown(&self, stored: Option<&Object>) -> Object {
        let mut shown = self.effective(stored);
        self.mask_secrets(&mut shown);
        shown
    }

    /// What is to be stored of what a client sent: the same settings, as the types write them.
    ///
    /// # Errors
    /// What is wrong, for every field at once.
    pub fn parse(&self, sent: &Object) -> Result<Object, FieldErrors> {
        (self.parse)(sent)
    }

    /// As [`parse`](Self::parse), where a secret that is only the mask stays as it is stored.
    ///
    /// # Errors
    /// What is wrong, for every field at once.
    pub fn accept(&self, mut sent: Object, stored: Option<&Object>) -> Result<Object, FieldErrors> {
        // Only what still fits: nobody can put right a secret that they do not see.
        self.keep_masked(&mut sent, &self.effective(stored));
        self.parse(&sent)
    }

    /// True if a field of it is never shown.
    pub fn has_secrets(&self) -> bool {
        self.fields.iter().any(|field| field.secret)
    }

    /// Puts the mask in place of every secret. See [`mask_secrets`].
    pub fn mask_secrets(&self, settings: &mut Object) {
        mask_secrets(&self.fields, settings);
    }

    /// Gives back to each secret that is only the mask what is stored. See [`keep_masked`].
    pub fn keep_masked(&self, new: &mut Object, stored: &Object) {
        keep_masked(&self.fields, new, stored);
    }

    /// Holds the defaults to the rules: an author can get them wrong where the derive cannot see it
    /// (`default = one()`).
    ///
    /// # Errors
    /// What is wrong, for every field at once.
    pub fn check_defaults(&self) -> Result<(), FieldErrors> {
        self.parse(&self.defaults()).map(|_| ())
    }
}

impl fmt::Debug for SettingsSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.fields.iter().map(|field| &field.id);
        f.write_str("SettingsSchema ")?;
        f.debug_list().entries(ids).finish()
    }
}

/// Keeps the settings whose path was given.
fn retain(object: &mut Object, prefix: &str, given: &[String]) {
    object.retain(|name, value| {
        let path = format!("{prefix}{name}");
        if let Value::Object(inner) = value {
            retain(inner, &format!("{path}."), given);
        }
        given.contains(&path)
    });
}

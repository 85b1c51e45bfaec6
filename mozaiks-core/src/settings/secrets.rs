//! Secrets are written and never shown.

use serde_json::{Map, Value};

use super::SettingField;

/// What stands in place of a secret.
pub const MASK: &str = "********";

/// Puts the mask in place of every secret that is not empty. Empty ones stay, so that a form can tell that there is
/// none.
///
/// ```
/// use mozaiks_core::Settings;
/// use mozaiks_core::settings::{keep_masked, mask_secrets};
/// use serde_json::json;
///
/// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
/// struct MailSettings {
///     #[setting(secret)]
///     password: String,
///     server: String,
/// }
/// let fields = MailSettings::fields();
///
/// let stored = json!({ "password": "hunter2", "server": "a" });
/// let stored = stored.as_object().unwrap();
/// let mut shown = stored.clone();
/// mask_secrets(&fields, &mut shown);
/// assert_eq!(shown["password"], "********");
///
/// // The form sends back what it was shown. The secret stays as it was.
/// shown.insert("server".into(), "b".into());
/// keep_masked(&fields, &mut shown, stored);
/// assert_eq!(json!(shown), json!({ "password": "hunter2", "server": "b" }));
/// ```
pub fn mask_secrets(fields: &[SettingField], settings: &mut Map<String, Value>) {
    for field in fields.iter().filter(|field| field.secret) {
        if let Some((holder, name)) = holder_mut(settings, &field.id)
            && let Some(value) = holder.get_mut(name)
            && value.as_str().is_none_or(|text| !text.is_empty())
            && !value.is_null()
        {
            *value = MASK.into();
        }
    }
}

/// Gives back to each secret that is only the mask what is `stored`, or nothing if there is nothing.
pub fn keep_masked(fields: &[SettingField], new: &mut Map<String, Value>, stored: &Map<String, Value>) {
    for field in fields.iter().filter(|field| field.secret) {
        if let Some((holder, name)) = holder_mut(new, &field.id)
            && holder.get(name).and_then(Value::as_str) == Some(MASK)
        {
            match at(stored, &field.id) {
                Some(kept) => holder.insert(name.to_owned(), kept.clone()),
                None => holder.remove(name),
            };
        }
    }
}

/// The object that holds the setting of this path, and the name it has there.
fn holder_mut<'a, 'p>(
    mut object: &'a mut Map<String, Value>,
    path: &'p str,
) -> Option<(&'a mut Map<String, Value>, &'p str)> {
    let mut rest = path;
    while let Some((name, inner)) = rest.split_once('.') {
        object = object.get_mut(name)?.as_object_mut()?;
        rest = inner;
    }
    Some((object, rest))
}

fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let value = object.get(name)?;
    match rest {
        Some(rest) => at(value.as_object()?, rest),
        None => Some(value),
    }
}

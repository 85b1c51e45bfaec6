//! The JSON Schema of settings: that of the type, with the defaults and the rules.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{FieldType, SettingField, Settings};

type Object = Map<String, Value>;

/// The schema of `T`, with nothing to look up elsewhere.
pub(super) fn of<T: Settings>() -> Value {
    let generator =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    if let Some(root) = schema.as_object_mut() {
        close(root);
        for field in T::fields() {
            place(root, &field.id, &field);
        }
    }
    schema
}

/// Finds the place of a field by its path and says there what is known of it.
fn place(holder: &mut Object, path: &str, field: &SettingField) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(properties) = entry(holder, "properties") else { return };
    let Some(property) = entry(properties, name) else { return };
    match rest {
        Some(rest) => {
            // Each setting has its default by itself.
            property.remove("default");
            close(property);
            place(property, rest, field);
        }
        None => describe(property, field),
    }
}

/// An object of settings has no others, and any of them may be left out.
fn close(object: &mut Object) {
    object.insert("additionalProperties".to_owned(), false.into());
    object.remove("required");
}

fn describe(property: &mut Object, field: &SettingField) {
    property.insert("title".to_owned(), field.label.as_str().into());
    property.insert("default".to_owned(), field.default.clone());
    if let Some(text) = &field.description {
        property.insert("description".to_owned(), text.as_str().into());
    }
    if field.secret {
        property.insert("writeOnly".to_owned(), true.into());
    }
    let nullable =
        property.get("type").and_then(Value::as_array).is_some_and(|types| types.contains(&json!("null")));
    let value = if field.multiple { entry(property, "items") } else { Some(property) };
    if let Some(value) = value {
        limit(value, field, nullable);
    }
}

/// The rules.
fn limit(value: &mut Object, field: &SettingField, nullable: bool) {
    let rules = [
        ("minimum", field.min.clone().map(Value::Number)),
        ("maximum", field.max.clone().map(Value::Number)),
        ("minLength", field.min_length.map(Value::from)),
        ("maxLength", field.max_length.map(Value::from)),
        ("pattern", field.pattern.as_deref().map(Value::from)),
        ("format", (field.kind == FieldType::Email).then(|| "email".into())),
    ];
    for (keyword, rule) in rules {
        if let Some(rule) = rule {
            value.insert(keyword.to_owned(), rule);
        }
    }
    // The type of an enum says its choices itself.
    let says_choices = ["enum", "oneOf", "anyOf"].iter().any(|keyword| value.contains_key(*keyword));
    if !field.options.is_empty() && !says_choices {
        let null = nullable.then_some(Value::Null);
        let choices = field.options.iter().map(|option| Value::from(option.value.as_str())).chain(null);
        value.insert("enum".to_owned(), choices.collect());
    }
}

/// The object under `name`, made if there is none.
fn entry<'a>(object: &'a mut Object, name: &str) -> Option<&'a mut Object> {
    let value = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
    // `true` is the schema of anything.
    if value.is_boolean() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut()
}

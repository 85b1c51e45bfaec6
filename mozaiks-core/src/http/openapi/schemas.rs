//! Schemas that stand by themselves, moved to where a document keeps all of its.

use serde_json::{Map, Value};

/// Where a document keeps its schemas.
const COMPONENTS: &str = "#/components/schemas/";

/// Moves a schema, and each of its `$defs`, among the components. Gives a reference to it.
pub(super) fn place(components: &mut Map<String, Value>, name: &str, schema: &Value) -> Value {
    let mut schema = schema.clone();
    let mut definitions = Map::new();
    if let Some(root) = schema.as_object_mut() {
        root.remove("$schema");
        if let Some(Value::Object(found)) = root.remove("$defs") {
            definitions = found;
        }
    }
    for (of, mut definition) in definitions {
        rewrite(&mut definition, name);
        components.insert(component(name, &of), definition);
    }
    rewrite(&mut schema, name);
    components.insert(name.to_owned(), schema);
    serde_json::json!({ "$ref": format!("{COMPONENTS}{name}") })
}

/// The name of a definition among the components, where letters, digits, `.`, `_` and `-` are allowed.
fn component(root: &str, definition: &str) -> String {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let own: String = definition.chars().map(|one| if allowed(one) { one } else { '_' }).collect();
    format!("{root}.{own}")
}

/// Where a reference within a schema leads once the schema has been moved.
fn moved(reference: &str, root: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    let Some(definition) = pointer.strip_prefix("/$defs/") else {
        // To the schema itself, or somewhere in it.
        let within = pointer.is_empty() || pointer.starts_with('/');
        return within.then(|| format!("{COMPONENTS}{root}{pointer}"));
    };
    let (name, rest) = definition
        .split_once('/')
        .map_or((definition, String::new()), |(name, rest)| (name, format!("/{rest}")));
    let name = name.replace("~1", "/").replace("~0", "~");
    Some(format!("{COMPONENTS}{}{rest}", component(root, &name)))
}

/// Rewrites the references of a schema, and of no value that only looks like one.
fn rewrite(schema: &mut Value, root: &str) {
    let Some(schema) = schema.as_object_mut() else { return };
    for (keyword, value) in schema.iter_mut() {
        match keyword.as_str() {
            "$ref" => {
                if let Some(reference) = value.as_str().and_then(|reference| moved(reference, root)) {
                    *value = Value::String(reference);
                }
            }
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => {
                value.as_object_mut().into_iter().flatten().for_each(|(_, inner)| rewrite(inner, root));
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                value.as_array_mut().into_iter().flatten().for_each(|inner| rewrite(inner, root));
            }
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema" => rewrite(value, root),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::place;

    #[test]
    fn a_schema_and_its_definitions_move_together() {
        let mut components = Map::new();
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "$ref": { "const": { "$ref": "#/$defs/no" } },
                "next": { "$ref": "#" },
                "items": { "items": { "anyOf": [{ "$ref": "#/$defs/One~1Two" }, { "$ref": "#/$defs/A/properties/b" }] } },
            },
            "$defs": {
                "One/Two": { "$ref": "#/$defs/A" },
                "A": { "properties": { "b": { "$ref": "#/properties/next" } } },
            },
        });
        let reference = place(&mut components, "notes.list", &schema);
        assert_eq!(reference, json!({ "$ref": "#/components/schemas/notes.list" }));
        assert_eq!(
            json!(components),
            json!({
                "notes.list": {
                    "type": "object",
                    "properties": {
                        "$ref": { "const": { "$ref": "#/$defs/no" } },
                        "next": { "$ref": "#/components/schemas/notes.list" },
                        "items": { "items": { "anyOf": [
                            { "$ref": "#/components/schemas/notes.list.One_Two" },
                            { "$ref": "#/components/schemas/notes.list.A/properties/b" },
                        ] } },
                    },
                },
                "notes.list.One_Two": { "$ref": "#/components/schemas/notes.list.A" },
                "notes.list.A": {
                    "properties": { "b": { "$ref": "#/components/schemas/notes.list/properties/next" } }
                },
            })
        );
    }
}

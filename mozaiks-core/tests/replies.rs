//! How what an action returns becomes a reply, and whether its schema tells the truth.

use std::collections::{BTreeMap, HashMap};

use mozaiks_core::plugin::{ActionSpec, Created, IntoReply, Item, Outcome, Page, Updated};
use mozaiks_core::{DateTime, DocumentId, Error, ErrorCode, Stored};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// The bytes of a reply, as JSON.
fn written<T: IntoReply>(reply: T) -> Value {
    serde_json::from_slice(&Outcome::<Result<T, Error>>::new().write(Ok(reply)).unwrap()).unwrap()
}

fn schema_of<T: IntoReply + 'static>() -> Value {
    let outcome = Outcome::<Result<T, Error>>::new();
    ActionSpec::query("q").output(move |generator| outcome.describe(generator)).output_schema()
}

/// A reply, checked against its own schema.
#[track_caller]
fn checked<T: IntoReply + 'static>(reply: T) -> Value {
    let (reply, schema) = (written(reply), schema_of::<T>());
    assert!(reply.is_object(), "{reply}");
    if let Err(problem) = conforms(&reply, &schema, &schema) {
        panic!("{problem}\nreply: {reply:#}\nschema: {schema:#}");
    }
    reply
}

/// Whether a value is what a schema says, as far as schemars makes use of JSON Schema.
fn conforms(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    let Some(schema) = schema.as_object() else {
        return if *schema == Value::Bool(false) {
            Err(format!("nothing fits, not {value}"))
        } else {
            Ok(())
        };
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.strip_prefix("#/$defs/").unwrap();
        conforms(value, &root["$defs"][name], root)?;
    }
    let types = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|kind| is_a(value, kind)) {
        return Err(format!("{value} is none of {types:?}"));
    }
    if schema.get("const").is_some_and(|constant| constant != value) {
        return Err(format!("{value} is not {}", schema["const"]));
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array)
        && !choices.contains(value)
    {
        return Err(format!("{value} is none of {choices:?}"));
    }
    for all in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        conforms(value, all, root)?;
    }
    for several in ["anyOf", "oneOf"] {
        let Some(choices) = schema.get(several).and_then(Value::as_array) else { continue };
        let fitting = choices.iter().filter(|choice| conforms(value, choice, root).is_ok()).count();
        if fitting == 0 || (several == "oneOf" && fitting > 1) {
            return Err(format!("{value} fits {fitting} of {several} {choices:?}"));
        }
    }
    if let Some(items) = value.as_array()
        && let Some(schema) = schema.get("items")
    {
        items.iter().try_for_each(|item| conforms(item, schema, root))?;
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !fields.contains_key(required.as_str().unwrap()) {
            return Err(format!("{required} is required and not in {value}"));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields {
        match properties.and_then(|properties| properties.get(name)) {
            Some(schema) => conforms(field, schema, root)?,
            None => match schema.get("additionalProperties") {
                Some(additional) => conforms(field, additional, root)?,
                // A ready reply says all that it has: what is written is in the schema.
                None if properties.is_some() => return Err(format!("`{name}` is not in the schema")),
                None => {}
            },
        }
    }
    Ok(())
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
struct Note {
    title: String,
    #[serde(default)]
    pinned: bool,
    seen_at: Option<DateTime>,
}

fn note() -> Note {
    Note { title: "Milk".into(), pinned: false, seen_at: Some(DateTime::from_millis(0)) }
}

const ID: &str = "65301c2f9d1e8b3a4c5d6e7f";

#[test]
fn nothing_to_say_is_success() {
    #[derive(Serialize, JsonSchema)]
    struct Done;
    assert_eq!(checked(()), json!({ "success": true }));
    assert_eq!(checked(Done), json!({ "success": true }));
    for schema in [schema_of::<()>(), schema_of::<Done>()] {
        assert_eq!(schema["required"], json!(["success"]), "{schema}");
        assert_eq!(schema["properties"]["success"], json!({ "const": true }));
    }
}

#[test]
fn an_object_is_the_reply_itself() {
    let expected = json!({ "title": "Milk", "pinned": false, "seen_at": "1970-01-01T00:00:00Z" });
    assert_eq!(checked(note()), expected);
    assert_eq!(checked(Box::new(note())), expected);
    assert_eq!(schema_of::<Note>()["type"], "object");
    #[derive(Serialize, JsonSchema)]
    struct Empty {}
    assert_eq!(checked(Empty {}), json!({}));
}

#[test]
fn a_map_is_the_reply_itself() {
    assert_eq!(checked(BTreeMap::from([("a", 1)])), json!({ "a": 1 }));
    assert_eq!(checked(HashMap::<String, Note>::new()), json!({}));
    assert_eq!(checked(serde_json::Map::new()), json!({}));
}

#[test]
fn what_is_no_object_stands_under_data() {
    assert_eq!(checked(vec![note(), note()])["data"].as_array().unwrap().len(), 2);
    assert_eq!(checked(Vec::<Note>::new()), json!({ "data": [] }));
    assert_eq!(checked([0_u8; 0]), json!({ "data": [] }));
    assert_eq!(checked("text".to_owned()), json!({ "data": "text" }));
    assert_eq!(checked("{\"a\": 1}".to_owned()), json!({ "data": "{\"a\": 1}" }));
    assert_eq!(checked(5_u64), json!({ "data": 5 }));
    assert_eq!(checked(-0.5), json!({ "data": -0.5 }));
    assert_eq!(checked(f64::NAN.to_string()), json!({ "data": "NaN" }));
    assert_eq!(checked(true), json!({ "data": true }));
    assert_eq!(checked((1, "a")), json!({ "data": [1, "a"] }));
    assert_eq!(checked(DateTime::from_millis(0)), json!({ "data": "1970-01-01T00:00:00Z" }));
    assert_eq!(checked(DocumentId::from(ID)), json!({ "data": ID }));
    for schema in [schema_of::<Vec<Note>>(), schema_of::<String>(), schema_of::<u8>()] {
        assert_eq!(schema["required"], json!(["data"]), "{schema}");
    }
}

#[test]
fn a_named_type_that_is_no_object_stands_under_data_in_its_schema_too() {
    #[derive(Serialize, JsonSchema)]
    struct Titles(Vec<String>);
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code)]
    enum Colour {
        Red,
        Green,
    }
    /// Documented, and so described one by one.
    #[derive(Serialize, JsonSchema)]
    #[allow(dead_code)]
    enum Documented {
        /// The first.
        One,
        /// The second.
        Two,
    }
    assert_eq!(checked(Titles(vec!["a".into()])), json!({ "data": ["a"] }));
    assert_eq!(checked(Colour::Red), json!({ "data": "red" }));
    assert_eq!(checked(Documented::One), json!({ "data": "One" }));
    assert_eq!(checked(vec![Colour::Red]), json!({ "data": ["red"] }));
}

#[test]
fn an_option_is_what_it_holds_or_no_data() {
    assert_eq!(checked(None::<String>), json!({ "data": null }));
    assert_eq!(checked(Some("a".to_owned())), json!({ "data": "a" }));
    assert_eq!(checked(None::<Note>), json!({ "data": null }));
    assert_eq!(checked(Some(note()))["title"], "Milk");
    assert_eq!(checked(None::<BTreeMap<String, u8>>), json!({ "data": null }));
    assert_eq!(checked(Some(BTreeMap::from([("a".to_owned(), 1_u8)]))), json!({ "a": 1 }));
    assert_eq!(checked(None::<()>), json!({ "data": null }));
    assert_eq!(checked(Some(Stored::new("x", note())))["_id"], "x");
    assert_eq!(checked(None::<Item<Note>>), json!({ "data": null }));
}

#[test]
fn enums_are_objects_or_not_by_their_representation() {
    #[derive(Serialize, JsonSchema)]
    enum Mixed {
        Nothing,
        Number(u8),
        Named { a: u8 },
    }
    #[derive(Serialize, JsonSchema)]
    #[serde(tag = "kind")]
    enum Tagged {
        A { x: u8 },
        B,
    }
    #[derive(Serialize, JsonSchema)]
    #[serde(untagged)]
    enum Untagged {
        Text(String),
        Note(Note),
    }
    assert_eq!(checked(Mixed::Nothing), json!({ "data": "Nothing" }));
    assert_eq!(checked(Mixed::Number(1)), json!({ "Number": 1 }));
    assert_eq!(checked(Mixed::Named { a: 1 }), json!({ "Named": { "a": 1 } }));
    assert_eq!(checked(Tagged::A { x: 1 }), json!({ "kind": "A", "x": 1 }));
    assert_eq!(checked(Tagged::B), json!({ "kind": "B" }));
    assert_eq!(checked(Untagged::Text("a".into())), json!({ "data": "a" }));
    assert_eq!(checked(Untagged::Note(note()))["title"], "Milk");
    assert_eq!(checked(Some(Mixed::Nothing)), json!({ "data": "Nothing" }));
}

#[test]
fn any_json_is_possible_where_the_type_says_nothing() {
    assert_eq!(checked(json!({ "a": 1 })), json!({ "a": 1 }));
    assert_eq!(checked(json!(null)), json!({ "data": null }));
    assert_eq!(checked(json!([1])), json!({ "data": [1] }));
}

#[test]
fn the_ready_replies_have_the_shapes_that_front_ends_know() {
    let stored = Stored::new(ID, note());
    let flat = json!({ "_id": ID, "title": "Milk", "pinned": false, "seen_at": "1970-01-01T00:00:00Z" });
    assert_eq!(checked(stored.clone()), flat);
    assert_eq!(checked(Item::from(stored.clone())), json!({ "item": flat }));
    assert_eq!(checked(Created { id: ID.into() }), json!({ "success": true, "id": ID }));
    assert_eq!(checked(Updated { modified: false }), json!({ "success": true, "modified": false }));
    assert_eq!(checked(Updated { modified: true }), json!({ "success": true, "modified": true }));
    let page: Page<Note> = Page::new(vec![stored.clone(), stored], 7, 2, 50);
    assert_eq!(
        checked(page.clone()),
        json!({ "items": [flat, flat], "count": 2, "total": 7, "skip": 2, "limit": 50 })
    );
    let titles = page.map(|note| note.title.clone());
    assert_eq!(checked(titles)["items"], json!(["Milk", "Milk"]));
    assert_eq!(checked(Page::<Note>::new(Vec::new(), 0, 0, 0))["items"], json!([]));
}

#[test]
fn the_schemas_of_the_ready_replies_require_all_that_they_write() {
    let required = |schema: Value| {
        let mut names: Vec<String> = serde_json::from_value(schema["required"].clone()).unwrap();
        names.sort();
        names.join(" ")
    };
    assert_eq!(required(schema_of::<Created>()), "id success");
    assert_eq!(required(schema_of::<Updated>()), "modified success");
    assert_eq!(required(schema_of::<Item<Note>>()), "item");
    assert_eq!(required(schema_of::<Page<Note>>()), "count items limit skip total");
    let stored = required(schema_of::<Stored<Note>>());
    assert!(stored.contains("_id") && stored.contains("title"), "{stored}");
}

#[test]
fn types_of_one_name_do_not_share_a_schema() {
    mod other {
        #[derive(serde::Serialize, schemars::JsonSchema)]
        pub struct Note {
            pub other: u8,
        }
    }
    #[derive(Serialize, JsonSchema)]
    struct Both {
        ours: Page<Note>,
        theirs: Page<other::Note>,
        item: Item<other::Note>,
    }
    let theirs = || Stored::new("b", other::Note { other: 1 });
    let both = Both {
        ours: Page::new(vec![Stored::new("a", note())], 1, 0, 50),
        theirs: Page::new(vec![theirs()], 1, 0, 50),
        item: theirs().into(),
    };
    checked(both);
}

#[test]
fn the_ready_replies_are_read_back() {
    let page: Page<Note> = Page::new(vec![Stored::new(ID, note())], 7, 2, 50);
    assert_eq!(serde_json::from_value::<Page<Note>>(written(page.clone())).unwrap(), page);
    let created = Created { id: ID.into() };
    assert_eq!(serde_json::from_value::<Created>(written(created.clone())).unwrap(), created);
    let updated = Updated { modified: true };
    assert_eq!(serde_json::from_value::<Updated>(written(updated)).unwrap(), updated);
}

#[test]
fn what_cannot_be_written_is_the_plugins_fault() {
    #[derive(JsonSchema)]
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("a secret"))
        }
    }
    let outcome = Outcome::<Result<Broken, Error>>::new();
    assert_eq!(outcome.write(Ok(Broken)).unwrap_err().code(), ErrorCode::Internal);
    let twice = Outcome::<Result<HashMap<(u8, u8), u8>, Error>>::new();
    assert_eq!(twice.write(Ok(HashMap::from([((1, 1), 1)]))).unwrap_err().code(), ErrorCode::Internal);
}

#[test]
fn an_error_of_the_authors_becomes_one_of_ours() {
    struct Used;
    impl From<Used> for Error {
        fn from(_: Used) -> Self {
            Self::custom("QUOTA_USED", "All used")
        }
    }
    let error = Outcome::<Result<(), Used>>::new().write(Err(Used)).unwrap_err();
    assert_eq!(error.code().as_str(), "QUOTA_USED");
}

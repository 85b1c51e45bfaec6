//! How the fields of a request become typed arguments, and what is said where they do not.

mod common;

use std::collections::BTreeMap;

use common::{alice, assert_fields, assert_invalid, wire};
use mozaiks_core::plugin::{ActionSpec, Argument, Field, ObjectSchema, Request, Whole};
use mozaiks_core::{DocumentId, Error, FieldErrors};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// One named argument out of a body.
fn named<T: Argument>(name: &'static str, body: &str) -> Result<T, Error> {
    let alice = alice();
    let request = Request::parse(body.as_bytes(), &alice).unwrap();
    let mut errors = FieldErrors::new();
    let argument = Field::<T>::new(name).take(&request, &mut errors);
    errors.into_result()?;
    Ok(argument.expect("an argument is read or has an error"))
}

/// The whole body as one argument.
fn whole<T: Argument>(body: &str) -> Result<T, Error> {
    let alice = alice();
    let request = Request::parse(body.as_bytes(), &alice).unwrap();
    Whole::<T>::new().take(&request).map(|input| input.0)
}

#[track_caller]
fn refused<T: Argument>(outcome: Result<T, Error>) -> Error {
    match outcome {
        Ok(_) => panic!("it was read"),
        Err(error) => error,
    }
}

fn input_schema<T: Argument>() -> Value {
    ActionSpec::action("a").input(|generator| Whole::<T>::new().describe(generator)).input_schema()
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Note {
    title: String,
    #[serde(default)]
    body: String,
    pinned: Option<bool>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    title: String,
    limit: Option<u32>,
}

#[test]
fn a_named_argument_is_the_field_of_its_name() {
    assert_eq!(named::<String>("title", r#"{"titles": 1, "title": "M\u0069lk"}"#).unwrap(), "Milk");
    assert_eq!(named::<Vec<u8>>("l", r#"{"\u006c": [1, 2]}"#).unwrap(), [1, 2]);
    assert_eq!(named::<Value>("v", r#"{"v": null}"#).unwrap(), Value::Null);
}

#[test]
fn an_argument_that_is_missing_null_or_of_another_type_is_named() {
    assert_fields(&refused(named::<String>("title", "{}")), &[("title", "`title` is required")]);
    assert_fields(&refused(named::<Value>("title", "{}")), &[("title", "`title` is required")]);
    assert_fields(&refused(named::<Vec<u8>>("title", "{}")), &[("title", "`title` is required")]);
    assert_fields(
        &refused(named::<String>("title", r#"{"title": null}"#)),
        &[("title", "invalid type: null, expected a string")],
    );
    assert_fields(
        &refused(named::<String>("title", r#"{"title": {"$gt": ""}}"#)),
        &[("title", "invalid type: map, expected a string")],
    );
    assert_fields(
        &refused(named::<u64>("skip", r#"{"skip": -1}"#)),
        &[("skip", "invalid value: integer `-1`, expected a whole number from 0")],
    );
    assert_fields(
        &refused(named::<u64>("skip", r#"{"skip": 1.5}"#)),
        &[("skip", "invalid type: floating point `1.5`, expected a whole number from 0")],
    );
    assert_fields(
        &refused(named::<DocumentId>("item_id", r#"{"item_id": 5}"#)),
        &[("item_id", "invalid type: integer `5`, expected an id (a string)")],
    );
}

#[test]
fn what_json_allows_and_rust_does_not_is_refused() {
    assert_fields(&refused(named::<f64>("n", r#"{"n": 1e999}"#)), &[("n", "number out of range")]);
    let half = r#"{"s": "\ud800 is half a character"}"#;
    assert!(refused(named::<String>("s", half)).field("s").is_some());
    assert!(refused(whole::<Value>(half)).field("s").is_some());
}

#[test]
fn an_option_may_be_absent_or_null() {
    assert_eq!(named::<Option<u32>>("limit", "{}").unwrap(), None);
    assert_eq!(named::<Option<u32>>("limit", r#"{"limit": null}"#).unwrap(), None);
    assert_eq!(named::<Option<u32>>("limit", r#"{"limit": 5}"#).unwrap(), Some(5));
    assert_fields(
        &refused(named::<Option<u32>>("limit", r#"{"limit": "5"}"#)),
        &[("limit", "invalid type: string \"5\", expected a whole number from 0 to 4294967295")],
    );
}

#[test]
fn all_arguments_that_are_wrong_are_said_at_once_and_the_first_by_itself() {
    let alice = alice();
    let request = Request::parse(br#"{"count": "many", "fine": 1, "flag": null}"#, &alice).unwrap();
    let mut errors = FieldErrors::new();
    assert_eq!(Field::<String>::new("title").take(&request, &mut errors), None);
    assert_eq!(Field::<u32>::new("fine").take(&request, &mut errors), Some(1));
    assert_eq!(Field::<u32>::new("count").take(&request, &mut errors), None);
    assert_eq!(Field::<bool>::new("flag").take(&request, &mut errors), None);
    let error = Error::from(errors);
    assert_fields(
        &error,
        &[
            ("title", "`title` is required"),
            ("count", "invalid type: string \"many\", expected a whole number from 0 to 4294967295"),
            ("flag", "invalid type: null, expected a boolean"),
        ],
    );
    assert_eq!(wire(&error)["details"]["field"], "title");
}

#[test]
fn the_text_of_a_type_of_the_authors_is_left_whole() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "u32")]
    struct Even(#[allow(dead_code)] u32);
    impl TryFrom<u32> for Even {
        type Error = &'static str;
        fn try_from(number: u32) -> Result<Self, &'static str> {
            if number.is_multiple_of(2) {
                Ok(Self(number))
            } else {
                Err("odd at line 7, expected an even one")
            }
        }
    }
    assert!(named::<Even>("n", r#"{"n": 4}"#).is_ok());
    let odd = [("n", "odd at line 7, expected an even one")];
    assert_fields(&refused(named::<Even>("n", r#"{"n": 3}"#)), &odd);
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Holder {
        #[allow(dead_code)]
        n: Even,
    }
    assert_fields(&refused(whole::<Holder>(r#"{"n": 3}"#)), &odd);
}

#[test]
fn a_whole_request_ignores_what_its_type_does_not_know() {
    let note = whole::<Note>(r#"{"action": "create", "other": {}, "title": "Milk"}"#).unwrap();
    assert_eq!(note, Note { title: "Milk".into(), body: String::new(), pinned: None });
}

#[test]
fn a_whole_request_names_the_field_at_fault() {
    assert_fields(&refused(whole::<Note>("{}")), &[("title", "`title` is required")]);
    assert_fields(
        &refused(whole::<Note>(r#"{"title": "Milk", "pinned": 1}"#)),
        &[("pinned", "invalid type: integer `1`, expected a boolean")],
    );
    assert_fields(
        &refused(whole::<Note>(r#"{"title": {"$gt": ""}}"#)),
        &[("title", "invalid type: map, expected a string")],
    );
}

#[test]
fn a_mistake_further_down_is_said_of_the_field_at_the_top() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Order {
        #[allow(dead_code)]
        lines: Vec<Note>,
    }
    let error = refused(whole::<Order>(r#"{"lines": [{"title": "a"}, {"body": "b"}]}"#));
    assert_fields(&error, &[("lines", "missing field `title`")]);
    let error = refused(whole::<Order>(r#"{"lines": [{"title": 5}]}"#));
    assert_fields(&error, &[("lines", "invalid type: integer `5`, expected a string")]);
}

#[test]
fn a_type_that_refuses_unknown_fields_is_not_shown_the_action() {
    let sent = r#"{"action": "create", "user_id": "m", "app_id": "m", "_context": {}, "title": "Milk"}"#;
    assert_eq!(whole::<Strict>(sent).unwrap(), Strict { title: "Milk".into(), limit: None });
}

#[test]
fn an_unknown_field_that_is_refused_names_itself() {
    let error = refused(whole::<Strict>(r#"{"title": "Milk", "limits": 5}"#));
    assert_fields(&error, &[("limits", "`limits` is not known; expected one of: title, limit")]);
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    assert_fields(&refused(whole::<Nothing>(r#"{"a": 1}"#)), &[("a", "`a` is not known")]);
    assert!(whole::<Nothing>(r#"{"action": "x"}"#).is_ok());
}

#[test]
fn flattened_fields_stand_beside_the_others() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Paged {
        query: String,
        #[serde(flatten)]
        strict: PageOf,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct PageOf {
        skip: u64,
        limit: Option<u64>,
    }
    let paged =
        whole::<Paged>(r#"{"action": "x", "skip": 3, "query": "q", "colour": "red", "user_id": 1}"#).unwrap();
    assert_eq!(paged.strict, PageOf { skip: 3, limit: None });
    assert_eq!(paged.rest, BTreeMap::from([("colour".to_owned(), json!("red"))]));
    assert_fields(&refused(whole::<Paged>(r#"{"query": "q"}"#)), &[("skip", "`skip` is required")]);
    // Which of the flattened fields has a wrong type serde does not say.
    let error = refused(whole::<Paged>(r#"{"query": "q", "skip": "three"}"#));
    assert!(assert_invalid(&error).contains("expected u64"));
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum External {
    Circle { radius: u32 },
    Text(String),
    Pair(u8, u8),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Internal {
    Circle { radius: u32 },
    Point,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    A(u32),
    B { x: u32 },
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    ById { id: DocumentId },
    ByName { name: String },
}

#[test]
fn enums_of_every_representation_are_read_from_a_whole_request() {
    assert_eq!(whole::<External>(r#"{"circle": {"radius": 1}}"#).unwrap(), External::Circle { radius: 1 });
    assert_eq!(whole::<External>(r#"{"action": "a", "text": "x"}"#).unwrap(), External::Text("x".into()));
    assert_eq!(whole::<External>(r#"{"pair": [1, 2]}"#).unwrap(), External::Pair(1, 2));
    assert_eq!(
        whole::<Internal>(r#"{"action": "a", "kind": "circle", "radius": 2}"#).unwrap(),
        Internal::Circle { radius: 2 }
    );
    assert_eq!(whole::<Internal>(r#"{"radius": 2, "kind": "point"}"#).unwrap(), Internal::Point);
    assert_eq!(whole::<Adjacent>(r#"{"c": 5, "t": "A"}"#).unwrap(), Adjacent::A(5));
    assert_eq!(whole::<Adjacent>(r#"{"t": "B", "c": {"x": 1}}"#).unwrap(), Adjacent::B { x: 1 });
    assert_eq!(whole::<Untagged>(r#"{"name": "x"}"#).unwrap(), Untagged::ByName { name: "x".into() });
    assert_eq!(whole::<Untagged>(r#"{"id": "x"}"#).unwrap(), Untagged::ById { id: "x".into() });
}

#[test]
fn enums_that_do_not_fit_are_mistakes_of_the_client() {
    for body in ["{}", r#"{"square": {}}"#, r#"{"circle": {}}"#, r#"{"circle": 5}"#, r#"{"text": null}"#] {
        assert_invalid(&refused(whole::<External>(body)));
    }
    assert!(
        assert_invalid(&refused(whole::<External>(r#"{"square": {}}"#))).contains("expected one of `circle`")
    );
    assert_fields(&refused(whole::<Internal>("{}")), &[("kind", "`kind` is required")]);
    for body in [r#"{"kind": "square"}"#, r#"{"kind": 1}"#, r#"{"kind": "circle"}"#] {
        assert_invalid(&refused(whole::<Internal>(body)));
    }
    assert_fields(&refused(whole::<Adjacent>(r#"{"c": 1}"#)), &[("t", "`t` is required")]);
    assert_invalid(&refused(whole::<Untagged>("{}")));
}

#[test]
fn enums_can_be_named_arguments_too() {
    assert_eq!(
        named::<External>("shape", r#"{"shape": {"circle": {"radius": 1}}}"#).unwrap(),
        External::Circle { radius: 1 }
    );
    assert_eq!(named::<Internal>("shape", r#"{"shape": {"kind": "point"}}"#).unwrap(), Internal::Point);
    let error = refused(named::<Internal>("shape", r#"{"shape": {"kind": "square"}}"#));
    assert_fields(&error, &[("shape", "unknown variant `square`, expected `circle` or `point`")]);
}

#[test]
fn newtypes_are_what_they_hold() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Wrapped(Note);
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Title(String);
    let note = Note { title: "Milk".into(), body: String::new(), pinned: None };
    assert_eq!(whole::<Wrapped>(r#"{"title": "Milk"}"#).unwrap(), Wrapped(note));
    assert_fields(&refused(whole::<Wrapped>("{}")), &[("title", "`title` is required")]);
    assert_eq!(named::<Title>("title", r#"{"title": "Milk"}"#).unwrap(), Title("Milk".into()));
    assert_fields(&refused(named::<Title>("title", "{}")), &[("title", "`title` is required")]);
}

#[test]
fn an_option_of_the_whole_is_always_there() {
    assert!(whole::<Option<Note>>(r#"{"title": "Milk"}"#).unwrap().is_some());
    assert_fields(&refused(whole::<Option<Note>>("{}")), &[("title", "`title` is required")]);
}

#[test]
fn nothing_at_all_can_be_asked_for() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Nothing;
    whole::<()>(r#"{"a": 1}"#).unwrap();
    assert_eq!(whole::<Nothing>("{}").unwrap(), Nothing);
}

#[test]
fn what_is_no_object_cannot_be_the_whole() {
    assert_invalid(&refused(whole::<Vec<u8>>("{}")));
    assert_invalid(&refused(whole::<u32>("{}")));
}

#[test]
fn the_schema_of_named_arguments_says_which_are_required() {
    let spec = ActionSpec::action("a").input(|generator| {
        let mut input = ObjectSchema::default();
        Field::<String>::new("title").describe(generator, &mut input);
        Field::<Option<u64>>::new("limit").describe(generator, &mut input);
        Field::<Value>::new("anything").describe(generator, &mut input);
        input.finish()
    });
    let schema = spec.input_schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["required"], json!(["title", "anything"]));
    assert_eq!(schema["properties"]["title"], json!({ "type": "string" }));
    assert!(schema["properties"]["limit"].is_object());
    let none = ActionSpec::action("a").input(|_| ObjectSchema::default().finish()).input_schema();
    assert_eq!(none["type"], "object");
    assert_eq!(none.get("properties"), None);
}

#[test]
fn the_schema_of_a_whole_request_is_that_of_an_object() {
    let schema = input_schema::<Note>();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["required"], json!(["title"]));
    assert!(schema["properties"]["pinned"].is_object());
    assert_eq!(input_schema::<Strict>()["additionalProperties"], false);
    #[derive(Deserialize, JsonSchema)]
    struct Nothing;
    // A request is an object, whatever the action makes of it.
    assert_eq!(input_schema::<()>()["type"], "object");
    assert_eq!(input_schema::<Nothing>()["type"], "object");
}

#[test]
fn a_schema_stands_by_itself() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Order {
        lines: Vec<Note>,
        first: Note,
    }
    let schema = input_schema::<Order>();
    assert_eq!(schema["properties"]["first"], json!({ "$ref": "#/$defs/Note" }));
    assert_eq!(schema["$defs"]["Note"]["required"], json!(["title"]));
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Tree {
        children: Vec<Tree>,
    }
    let schema = input_schema::<Tree>();
    assert_eq!(schema["properties"]["children"]["items"], json!({ "$ref": "#/$defs/Tree" }));
    assert!(schema["$defs"]["Tree"]["properties"].is_object());
}

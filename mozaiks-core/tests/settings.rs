//! What `#[derive(Settings)]` gives a plugin: defaults, rules, lenient and strict reading, the form, the schema.

use mozaiks_core::settings::{MASK, SettingField, SettingsError, SettingsSchema};
use mozaiks_core::{Error, ErrorCode, FieldErrors, Settings};
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    /// Show the newest note first
    #[setting(default = true)]
    newest_first: bool,
    /// Notes on a page.
    /// More than 50 are slow
    /// on a telephone.
    #[setting(default = 20, min = 1, max = MOST, step = 5)]
    page_size: u32,
    /// Look
    #[setting(default = View::Board)]
    view: View,
    #[setting(default = "Untitled", min_length = 1, max_length = 40, label = "Title of a new note")]
    new_title: String,
    /// Quiet hours
    #[setting(category = "Quiet hours")]
    quiet_hours: QuietHours,
    #[setting(email)]
    send_to: Option<String>,
    #[setting(default = "en", one_of = ["en", "de"])]
    language: String,
    #[setting(max_length = 5, default = vec!["todo".to_owned()])]
    tags: Vec<String>,
    #[setting(min = 0.0, max = 1.0, default = 0.5)]
    opacity: f64,
    #[setting(secret, description = "From your account page", input = "textarea")]
    api_key: String,
}

const MOST: u32 = 100;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
#[serde(rename_all = "kebab-case")]
enum View {
    /// As a list.
    List,
    Board,
    #[setting(label = "By month")]
    #[serde(rename = "calendar", alias = "month")]
    MonthCalendar,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
#[serde(rename_all = "camelCase")]
struct QuietHours {
    #[setting(default = "22:00", pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    start: String,
    #[serde(alias = "weekends")]
    on_weekends: bool,
    #[setting(secret)]
    r#type: Option<String>,
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn stored(value: Value) -> NotesSettings {
    NotesSettings::from_stored(Some(&object(value)))
}

fn parse(value: Value) -> Result<NotesSettings, FieldErrors> {
    NotesSettings::parse(&object(value))
}

/// The errors as JSON.
#[track_caller]
fn errors(value: Value) -> Value {
    serde_json::to_value(parse(value).expect_err("the settings are wrong")).unwrap()
}

#[test]
fn somebody_who_saved_nothing_has_the_defaults() {
    let expected = json!({
        "newest_first": true, "page_size": 20, "view": "board", "new_title": "Untitled",
        "quiet_hours": { "start": "22:00", "onWeekends": false, "type": null },
        "send_to": null, "language": "en", "tags": ["todo"], "opacity": 0.5, "api_key": ""
    });
    assert_eq!(json!(NotesSettings::defaults().to_object()), expected);
    assert_eq!(json!(NotesSettings::from_stored(None).to_object()), expected);
    assert_eq!(parse(json!({})), Ok(NotesSettings::defaults()));
}

#[test]
fn what_was_saved_is_read_back() {
    let sent = json!({
        "newest_first": false, "page_size": 100, "view": "calendar", "new_title": "Neu",
        "quiet_hours": { "start": "20:30", "onWeekends": true, "type": "x" },
        "send_to": "a@example.com", "language": "de", "tags": [], "opacity": 1, "api_key": "k"
    });
    let settings = parse(sent.clone()).unwrap();
    assert_eq!(settings.view, View::MonthCalendar);
    assert!((settings.opacity - 1.0).abs() < f64::EPSILON);
    assert_eq!(stored(sent), settings);
}

#[test]
fn an_older_shape_yields_defaults_for_what_does_not_fit() {
    let default = NotesSettings::defaults();
    for (old, why) in [
        (json!({}), "fields missing"),
        (json!({ "columns": 3 }), "a field too many"),
        (json!({ "page_size": "20" }), "another type"),
        (json!({ "page_size": null }), "null"),
        (json!({ "page_size": 1.5 }), "a fraction"),
        (json!({ "page_size": -1 }), "outside the type"),
        (json!({ "page_size": 500 }), "outside the range"),
        (json!({ "view": "table" }), "a variant that is gone"),
        (json!({ "view": { "kind": "list" } }), "an object where a choice is now"),
        (json!({ "quiet_hours": "22:00" }), "a text where an object is now"),
        (json!({ "quiet_hours": { "start": "late", "end": 7 } }), "inside a nested struct"),
        (json!({ "new_title": "" }), "too short"),
        (json!({ "tags": "a, b" }), "no list"),
        (json!({ "tags": ["ok", "too long"] }), "an item that does not fit"),
        (json!({ "send_to": "nobody" }), "no address"),
        (json!({ "language": "fr" }), "none of those allowed"),
    ] {
        assert_eq!(stored(old), default, "{why}");
    }
}

#[test]
fn what_fits_of_an_older_shape_is_kept() {
    let settings = stored(json!({
        "page_size": 30, "view": "month", "quiet_hours": { "start": 7, "weekends": true }, "gone": 1
    }));
    assert_eq!((settings.page_size, settings.view), (30, View::MonthCalendar));
    assert_eq!((settings.quiet_hours.start.as_str(), settings.quiet_hours.on_weekends), ("22:00", true));
}

#[test]
fn every_error_is_told_at_once() {
    assert_eq!(
        errors(json!({
            "newest_first": "yes", "page_size": 0, "view": "table", "new_title": "x".repeat(41),
            "quiet_hours": { "start": "7", "onWeekends": 1, "end": "8" },
            "send_to": "nobody", "language": "fr", "tags": ["ok", "too long"], "opacity": 1.5, "api_key": 7,
            "columns": 3
        })),
        json!({
            "newest_first": "expected true or false",
            "page_size": "must be at least 1",
            "view": "expected one of: list, board, calendar",
            "new_title": "must be at most 40 characters",
            "quiet_hours.start": "must match the pattern ^[0-2][0-9]:[0-5][0-9]$",
            "quiet_hours.onWeekends": "expected true or false",
            "quiet_hours.end": "unknown setting",
            "send_to": "expected an e-mail address",
            "language": "expected one of: en, de",
            "tags": "item 2: must be at most 5 characters",
            "opacity": "must be at most 1",
            "api_key": "expected a text",
            "columns": "unknown setting"
        })
    );
}

#[test]
fn a_wrong_type_is_told_in_words() {
    assert_eq!(errors(json!({ "page_size": "20" })), json!({ "page_size": "expected a whole number" }));
    assert_eq!(errors(json!({ "page_size": 1.5 })), json!({ "page_size": "expected a whole number" }));
    assert_eq!(errors(json!({ "page_size": -1 })), json!({ "page_size": "must be at least 1" }));
    assert_eq!(errors(json!({ "page_size": 1e15 })), json!({ "page_size": "must be at most 100" }));
    assert_eq!(errors(json!({ "opacity": "1" })), json!({ "opacity": "expected a number" }));
    assert_eq!(errors(json!({ "tags": "a" })), json!({ "tags": "expected a list" }));
    assert_eq!(errors(json!({ "quiet_hours": [] })), json!({ "quiet_hours": "expected an object" }));
    assert_eq!(errors(json!({ "new_title": "" })), json!({ "new_title": "must be at least 1 character" }));
}

#[test]
fn a_length_is_counted_in_characters() {
    assert!(parse(json!({ "new_title": "ü".repeat(40) })).is_ok());
}

#[test]
fn a_whole_number_may_be_written_as_a_float() {
    assert_eq!(parse(json!({ "page_size": 20.0 })).unwrap().page_size, 20);
}

#[test]
fn null_is_none_for_an_optional_setting_alone() {
    assert_eq!(parse(json!({ "send_to": null })).unwrap().send_to, None);
    assert_eq!(errors(json!({ "language": null })), json!({ "language": "expected a text" }));
}

#[test]
fn the_reserved_names_are_dropped_at_the_top_alone() {
    let sent = json!({ "user_id": "mallory", "app_id": "other", "_context": {}, "page_size": 5 });
    assert_eq!(parse(sent).unwrap().page_size, 5);
    assert_eq!(
        errors(json!({ "quiet_hours": { "user_id": "mallory" } })),
        json!({ "quiet_hours.user_id": "unknown setting" })
    );
}

#[test]
fn field_errors_become_one_validation_error() {
    let error = Error::from(parse(json!({ "page_size": 0 })).unwrap_err());
    assert_eq!(error.code(), ErrorCode::Validation);
    assert_eq!(error.field("page_size"), Some("must be at least 1"));
}

#[test]
fn the_form_has_the_shape_of_settings_config() {
    assert_eq!(
        serde_json::to_value(NotesSettings::fields()).unwrap(),
        json!([
            {
                "id": "newest_first", "label": "Show the newest note first", "type": "toggle",
                "required": false, "editable": true, "default": true
            },
            {
                "id": "page_size", "label": "Notes on a page", "type": "number",
                "description": "More than 50 are slow on a telephone.",
                "required": true, "editable": true, "default": 20, "min": 1, "max": 100, "step": 5
            },
            {
                "id": "view", "label": "Look", "type": "select", "required": true, "editable": true,
                "default": "board",
                "options": [
                    { "value": "list", "label": "As a list" },
                    { "value": "board", "label": "Board" },
                    { "value": "calendar", "label": "By month" }
                ]
            },
            {
                "id": "new_title", "label": "Title of a new note", "type": "text", "required": true,
                "editable": true, "default": "Untitled", "min_length": 1, "max_length": 40
            },
            {
                "id": "quiet_hours.start", "label": "Start", "type": "text", "category": "Quiet hours",
                "required": true, "editable": true, "default": "22:00",
                "pattern": "^[0-2][0-9]:[0-5][0-9]$"
            },
            {
                "id": "quiet_hours.onWeekends", "label": "On weekends", "type": "toggle",
                "category": "Quiet hours", "required": false, "editable": true, "default": false
            },
            {
                "id": "quiet_hours.type", "label": "Type", "type": "text", "category": "Quiet hours",
                "required": false, "editable": true, "default": null, "secret": true
            },
            {
                "id": "send_to", "label": "Send to", "type": "email", "required": false, "editable": true,
                "default": null
            },
            {
                "id": "language", "label": "Language", "type": "select", "required": true, "editable": true,
                "default": "en",
                "options": [{ "value": "en", "label": "en" }, { "value": "de", "label": "de" }]
            },
            {
                "id": "tags", "label": "Tags", "type": "textarea", "required": false, "editable": true,
                "default": ["todo"], "multiple": true, "max_length": 5
            },
            {
                "id": "opacity", "label": "Opacity", "type": "number", "required": true, "editable": true,
                "default": 0.5, "min": 0.0, "max": 1.0
            },
            {
                "id": "api_key", "label": "Api key", "type": "textarea", "required": false, "editable": true,
                "description": "From your account page", "default": "", "secret": true
            }
        ])
    );
}

#[test]
fn form_fields_are_read_back_as_they_were_written() {
    let fields = NotesSettings::fields();
    let json = serde_json::to_string(&fields).unwrap();
    assert_eq!(serde_json::from_str::<Vec<SettingField>>(&json).unwrap(), fields);
}

#[test]
fn the_schema_has_the_rules() {
    let schema = NotesSettings::schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema.get("required"), None);
    assert_eq!(schema.get("$defs"), None);
    let properties = &schema["properties"];
    let page_size = &properties["page_size"];
    assert_eq!(page_size["type"], "integer");
    assert_eq!(page_size["title"], "Notes on a page");
    assert_eq!((&page_size["minimum"], &page_size["maximum"]), (&json!(1), &json!(100)));
    assert_eq!(page_size["default"], 20);
    assert_eq!(properties["new_title"]["minLength"], 1);
    assert_eq!(properties["new_title"]["maxLength"], 40);
    assert_eq!(properties["language"]["enum"], json!(["en", "de"]));
    assert_eq!(properties["send_to"]["format"], "email");
    assert_eq!(properties["send_to"]["type"], json!(["string", "null"]));
    assert_eq!(properties["tags"]["items"]["maxLength"], 5);
    assert_eq!(properties["tags"]["default"], json!(["todo"]));
    assert_eq!(properties["api_key"]["writeOnly"], true);
    assert_eq!(properties["view"]["default"], "board");
    let quiet_hours = &properties["quiet_hours"];
    assert_eq!(quiet_hours["additionalProperties"], false);
    assert_eq!(quiet_hours.get("required"), None);
    assert_eq!(quiet_hours["properties"]["start"]["pattern"], "^[0-2][0-9]:[0-5][0-9]$");
    assert_eq!(quiet_hours["properties"]["onWeekends"]["default"], false);
}

#[test]
fn without_their_type_settings_are_the_same() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let schema = SettingsSchema::of::<NotesSettings>().clone();
    shared(&schema);
    assert_eq!(schema.defaults(), NotesSettings::defaults().to_object());
    assert_eq!(schema.fields(), NotesSettings::fields());
    assert_eq!(schema.json_schema(), NotesSettings::schema());
    assert_eq!(schema.effective(Some(&object(json!({ "page_size": 7, "gone": 1 }))))["page_size"], 7);
    assert_eq!(schema.check_defaults(), Ok(()));
}

#[test]
fn what_is_to_be_stored_is_what_was_given_and_no_more() {
    let schema = SettingsSchema::of::<NotesSettings>();
    let sent = json!({
        "page_size": 20.0, "view": "month", "user_id": "mallory", "opacity": 1,
        "quiet_hours": { "weekends": true }
    });
    assert_eq!(
        json!(schema.parse(&object(sent)).unwrap()),
        json!({ "page_size": 20, "view": "calendar", "opacity": 1.0, "quiet_hours": { "onWeekends": true } })
    );
}

#[test]
fn a_default_that_breaks_a_rule_is_found_before_a_user_finds_it() {
    fn nothing() -> u32 {
        0
    }
    #[derive(Debug, Serialize, Deserialize, JsonSchema, Settings)]
    struct Wrong {
        #[setting(default = nothing(), min = 1)]
        size: u32,
    }
    let errors = SettingsSchema::of::<Wrong>().check_defaults().unwrap_err();
    assert_eq!(errors.get("size"), Some("must be at least 1"));
}

#[test]
fn a_secret_is_masked_and_kept() {
    let schema = SettingsSchema::of::<NotesSettings>();
    let stored = object(json!({ "api_key": "k", "quiet_hours": { "type": "t" } }));
    let shown = schema.shown(Some(&stored));
    assert_eq!((&shown["api_key"], &shown["quiet_hours"]["type"]), (&json!(MASK), &json!(MASK)));

    let saved = schema.accept(shown, Some(&stored)).unwrap();
    assert_eq!((&saved["api_key"], &saved["quiet_hours"]["type"]), (&json!("k"), &json!("t")));
}

#[test]
fn a_mask_is_never_stored_as_the_secret() {
    assert_eq!(errors(json!({ "api_key": MASK })), json!({ "api_key": "expected the secret, not its mask" }));
}

#[test]
fn an_empty_secret_is_shown_as_empty() {
    let shown = SettingsSchema::of::<NotesSettings>().shown(None);
    assert_eq!((&shown["api_key"], &shown["quiet_hours"]["type"]), (&json!(""), &json!(null)));
}

#[test]
fn a_new_secret_replaces_the_old_one_and_a_mask_of_nothing_is_nothing() {
    let schema = SettingsSchema::of::<NotesSettings>();
    let old = object(json!({ "api_key": "k" }));
    let accept = |sent: Value, stored| json!(schema.accept(object(sent), stored).unwrap());
    assert_eq!(accept(json!({ "api_key": "new" }), Some(&old)), json!({ "api_key": "new" }));
    assert_eq!(accept(json!({ "api_key": "" }), Some(&old)), json!({ "api_key": "" }));
    assert_eq!(accept(json!({}), Some(&old)), json!({}));
    assert_eq!(accept(json!({ "api_key": MASK }), None), json!({ "api_key": "" }));
}

#[test]
fn the_marked_variant_of_an_enum_is_its_default() {
    #[derive(Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
    enum Size {
        Small,
        #[default]
        Large,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
    struct Sizes {
        size: Size,
        sizes: Vec<Size>,
    }
    assert_eq!(Sizes::defaults(), Sizes { size: Size::Large, sizes: vec![] });
    let read = Sizes::from_stored(json!({ "sizes": ["Small"] }).as_object());
    assert_eq!(read.sizes, [Size::Small]);
    assert_eq!(Sizes::fields()[1].options.len(), 2);
}

#[test]
fn every_width_of_number_keeps_to_its_own_range() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
    struct Wide {
        #[setting(min = -5)]
        a: i8,
        b: u64,
        #[setting(default = 10_000_000_000, max = 20_000_000_000)]
        c: i64,
        d: f32,
        e: Option<u16>,
    }
    let ok = json!({ "a": -5, "b": u64::MAX, "c": 20_000_000_000_i64, "d": 0.1, "e": 65535 });
    let read = Wide::parse(&object(ok)).unwrap();
    assert_eq!(read, Wide { a: -5, b: u64::MAX, c: 20_000_000_000, d: 0.1, e: Some(65535) });
    let wrong = json!({ "a": 128, "b": -1, "c": 20_000_000_001_i64, "d": 1e39, "e": 65536 });
    let errors = Wide::parse(&object(wrong)).unwrap_err();
    assert_eq!(errors.get("a"), Some("must be at most 127"));
    assert_eq!(errors.get("b"), Some("must be at least 0"));
    assert_eq!(errors.get("c"), Some("must be at most 20000000000"));
    assert!(errors.get("d").is_some_and(|text| text.starts_with("must be at most 34")));
    assert_eq!(errors.get("e"), Some("must be at most 65535"));
}

#[test]
fn a_default_of_a_nested_struct_is_the_base_of_what_is_left_out() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
    struct Outer {
        #[setting(default = QuietHours { start: "10:00".into(), on_weekends: true, r#type: None })]
        hours: QuietHours,
    }
    let read = Outer::parse(&object(json!({ "hours": { "start": "11:00" } }))).unwrap();
    assert_eq!((read.hours.start.as_str(), read.hours.on_weekends), ("11:00", true));
    assert_eq!(Outer::fields()[0].default, json!("10:00"));
}

#[test]
fn choices_of_options_and_lists_are_in_the_schema() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
    struct Choices {
        #[setting(one_of = ["a", "b"])]
        maybe: Option<String>,
        #[setting(one_of = ["a", "b"])]
        many: Vec<String>,
        views: Vec<View>,
    }
    let schema = Choices::schema();
    assert_eq!(schema["properties"]["maybe"]["enum"], json!(["a", "b", null]));
    assert_eq!(schema["properties"]["many"]["items"]["enum"], json!(["a", "b"]));
    let fields = serde_json::to_value(Choices::fields()).unwrap();
    assert_eq!(
        (&fields[0]["type"], &fields[1]["type"], &fields[2]["type"]),
        (&json!("select"), &json!("select"), &json!("select"))
    );
    assert_eq!((&fields[0]["multiple"], &fields[1]["multiple"]), (&json!(null), &json!(true)));
    assert_eq!(
        Choices::parse(&object(json!({ "maybe": "c", "views": ["list", "x"] }))).unwrap_err().get("views"),
        Some("item 2: expected one of: list, board, calendar")
    );
}

#[test]
fn a_flood_of_unknown_settings_is_refused_and_not_recited() {
    let sent: Map<_, _> = (0..10_000).map(|index| (format!("x{index}"), Value::Null)).collect();
    let errors = NotesSettings::parse(&sent).unwrap_err();
    assert!(errors.len() < 100);
}

#[test]
fn errors_of_the_manager_become_errors_of_the_call() {
    assert_eq!(Error::from(SettingsError::unavailable("away")).code(), ErrorCode::Unavailable);
    let error = Error::from(SettingsError::backend("disk full at /var/db"));
    assert_eq!(error.code(), ErrorCode::Internal);
    assert!(!serde_json::to_string(&error).unwrap().contains("disk"));
}

/// Any JSON, rich in what nearly fits.
fn any_json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-3..130_i32).prop_map(Value::from),
    ];
    let text = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec!["list", "month", "en", "23:59", "a@b.c", "", MASK])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            any_object(inner).prop_map(Value::Object),
        ]
    })
}

fn any_object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let declared = NotesSettings::fields()
        .into_iter()
        .map(|field| field.id.rsplit('.').next().map(str::to_owned).unwrap_or_default());
    let names: Vec<String> = declared.chain(["quiet_hours".to_owned(), "weekends".to_owned()]).collect();
    let name = prop_oneof![4 => proptest::sample::select(names), 1 => any::<String>()];
    proptest::collection::vec((name, value), 0..8).prop_map(Map::from_iter)
}

proptest! {
    #[test]
    fn whatever_is_stored_is_read_as_settings_that_could_be_saved(stored in any_object(any_json())) {
        let settings = NotesSettings::from_stored(Some(&stored));
        prop_assert_eq!(NotesSettings::parse(&settings.to_object()), Ok(settings));
    }

    #[test]
    fn what_is_accepted_is_read_back_the_same(sent in any_object(any_json())) {
        let schema = SettingsSchema::of::<NotesSettings>();
        if let Ok(saved) = schema.parse(&sent) {
            let settings = NotesSettings::parse(&sent).unwrap();
            prop_assert_eq!(NotesSettings::from_stored(Some(&saved)), settings);
            prop_assert_eq!(schema.parse(&saved), Ok(saved));
        }
    }
}

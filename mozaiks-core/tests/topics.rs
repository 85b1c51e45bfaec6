//! Topics, the patterns that subscribe to them, and events.

use std::sync::Arc;

use mozaiks_core::events::{Event, Topic, TopicPattern};
use mozaiks_core::{DateTime, ErrorCode, Identity};
use proptest::prelude::*;
use serde_json::json;

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.parse::<TopicPattern>().unwrap().matches(&topic(text))
}

#[test]
fn a_topic_has_an_area_and_a_name_or_a_name_alone() {
    let created = topic("notes:note_created");
    assert_eq!(
        (created.area(), created.name(), created.as_str()),
        (Some("notes"), "note_created", "notes:note_created")
    );
    assert_eq!(created, Topic::new("notes", "note_created").unwrap());
    assert_eq!((topic("plugin_executed").area(), topic("plugin_executed").name()), (None, "plugin_executed"));
    assert_eq!(json!(created), json!("notes:note_created"));
}

#[test]
fn any_other_form_is_no_topic() {
    for text in [
        "",
        ":",
        "notes:",
        ":created",
        "a:b:c",
        "Notes:created",
        "notes:Created",
        "notes:*",
        "*",
        "no tes:x",
        "notes :x",
    ] {
        let error = text.parse::<Topic>().unwrap_err();
        let expected = "is no topic: expected `area:past_tense` in snake_case, such as `notes:note_created`";
        assert_eq!(error.to_string(), format!("`{text}` {expected}"));
    }
    assert!(
        Topic::new("a:b", "c").is_err() && Topic::new("", "c").is_err() && Topic::new("a", "b:c").is_err()
    );
}

#[test]
fn a_pattern_is_a_topic_or_has_a_star_for_one_side_or_all() {
    assert!(matches("notes:note_created", "notes:note_created"));
    assert!(!matches("notes:note_created", "notes:note_deleted"));
    assert!(!matches("notes:note_created", "tasks:note_created"));
    assert!(matches("notes:*", "notes:note_created"));
    assert!(!matches("notes:*", "notes_2:note_created"));
    assert!(matches("*:note_created", "tasks:note_created"));
    assert!(!matches("*:note_created", "tasks:note_deleted"));
    assert!(matches("*", "notes:note_created") && matches("*", "plugin_executed"));
}

#[test]
fn a_topic_without_an_area_is_matched_by_its_name_and_by_the_star_alone() {
    assert!(matches("plugin_executed", "plugin_executed"));
    assert!(!matches("*:plugin_executed", "plugin_executed"));
    assert!(!matches("plugin_executed:*", "plugin_executed"));
    assert!(!matches("plugin_executed", "host:plugin_executed"));
}

#[test]
fn any_other_form_is_no_pattern() {
    for text in
        ["", "**", "notes*", "notes:note_*", "*:", ":*", "*:*", "*:*:*", "notes:*:x", "Notes:*", "*:X", " *"]
    {
        let error = text.parse::<TopicPattern>().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("`{text}` is no topic pattern: expected a topic such as")),
            "{error}"
        );
    }
}

#[test]
fn a_pattern_knows_what_it_names() {
    let pattern = |text: &str| text.parse::<TopicPattern>().unwrap();
    assert_eq!(pattern("notes:created").as_topic(), Some(&topic("notes:created")));
    assert_eq!(
        (pattern("notes:*").as_topic(), pattern("notes:*").area().map(str::to_owned)),
        (None, Some("notes".into()))
    );
    assert_eq!(pattern("*:created").area(), None);
    for text in ["*", "notes:*", "*:created", "notes:created", "theme_changed"] {
        assert_eq!(pattern(text).to_string(), text);
    }
}

fn event(payload: &impl serde::Serialize) -> mozaiks_core::Result<Event> {
    let (id, time) = (bson::oid::ObjectId::from_bytes([1; 12]), DateTime::from_millis(0));
    Event::new(id, topic("notes:note_created"), "shop", Some(Arc::from("alice")), payload, time)
}

#[test]
fn an_event_says_what_happened_to_whom_and_when() {
    let event = event(&json!({ "note_id": "home" })).unwrap();
    assert_eq!((&**event.app_id(), event.user_id().map(|user| &**user)), ("shop", Some("alice")));
    assert_eq!(event.user().unwrap(), *Identity::new("shop", "alice").unwrap().user());
    assert_eq!(event.payload(), json!({ "note_id": "home" }));
    assert_eq!(event.payload_json(), r#"{"note_id":"home"}"#);
    assert_eq!(event.hops(), 0);
    assert_eq!(
        json!(event),
        json!({
            "id": "010101010101010101010101",
            "topic": "notes:note_created",
            "app_id": "shop",
            "user_id": "alice",
            "payload": { "note_id": "home" },
            "time": "1970-01-01T00:00:00Z",
        })
    );
}

#[test]
fn a_payload_is_read_as_a_type_or_the_error_says_of_what() {
    #[derive(Debug, serde::Deserialize)]
    struct Created {
        note_id: String,
    }
    assert_eq!(
        event(&json!({ "note_id": "home" })).unwrap().payload_as::<Created>().unwrap().note_id,
        "home"
    );
    let error = event(&json!({})).unwrap().payload_as::<Created>().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    let text = format!("{error:?}");
    assert!(
        text.contains("notes:note_created") && text.contains("Created") && text.contains("note_id"),
        "{text}"
    );
}

#[test]
fn a_payload_is_an_object() {
    for payload in [json!(null), json!([1]), json!("text"), json!(5)] {
        let error = event(&payload).unwrap_err();
        assert!(format!("{error:?}").contains("must be an object"), "{error:?}");
    }
    assert!(event(&()).is_err());
    assert!(event(&std::collections::BTreeMap::<String, u8>::new()).is_ok());
}

#[test]
fn a_copy_that_becomes_part_of_a_trace_leaves_the_event_as_it_was() {
    let event = event(&json!({})).unwrap();
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let traced = event.clone().with_traceparent(text);
    assert_eq!((event.traceparent(), traced.traceparent()), (None, Some(text)));
    assert_eq!((event.id(), event.payload_json()), (traced.id(), traced.payload_json()));
    assert_eq!(traced.with_traceparent("nonsense").traceparent(), None);
}

proptest! {
    #[test]
    fn a_payload_is_what_was_said_however_long_it_is(text in "\\PC{0,60}") {
        let payload = json!({ "text": text });
        let event = event(&payload).unwrap();
        prop_assert_eq!(event.payload_json(), payload.to_string());
        let again: Event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        prop_assert_eq!(again.payload_json(), event.payload_json());
        prop_assert_eq!(json!(again), json!(event));
    }

    #[test]
    fn a_topic_is_matched_by_itself_and_by_every_star_that_covers_it(
        area in "[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,4}){0,2}",
        name in "[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,4}){0,2}",
    ) {
        let text = format!("{area}:{name}");
        for pattern in [text.clone(), format!("{area}:*"), format!("*:{name}"), "*".to_owned()] {
            prop_assert!(matches(&pattern, &text));
        }
        for other in [format!("{area}x:*"), format!("*:{name}x")] {
            prop_assert!(!matches(&other, &text));
        }
    }

    #[test]
    fn no_text_makes_them_panic(text in "[a-z*:_ ]{0,12}|\\PC{0,8}") {
        let _ = text.parse::<Topic>();
        if let Ok(pattern) = text.parse::<TopicPattern>() {
            let again: TopicPattern = pattern.to_string().parse().unwrap();
            prop_assert_eq!(again, pattern);
        }
    }
}

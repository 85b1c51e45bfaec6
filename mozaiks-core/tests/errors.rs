//! What an error is on the wire, and what each precise error becomes.

mod common;

use std::time::Duration;

use common::{assert_fields, assert_invalid, wire};
use mozaiks_core::events::EventBusError;
use mozaiks_core::notifications::NotificationsError;
use mozaiks_core::realtime::RealtimeError;
use mozaiks_core::settings::SettingsError;
use mozaiks_core::storage::StorageError;
use mozaiks_core::{Error, ErrorCode, FieldErrors, Result};
use serde_json::{Map, Value, json};

const INTERNAL: &str = "An unexpected error occurred";

/// What `?` makes of an error.
fn asked<E>(error: E) -> Error
where
    Error: From<E>,
{
    let outcome: Result<(), E> = Err(error);
    let action = || -> Result<()> { Ok(outcome?) };
    action().unwrap_err()
}

#[track_caller]
fn assert_internal(error: &Error, cause: &str) {
    assert_eq!(error.code(), ErrorCode::Internal);
    assert_eq!(wire(error), json!({ "error": INTERNAL, "error_code": "INTERNAL" }));
    assert!(format!("{error:?}").contains(cause), "{error:?}");
}

#[test]
fn every_code_has_its_text_and_its_status() {
    for (code, text, status) in [
        (ErrorCode::Validation, "VALIDATION_ERROR", 400),
        (ErrorCode::Unauthenticated, "UNAUTHENTICATED", 401),
        (ErrorCode::Forbidden, "FORBIDDEN", 403),
        (ErrorCode::NotFound, "NOT_FOUND", 404),
        (ErrorCode::UnknownAction, "UNKNOWN_ACTION", 404),
        (ErrorCode::PluginNotFound, "PLUGIN_NOT_FOUND", 404),
        (ErrorCode::Conflict, "CONFLICT", 409),
        (ErrorCode::MethodNotAllowed, "METHOD_NOT_ALLOWED", 405),
        (ErrorCode::PayloadTooLarge, "PAYLOAD_TOO_LARGE", 413),
        (ErrorCode::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", 415),
        (ErrorCode::LimitExceeded, "LIMIT_EXCEEDED", 429),
        (ErrorCode::Internal, "INTERNAL", 500),
        (ErrorCode::Unavailable, "UNAVAILABLE", 503),
        (ErrorCode::Timeout, "TIMEOUT", 504),
    ] {
        assert_eq!((code.as_str(), code.status()), (text, status));
        assert_eq!(ErrorCode::from(text), code);
        assert_eq!(json!(code), json!(text));
        assert_eq!(serde_json::from_value::<ErrorCode>(json!(text)).unwrap(), code);
    }
}

#[test]
fn an_error_has_a_text_and_a_code_and_no_details_of_its_own() {
    let error = Error::not_found("Note");
    assert_eq!(wire(&error), json!({ "error": "Note not found", "error_code": "NOT_FOUND" }));
    assert_eq!((error.status(), error.to_string().as_str()), (404, "Note not found"));
}

#[test]
fn details_stand_beside_the_text() {
    let error = Error::forbidden("No").with_detail("reason", "plan").with_detail("plans", vec!["pro"]);
    let details = json!({ "reason": "plan", "plans": ["pro"] });
    assert_eq!(wire(&error), json!({ "error": "No", "error_code": "FORBIDDEN", "details": details }));
}

#[test]
fn a_validation_error_of_one_field_names_it_thrice() {
    let error = Error::validation("title", "Title is required");
    let fields = json!({ "title": "Title is required" });
    let details = json!({ "field": "title", "message": "Title is required", "fields": fields });
    assert_eq!(
        wire(&error),
        json!({ "error": "Title is required", "error_code": "VALIDATION_ERROR", "details": details })
    );
    assert_eq!(error.field("title"), Some("Title is required"));
    assert_eq!(error.field("body"), None);
}

#[test]
fn a_validation_error_of_no_single_field_leaves_the_field_out() {
    let error = Error::invalid("Give a title or a body");
    let details = json!({ "message": "Give a title or a body", "fields": {} });
    assert_eq!(wire(&error)["details"], details);
    assert_eq!(assert_invalid(&Error::from(FieldErrors::new())), "The request is not valid");
}

#[test]
fn field_errors_become_one_error_with_the_first_in_front() {
    let mut errors = FieldErrors::of("b", "B is wrong");
    errors.add("a", "A is wrong");
    errors.add("b", "and again");
    errors.merge(FieldErrors::from_iter([("a", "not this"), ("quiet_hours.start", "too late")]));
    assert_eq!(errors.len(), 3);
    assert_eq!(errors.to_string(), "b: B is wrong; a: A is wrong; quiet_hours.start: too late");
    assert_eq!(
        json!(errors),
        json!({ "b": "B is wrong", "a": "A is wrong", "quiet_hours.start": "too late" })
    );
    let error = asked(errors);
    assert_fields(&error, &[("b", "B is wrong"), ("a", "A is wrong"), ("quiet_hours.start", "too late")]);
    assert_eq!(error.message(), "B is wrong");
}

#[test]
fn a_hundred_thousand_field_errors_end() {
    let errors: FieldErrors =
        (0..100_000).map(|field| (format!("field_{field}"), "unknown setting")).collect();
    assert_eq!(errors.len(), 100_000);
    let mut twice = errors.clone();
    twice.merge(errors.clone());
    assert_eq!(twice, errors);
    assert_eq!(twice.get("field_99999"), Some("unknown setting"));
    assert_eq!(twice.get("field_100000"), None);
}

#[test]
fn an_internal_error_tells_the_client_nothing_whatever_its_author_wrote() {
    let error = Error::new(ErrorCode::Internal, "password is hunter2")
        .with_detail("secret", 1)
        .with_source("connection to 10.0.0.1 failed")
        .with_retry_after(Duration::from_secs(1));
    assert_internal(&error, "connection to 10.0.0.1 failed");
    assert!(format!("{error:?}").contains("password is hunter2"));
    assert!(error.is_internal());
    let known = Error::internal("the cause");
    assert_internal(&known, "the cause");
    assert_eq!((known.to_string().as_str(), known.status()), (INTERNAL, 500));
    assert_internal(&known.with_details(Map::from_iter([("a".to_owned(), Value::Null)])), "the cause");
}

#[test]
fn a_known_code_is_itself_however_it_is_written() {
    let error = Error::custom("INTERNAL", "password is hunter2").with_detail("secret", 1);
    assert_internal(&error, "hunter2");
    assert_eq!(error.status(), 500);
    let error = Error::custom("NOT_FOUND", "gone");
    assert_eq!((error.code(), error.status()), (ErrorCode::NotFound, 404));
    let error = Error::new(ErrorCode::Custom("INTERNAL".into()), "password is hunter2");
    assert_internal(&error, "hunter2");
}

#[test]
fn a_code_of_the_authors_is_400_unless_it_says_otherwise() {
    let error = Error::custom("QUOTA_USED", "All used");
    assert_eq!((error.status(), error.code().as_str()), (400, "QUOTA_USED"));
    assert_eq!(wire(&error), json!({ "error": "All used", "error_code": "QUOTA_USED" }));
    assert_eq!(Error::custom("QUOTA_USED", "All used").with_status(429).status(), 429);
    assert_eq!(Error::not_found("x").with_status(410).status(), 410);
    for status in [0, 200, 302, 399, 600, u16::MAX] {
        assert_eq!(Error::custom("X", "x").with_status(status).status(), 500);
    }
}

#[test]
fn some_errors_are_worth_another_try() {
    let error = Error::unavailable("busy").with_retry_after(Duration::from_secs(2));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
    assert!(error.is_temporary());
    assert!(Error::timeout("slow").is_temporary() && Error::limit_exceeded("often").is_temporary());
    assert!(!Error::conflict("there").is_temporary() && !Error::internal("x").is_temporary());
}

#[test]
fn a_cause_is_for_the_log_alone() {
    let error = Error::conflict("There already").with_source(std::io::Error::other("disk 7"));
    assert_eq!(wire(&error), json!({ "error": "There already", "error_code": "CONFLICT" }));
    assert!(!error.to_string().contains("disk 7"));
    assert!(format!("{error:?}").contains("caused by: disk 7"));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "disk 7");
}

#[test]
fn what_an_author_meets_becomes_internal_with_a_question_mark() {
    let json = serde_json::from_str::<u8>("x").unwrap_err();
    assert_internal(&asked(json), "expected value");
    assert_internal(&asked(bson::oid::ObjectId::parse_str("x").unwrap_err()), "");
    assert_internal(&asked(std::io::Error::other("disk 7")), "disk 7");
    assert_internal(&asked(String::from_utf8(vec![0xff]).unwrap_err()), "utf-8");
    assert_internal(&asked(std::str::from_utf8(b"\xff".as_slice()).unwrap_err()), "utf-8");
    assert_internal(&asked(std::fmt::Error), "");
    let boxed: Box<dyn std::error::Error + Send + Sync> = "anything".into();
    assert_internal(&asked(boxed), "anything");
}

#[test]
fn what_a_storage_says_becomes_what_a_client_can_use() {
    let conflict = asked(StorageError::conflict("email"));
    assert_eq!((conflict.code(), conflict.status()), (ErrorCode::Conflict, 409));
    assert_eq!(wire(&conflict)["details"], json!({ "index": "email" }));
    assert_eq!(asked(StorageError::Timeout).code(), ErrorCode::Timeout);
    let away = asked(StorageError::unavailable("10.0.0.1 refused"));
    assert_eq!(away.code(), ErrorCode::Unavailable);
    assert!(!wire(&away).to_string().contains("10.0.0.1"), "{}", wire(&away));
    assert!(format!("{away:?}").contains("10.0.0.1"));
    assert_invalid(&asked(StorageError::TooLarge("larger than 16 MiB".into())));
    assert_internal(&asked(StorageError::invalid("$size must not be negative")), "$size");
    assert_internal(&asked(StorageError::unsupported("$where")), "$where");
    assert_internal(&asked(StorageError::ReservedField("user_id".into())), "user_id");
    assert_internal(&asked(StorageError::codec("cannot be read")), "cannot be read");
    assert_internal(&asked(StorageError::Backend { source: "broken".into() }), "broken");
}

#[test]
fn what_the_other_services_say_becomes_unavailable_or_internal() {
    for error in [
        asked(EventBusError::Unavailable { source: Some("10.0.0.1".into()) }),
        asked(NotificationsError::Unavailable { source: Some("10.0.0.1".into()) }),
        asked(SettingsError::unavailable("10.0.0.1")),
        asked(RealtimeError { source: Some("10.0.0.1".into()) }),
    ] {
        assert_eq!((error.code(), error.status()), (ErrorCode::Unavailable, 503));
        assert!(!wire(&error).to_string().contains("10.0.0.1"));
        assert!(format!("{error:?}").contains("10.0.0.1"), "{error:?}");
    }
    assert_internal(&asked(EventBusError::Backend { source: "broken".into() }), "broken");
    assert_internal(&asked(NotificationsError::Backend { source: "broken".into() }), "broken");
    assert_internal(&asked(SettingsError::backend("broken")), "broken");
}

#[test]
fn a_result_of_an_action_stays_small() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

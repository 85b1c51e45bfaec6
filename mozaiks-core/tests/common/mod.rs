//! What several of the tests share: an identity, and a look at what is wrong.

#![allow(dead_code)]

use mozaiks_core::{Error, ErrorCode, Identity};
use serde_json::{Value, json};

/// Somebody of some app.
pub fn alice() -> Identity {
    Identity::new("shop", "alice").unwrap()
}

/// The error as a client gets it.
pub fn wire(error: &Error) -> Value {
    serde_json::to_value(error).unwrap()
}

/// A validation error whose details agree with themselves; gives its message.
#[track_caller]
pub fn assert_invalid(error: &Error) -> String {
    assert_eq!(error.code(), ErrorCode::Validation, "{error:?}");
    let body = wire(error);
    assert_eq!(body["error"], body["details"]["message"], "{body}");
    assert!(body["details"]["fields"].is_object(), "{body}");
    if let Some(field) = body["details"]["field"].as_str() {
        assert_eq!(body["details"]["fields"][field], body["error"], "{body}");
    }
    error.message().to_owned()
}

/// A validation error of exactly these fields, in any order.
#[track_caller]
pub fn assert_fields(error: &Error, expected: &[(&str, &str)]) {
    assert_invalid(error);
    let expected: Value = expected
        .iter()
        .map(|(field, text)| ((*field).to_owned(), json!(text)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(wire(error)["details"]["fields"], expected);
}

//! An answer, held against the contract.

use std::io::Read;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::response::Parts;
use axum::http::{Method, Response};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use crate::request::Sent;

/// Every code of an error that a client can be at fault for here, and its status.
const CODES: [(&str, u16); 9] = [
    ("VALIDATION_ERROR", 400),
    ("UNAUTHENTICATED", 401),
    ("FORBIDDEN", 403),
    ("NOT_FOUND", 404),
    ("UNKNOWN_ACTION", 404),
    ("PLUGIN_NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("PAYLOAD_TOO_LARGE", 413),
    ("UNSUPPORTED_MEDIA_TYPE", 415),
];

pub struct Answer {
    parts: Parts,
    body: Bytes,
}

impl Answer {
    /// The whole of it.
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        Self { parts, body: to_bytes(body, usize::MAX).await.expect("a whole body") }
    }

    pub fn check(&self, sent: &Sent, method: &Method) {
        let status = self.parts.status.as_u16();
        let headers = &self.parts.headers;
        assert!(headers.contains_key("x-request-id"), "{status} has no id: {headers:?}");
        assert!(status == 200 || (400..500).contains(&status), "status {status}: {:?}", self.text());
        // Of an answer to HEAD the server leaves out the body, where it is still there.
        if method == Method::HEAD && self.body.is_empty() {
            return;
        }
        let is_json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
        assert!(status == 200 || is_json, "{status} is no JSON: {headers:?}");
        if !is_json {
            return;
        }
        let object: Map<String, Value> = serde_json::from_slice(&self.plain()).expect("a JSON object");
        if status == 200 {
            assert!(!object.contains_key("error_code"), "a success is an error: {object:?}");
            self.check_identity(sent, &object);
        } else {
            self.check_error(sent, &object);
        }
    }

    fn check_error(&self, sent: &Sent, object: &Map<String, Value>) {
        let status = self.parts.status.as_u16();
        let code = object["error_code"].as_str().expect("a code");
        assert!(object["error"].as_str().is_some_and(|text| !text.is_empty()), "{object:?}");
        assert!(object.get("details").is_none_or(Value::is_object), "{object:?}");
        // Only a body that never ends is waited for.
        let fits = CODES.contains(&(code, status)) || (code, status, sent.stalls()) == ("TIMEOUT", 408, true);
        assert!(fits, "{status} {object:?}");
        // Live connections look for their token elsewhere.
        assert!(status != 401 || sent.path().starts_with("/ws"), "the token is good: {object:?}");
        let headers = &self.parts.headers;
        assert_eq!(status == 401, headers.contains_key(WWW_AUTHENTICATE), "{status} {headers:?}");
        assert!(!headers.contains_key(RETRY_AFTER), "{status} {headers:?}");
    }

    /// What a plugin is told of its caller, no client has said.
    fn check_identity(&self, sent: &Sent, object: &Map<String, Value>) {
        if !sent.path().starts_with("/api/execute") && sent.path() != "/api/plugin-api" {
            return;
        }
        for (name, theirs) in [("user_id", "alice"), ("app_id", "shop")] {
            assert!(object.get(name).is_none_or(|value| value == theirs), "the client chose its {name}");
        }
    }

    /// The body without its compression.
    fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        match self.parts.headers.get(CONTENT_ENCODING) {
            Some(encoding) => {
                assert_eq!(encoding, "gzip");
                GzDecoder::new(&*self.body).read_to_end(&mut plain).expect("what gzip writes");
            }
            None => plain.extend_from_slice(&self.body),
        }
        plain
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

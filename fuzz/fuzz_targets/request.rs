//! A request, as a fuzzer makes it up: one of those that there are, or one that nobody has thought of.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use arbitrary::Arbitrary;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body::Frame;
use serde_json::{Map, Value, json};

use crate::sink::ACTIONS;

/// Every path that there is; a `*` is whatever the fuzzer puts there.
const PATHS: [&str; 26] = [
    "/api/execute/sink/*",
    "/api/execute/sink",
    "/api/execute/*/*",
    "/api/execute/*",
    "/api/plugin-api",
    "/api/plugins",
    "/api/available-plugins",
    "/api/plugins/sink/schema",
    "/api/plugins/*/schema",
    "/api/check-plugin-access/sink",
    "/api/check-plugin-access/*",
    "/api/plugin-settings/sink",
    "/api/plugin-settings/*",
    "/api/notifications",
    "/api/notifications/count",
    "/api/notifications/mark-all-read",
    "/api/notifications/*",
    "/api/notifications/*/read",
    "/api/notifications/*/unread",
    "/ws",
    "/ws/notifications/*",
    "/metrics",
    "/api/openapi.json",
    "/api/docs/*",
    "/ready",
    "*",
];

const METHODS: [Method; 6] =
    [Method::GET, Method::POST, Method::DELETE, Method::PUT, Method::HEAD, Method::OPTIONS];

/// Headers that somebody reads.
const HEADERS: [(&str, &str); 14] = [
    ("content-type", "application/json"),
    ("content-type", "application/vnd.x+json; charset=utf-8"),
    ("content-type", "text/plain"),
    ("content-encoding", "gzip"),
    ("content-length", "4097"),
    ("accept-encoding", "gzip"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("x-request-id", "an-id"),
    ("origin", "https://app.example"),
    ("upgrade", "websocket"),
    ("connection", "upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("sec-websocket-protocol", "access_token.x"),
];

/// Names that mean something in a body.
const FIELDS: [&str; 16] = [
    "action",
    "name",
    "kind",
    "n",
    "id",
    "at",
    "tags",
    "counts",
    "item_id",
    "skip",
    "limit",
    "settings",
    "user_id",
    "plugin_id",
    "method",
    "params",
];

#[derive(Debug, Arbitrary)]
pub struct Sent {
    method: Verb,
    path: u8,
    holes: [Hole; 2],
    query: Option<String>,
    headers: Vec<Header>,
    body: Sends,
}

#[derive(Debug, Arbitrary)]
enum Verb {
    Known(u8),
    Other(String),
}

/// What stands in the place of a `*`.
#[derive(Debug, Arbitrary)]
enum Hole {
    /// The name of an action, of the plugin, of a file.
    Known(u8),
    Escaped(Vec<u8>),
    /// Slashes, question marks and all.
    AsItIs(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
enum Header {
    Known(u8),
    /// Of a known name, whatever it says.
    Said(u8, Vec<u8>),
    Other(String, Vec<u8>),
}

#[derive(Debug, Arbitrary)]
enum Sends {
    Json(Json),
    Object(Vec<(Field, Json)>),
    /// For the one path of all plugins.
    Call(u8, Json),
    Bytes(Vec<u8>),
    /// As it may come over a network, and it may not come to an end.
    Pieces(Vec<Vec<u8>>, End),
    /// More than is allowed.
    Large(u16),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum End {
    Here,
    Never,
}

#[derive(Debug, Arbitrary)]
enum Field {
    Known(u8),
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Json {
    Null,
    Bool(bool),
    Whole(i64),
    Float(f64),
    Text(String),
    Action(u8),
    Array(Vec<Json>),
    Object(Vec<(Field, Json)>),
}

fn pick<T>(of: &[T], number: u8) -> &T {
    &of[usize::from(number) % of.len()]
}

impl Sent {
    /// The request, if HTTP has such a one.
    pub fn request(&self, token: &str) -> Option<Request<Body>> {
        let method = match &self.method {
            Verb::Known(number) => pick(&METHODS, *number).clone(),
            Verb::Other(name) => Method::from_bytes(name.as_bytes()).ok()?,
        };
        let mut request = Request::new(self.body());
        *request.method_mut() = method;
        *request.uri_mut() = self.uri()?;
        let headers = request.headers_mut();
        for header in &self.headers {
            let (name, value) = header.parts()?;
            headers.append(name, value);
        }
        // It is what is checked with, whatever else there is.
        headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}")).ok()?);
        Some(request)
    }

    pub fn path(&self) -> &'static str {
        pick(&PATHS, self.path)
    }

    fn uri(&self) -> Option<Uri> {
        let mut uri = Vec::new();
        let mut holes = self.holes.iter();
        for byte in self.path().bytes() {
            match byte {
                b'*' => holes.next()?.put(&mut uri),
                _ => uri.push(byte),
            }
        }
        if let Some(query) = &self.query {
            uri.push(b'?');
            uri.extend_from_slice(query.as_bytes());
        }
        Uri::try_from(uri).ok()
    }

    fn body(&self) -> Body {
        match &self.body {
            Sends::Json(json) => Body::from(json.value().to_string()),
            Sends::Object(fields) => Body::from(object(fields).to_string()),
            Sends::Call(method, params) => {
                let (method, params) = (pick(&ACTIONS, *method), params.value());
                Body::from(json!({ "plugin_id": "sink", "method": method, "params": params }).to_string())
            }
            Sends::Bytes(bytes) => Body::from(bytes.clone()),
            Sends::Pieces(pieces, end) => Body::new(Pieces { left: pieces.clone().into_iter(), end: *end }),
            Sends::Large(more) => Body::from(vec![b' '; crate::MAX_BODY + 1 + usize::from(*more)]),
        }
    }

    /// Whether the body never ends.
    pub fn stalls(&self) -> bool {
        matches!(self.body, Sends::Pieces(_, End::Never))
    }
}

impl Hole {
    fn put(&self, uri: &mut Vec<u8>) {
        match self {
            Self::Known(number) => {
                let other = ["sink", "65301c0b1e8f3a4c5d6e7f80", "index.css", "alice"];
                let known: Vec<&str> = ACTIONS.into_iter().chain(other).collect();
                uri.extend_from_slice(pick(&known, *number).as_bytes());
            }
            Self::Escaped(bytes) => bytes.iter().for_each(|byte| {
                uri.extend_from_slice(format!("%{byte:02x}").as_bytes());
            }),
            Self::AsItIs(bytes) => uri.extend_from_slice(bytes),
        }
    }
}

impl Header {
    fn parts(&self) -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = match self {
            Self::Known(number) => {
                let (name, value) = pick(&HEADERS, *number);
                (*name, value.as_bytes())
            }
            Self::Said(number, value) => (pick(&HEADERS, *number).0, &**value),
            Self::Other(name, value) => (&**name, &**value),
        };
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value).ok()?))
    }
}

impl Json {
    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Whole(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Action(number) => (*pick(&ACTIONS, *number)).into(),
            Self::Array(items) => items.iter().map(Self::value).collect(),
            Self::Object(fields) => object(fields),
        }
    }
}

fn object(fields: &[(Field, Json)]) -> Value {
    let name = |field: &Field| match field {
        Field::Known(number) => (*pick(&FIELDS, *number)).to_owned(),
        Field::Other(name) => name.clone(),
    };
    Value::Object(fields.iter().map(|(field, json)| (name(field), json.value())).collect::<Map<_, _>>())
}

/// A body that comes in pieces.
struct Pieces {
    left: std::vec::IntoIter<Vec<u8>>,
    end: End,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match (self.left.next(), self.end) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece.into())))),
            (None, End::Here) => Poll::Ready(None),
            // Nobody wakes whoever waits for it.
            (None, End::Never) => Poll::Pending,
        }
    }
}

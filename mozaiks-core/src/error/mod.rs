//! The one error that plugin authors and hosts see.
//!
//! A code that a program can act on, a message that a person can read, and what is wrong with each field. Services
//! have precise errors of their own underneath, each of which says beside its definition what code it becomes.

mod code;
mod convert;
mod field_errors;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

pub use code::ErrorCode;
pub use field_errors::FieldErrors;

/// `Result` whose error is [`Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause of a failure, whatever its type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why an action did not do what it was asked to.
///
/// A client sees the code, the message and the details. It never sees the [`source`](std::error::Error::source),
/// and of an [internal](Error::internal) error nothing but an id that stands in the log as well.
///
/// ```
/// use mozaiks_core::{Error, ErrorCode};
///
/// let error = Error::validation("title", "Title is required");
/// assert_eq!(error.code(), ErrorCode::Validation);
/// assert_eq!(
///     serde_json::to_value(&error).unwrap(),
///     serde_json::json!({
///         "error": "Title is required",
///         "error_code": "VALIDATION_ERROR",
///         "details": {
///             "field": "title",
///             "message": "Title is required",
///             "fields": { "title": "Title is required" }
///         }
///     })
/// );
/// ```
///
/// An error type of your own becomes one with a single `impl`, and `?` does the rest:
///
/// ```
/// use mozaiks_core::{Error, Result};
///
/// enum QuotaError { Used { of: u32 } }
///
/// impl From<QuotaError> for Error {
///     fn from(error: QuotaError) -> Self {
///         let QuotaError::Used { of } = error;
///         Error::custom("QUOTA_USED", format!("All {of} notes are used")).with_status(429)
///     }
/// }
///
/// fn take() -> Result<(), QuotaError> { Err(QuotaError::Used { of: 5 }) }
/// fn action() -> Result<()> { Ok(take()?) }
///
/// assert_eq!(action().unwrap_err().code().as_str(), "QUOTA_USED");
/// ```
pub struct Error {
    // One pointer, so that the `Result` of an action stays small.
    inner: Box<Inner>,
}

struct Inner {
    code: ErrorCode,
    message: Cow<'static, str>,
    status: Option<u16>,
    details: Option<Map<String, Value>>,
    /// Fields beside `error` at the top of the reply, where an old front end looks for them.
    beside: Option<Map<String, Value>>,
    retry_after: Option<Duration>,
    source: Option<BoxError>,
    /// Under which the log has an internal error.
    id: Option<String>,
}

/// The text of a cause, when the cause itself is gone.
#[derive(Debug)]
struct Cause {
    text: String,
    next: Option<Box<Cause>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

/// What a client reads of an internal error.
const INTERNAL_TEXT: &str = "An unexpected error occurred";

impl Error {
    /// An error of one of the known codes.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        let inner = Inner {
            code: code.canonical(),
            message: message.into(),
            status: None,
            details: None,
            beside: None,
            retry_after: None,
            source: None,
            id: None,
        };
        Self { inner: Box::new(inner) }
    }

    /// `VALIDATION_ERROR`: something is wrong with one field of the request.
    pub fn validation(field: impl Into<String>, message: impl Into<String>) -> Self {
        FieldErrors::of(field, message).into()
    }

    /// `VALIDATION_ERROR` where no single field is at fault.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        let mut details = Map::new();
        details.insert("message".into(), Value::from(&*message));
        details.insert("fields".into(), Value::Object(Map::new()));
        Self::new(ErrorCode::Validation, message).with_details(details)
    }

    /// `NOT_FOUND`: what was asked for is not there, or is not the caller's. `what` is a name: `note`.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(ErrorCode::NotFound, format!("{what} not found"))
    }

    /// `FORBIDDEN`: the caller may not.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// `CONFLICT`: it is there already, or was changed meanwhile.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// `LIMIT_EXCEEDED`: the caller has used up what is allowed.
    pub fn limit_exceeded(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::LimitExceeded, message)
    }

    /// `UNAVAILABLE`: something that is needed is away. Trying again later may help.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Unavailable, message)
    }

    /// `TIMEOUT`: it took too long.
    pub fn timeout(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Timeout, message)
    }

    /// A code of your own, in capitals, with status 400 unless [`with_status`](Self::with_status) says otherwise.
    pub fn custom(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Custom(code.into()), message)
    }

    /// `INTERNAL`: a fault of the plugin. The cause goes to the log; the client is told an id and nothing else.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::new(ErrorCode::Internal, INTERNAL_TEXT).with_source(source)
    }

    /// Answers with another HTTP status. Only a status of an error (400 to 599) is taken; any other becomes 500.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.inner.status = Some(if (400..600).contains(&status) { status } else { 500 });
        self
    }

    /// Replaces the details that the client gets.
    #[must_use]
    pub fn with_details(mut self, details: Map<String, Value>) -> Self {
        self.inner.details = Some(details);
        self
    }

    /// Adds one detail that the client gets.
    #[must_use]
    pub fn with_detail(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.inner.details.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// Keeps the cause, for the log alone.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// Tells the client when it may try again.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.inner.retry_after = Some(after);
        self
    }

    pub(crate) fn take_source(&mut self) -> Option<BoxError> {
        self.inner.source.take()
    }

    /// Keeps the texts of its causes, the nearest first.
    pub(crate) fn with_causes(mut self, causes: Vec<String>) -> Self {
        let chain = causes.into_iter().rev().fold(None, |next, text| Some(Box::new(Cause { text, next })));
        self.inner.source = chain.map(|cause| cause as BoxError);
        self
    }

    /// Says under which id the log has it.
    pub(crate) fn with_id(mut self, id: String) -> Self {
        self.inner.id = Some(id);
        self
    }

    /// The id under which the log has an internal error, once the runtime has logged it. The client gets it too.
    pub fn id(&self) -> Option<&str> {
        self.inner.id.as_deref()
    }

    /// Adds a field at the top of the reply, beside `error`.
    pub(crate) fn beside(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.inner.beside.get_or_insert_default().insert(name.to_owned(), value.into());
        self
    }

    /// The code that a program can act on.
    pub fn code(&self) -> ErrorCode {
        self.inner.code.clone()
    }

    /// The message that a person can read, and that the client gets.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.inner.status.unwrap_or_else(|| self.inner.code.status())
    }

    /// What the client gets beside the message.
    pub fn details(&self) -> Option<&Map<String, Value>> {
        self.inner.details.as_ref()
    }

    /// What is wrong with one field of the request, if that is what is wrong.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.details()?.get("fields")?.get(name)?.as_str()
    }

    /// When the client may try again, if it was said.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// True for a fault of the plugin or the host, whose text no client sees.
    pub fn is_internal(&self) -> bool {
        self.inner.code == ErrorCode::Internal
    }

    /// True where the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.inner.code, ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::LimitExceeded)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

/// The whole of it, causes included: this is for authors and logs, never for a client.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.code, self.inner.message)?;
        if let Some(details) = &self.inner.details {
            write!(f, " {}", Value::Object(details.clone()))?;
        }
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

/// The body of an error reply. Of an internal error it has the id and nothing else, whatever the author wrote.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.is_internal() {
            map.serialize_entry("error", INTERNAL_TEXT)?;
            map.serialize_entry("error_code", &self.inner.code)?;
            if let Some(id) = self.id() {
                map.serialize_entry("details", &BTreeMap::from([("error_id", id)]))?;
            }
            return map.end();
        }
        for (name, value) in self.inner.beside.iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("error", self.message())?;
        map.serialize_entry("error_code", &self.inner.code)?;
        if let Some(details) = &self.inner.details {
            map.serialize_entry("details", details)?;
        }
        map.end()
    }
}

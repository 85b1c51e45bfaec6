//! A moment: a date in storage, RFC 3339 in JSON.

pub(crate) mod rfc3339;

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use bson::Bson;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::format::{AsStored, STORED_DATE, is_bson, takes_stored};

/// A moment, to the millisecond: a date in storage, an RFC 3339 text in UTC in JSON.
///
/// Ask [`ctx.now()`](crate::QueryContext::now) for the present one, so that tests can move time.
///
/// ```
/// use mozaiks_core::DateTime;
/// use std::time::Duration;
///
/// let start: DateTime = "2025-10-15T10:30:00Z".parse().unwrap();
/// let later = start + Duration::from_secs(90);
/// assert_eq!(later.to_string(), "2025-10-15T10:31:30Z");
/// assert_eq!(later - start, Duration::from_secs(90));
/// assert_eq!(serde_json::to_value(start).unwrap(), "2025-10-15T10:30:00Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(bson::DateTime);

/// A text that is no RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 time such as 2025-10-15T10:30:00Z")]
pub struct InvalidDateTime(());

/// It is a text that somebody sent: `?` in an action answers `VALIDATION_ERROR`.
impl From<InvalidDateTime> for crate::Error {
    fn from(error: InvalidDateTime) -> Self {
        Self::invalid(error.to_string())
    }
}

impl DateTime {
    /// So many milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(bson::DateTime::from_millis(millis))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn timestamp_millis(self) -> i64 {
        self.0.timestamp_millis()
    }
}

impl From<bson::DateTime> for DateTime {
    fn from(time: bson::DateTime) -> Self {
        Self(time)
    }
}

impl From<DateTime> for bson::DateTime {
    fn from(time: DateTime) -> Self {
        time.0
    }
}

impl From<DateTime> for Bson {
    fn from(time: DateTime) -> Self {
        Self::DateTime(time.0)
    }
}

/// As it stands in JSON, for metadata and details.
impl From<DateTime> for serde_json::Value {
    fn from(time: DateTime) -> Self {
        Self::String(time.to_string())
    }
}

/// Ends at the last moment that there is.
impl Add<Duration> for DateTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.timestamp_millis().saturating_add(millis))
    }
}

/// Ends at the first moment that there is.
impl Sub<Duration> for DateTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.timestamp_millis().saturating_sub(millis))
    }
}

/// Zero if `earlier` is the later one.
impl Sub for DateTime {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        let millis = self.timestamp_millis().saturating_sub(earlier.timestamp_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl FromStr for DateTime {
    type Err = InvalidDateTime;

    fn from_str(text: &str) -> Result<Self, InvalidDateTime> {
        bson::DateTime::parse_rfc3339_str(text).map(Self).map_err(|_| InvalidDateTime(()))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match rfc3339::Text::of(self.timestamp_millis()) {
            Some(text) => f.write_str(text.as_str()),
            // Years beyond 9999 have no RFC 3339 form.
            None => write!(f, "{} ms", self.timestamp_millis()),
        }
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if takes_stored::<S::Error>() {
            return AsStored(STORED_DATE, &self.timestamp_millis().to_le_bytes()).serialize(serializer);
        }
        if is_bson::<S::Error>() {
            return self.0.serialize(serializer);
        }
        match rfc3339::Text::of(self.timestamp_millis()) {
            Some(text) => serializer.serialize_str(text.as_str()),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if is_bson::<D::Error>() {
            return deserializer.deserialize_newtype_struct(STORED_DATE, StoredDate);
        }
        struct Rfc3339;
        impl serde::de::Visitor<'_> for Rfc3339 {
            type Value = DateTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time such as 2025-10-15T10:30:00Z")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<DateTime, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Rfc3339)
    }
}

/// A date in a document: as it is in its bytes where those are at hand, else as a value.
struct StoredDate;

impl<'de> serde::de::Visitor<'de> for StoredDate {
    type Value = DateTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    fn visit_i64<E: serde::de::Error>(self, millis: i64) -> Result<DateTime, E> {
        Ok(DateTime::from_millis(millis))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<DateTime, D::Error> {
        match Bson::deserialize(deserializer)? {
            Bson::DateTime(time) => Ok(DateTime(time)),
            other => Err(serde::de::Error::custom(format_args!("expected a date, found {other}"))),
        }
    }
}

impl JsonSchema for DateTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DateTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

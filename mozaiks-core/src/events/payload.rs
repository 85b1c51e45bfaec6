//! What is said of an event: JSON, or what it will be made of should anybody ask.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use crate::error::ErrorCode;
use crate::json::json_behind;

/// What is said of an event.
#[derive(Clone)]
pub(super) enum Payload {
    Json(Box<str>),
    /// Most calls end with nobody listening: what is said of it is written when it is read.
    Ended {
        ended: Ended,
        json: OnceLock<Box<str>>,
    },
}

/// How a call ended.
#[derive(Clone, Serialize)]
pub(crate) struct Ended {
    #[serde(serialize_with = "as_text")]
    pub plugin: Arc<str>,
    #[serde(serialize_with = "as_name")]
    pub action: Name,
    #[serde(rename = "duration_ms", serialize_with = "in_milliseconds")]
    pub duration: Duration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
}

/// A name, in place where it is of the usual length. It is written with every call and seldom read.
pub(crate) type Name = SmallVec<[u8; 24]>;

fn as_name<S: Serializer>(name: &Name, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(std::str::from_utf8(name).unwrap_or_default())
}

fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn in_milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64() * 1000.0)
}

impl Payload {
    pub fn json(&self) -> &str {
        match self {
            Self::Json(json) => json,
            // Texts and a number are always written.
            Self::Ended { ended, json } => {
                json.get_or_init(|| json_behind(&[], ended).unwrap_or_else(|_| "null".into()))
            }
        }
    }

    /// About how many bytes it has, and always the same.
    pub fn size(&self) -> usize {
        match self {
            Self::Json(json) => json.len(),
            Self::Ended { ended, .. } => size_of::<Ended>() + ended.plugin.len() + ended.action.len(),
        }
    }
}

impl From<Ended> for Payload {
    fn from(ended: Ended) -> Self {
        Self::Ended { ended, json: OnceLock::new() }
    }
}

/// As the JSON that it is.
impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_str(self.json()).map_err(S::Error::custom)?;
        json.serialize(serializer)
    }
}

//! What is said of an event: JSON, or what it will be made of should anybody ask.

use std::sync::{Arc, OnceLock};

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

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

/// What was called. One stands for all calls of an action.
pub(crate) struct Called {
    pub plugin: Arc<str>,
    pub action: Box<str>,
}

/// How a call ended.
#[derive(Clone)]
pub(crate) struct Ended {
    pub called: Arc<Called>,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Elsewhere, since most have none.
    pub error_code: Option<Box<ErrorCode>>,
}

impl Serialize for Ended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'e> {
            plugin: &'e str,
            action: &'e str,
            duration_ms: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            error_code: Option<&'e ErrorCode>,
        }
        let Self { called, duration_ms, error_code } = self;
        let json = Json {
            plugin: &called.plugin,
            action: &called.action,
            duration_ms: *duration_ms,
            error_code: error_code.as_deref(),
        };
        json.serialize(serializer)
    }
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
            Self::Ended { ended, .. } => {
                size_of::<Ended>() + ended.called.plugin.len() + ended.called.action.len()
            }
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

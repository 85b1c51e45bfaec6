//! A published fact.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::topic::Topic;
use crate::datetime::DateTime;
use crate::error::{Error, Result};
use crate::identity::UserKey;

/// A published fact: what happened, to whom, when. Cloning is cheap.
#[derive(Clone)]
pub struct Event {
    inner: Arc<Inner>,
}

struct Inner {
    id: bson::oid::ObjectId,
    topic: Topic,
    app_id: Arc<str>,
    user_id: Option<Arc<str>>,
    payload: Box<RawValue>,
    time: DateTime,
    hops: u8,
}

/// How many events may follow from one another before the last is taken for a loop.
pub const MAX_HOPS: u8 = 8;

impl Event {
    /// A fact about `user`, or about the whole of an app where there is none.
    ///
    /// # Errors
    /// `INTERNAL` if the payload is not written as a JSON object.
    pub fn new(
        id: bson::oid::ObjectId,
        topic: Topic,
        app_id: impl Into<Arc<str>>,
        user_id: Option<Arc<str>>,
        payload: &impl Serialize,
        time: DateTime,
    ) -> Result<Self> {
        let payload = serde_json::value::to_raw_value(payload)?;
        if !payload.get().starts_with('{') {
            return Err(Error::internal(format!(
                "the payload of `{topic}` must be an object, not {payload}"
            )));
        }
        let inner = Inner { id, topic, app_id: app_id.into(), user_id, payload, time, hops: 0 };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same event as a consequence of one that was `hops` away from its cause.
    pub(crate) fn after(self, hops: u8) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self { inner: Arc::new(Inner { hops, ..inner }) },
            Err(inner) => Self { inner },
        }
    }

    /// Unique among events.
    pub fn id(&self) -> bson::oid::ObjectId {
        self.inner.id
    }

    /// What it is about.
    pub fn topic(&self) -> &Topic {
        &self.inner.topic
    }

    /// The app in which it happened.
    pub fn app_id(&self) -> &Arc<str> {
        &self.inner.app_id
    }

    /// The user who caused it, if one did.
    pub fn user_id(&self) -> Option<&Arc<str>> {
        self.inner.user_id.as_ref()
    }

    /// The user who caused it, with the app.
    pub fn user(&self) -> Option<UserKey> {
        UserKey::new(Arc::clone(self.app_id()), Arc::clone(self.user_id()?)).ok()
    }

    /// What is said of it, as the JSON text of an object.
    pub fn payload_json(&self) -> &str {
        self.inner.payload.get()
    }

    /// What is said of it.
    pub fn payload(&self) -> serde_json::Value {
        serde_json::from_str(self.payload_json()).unwrap_or_default()
    }

    /// What is said of it, as a type.
    ///
    /// # Errors
    /// `INTERNAL` if the payload does not have that form.
    pub fn payload_as<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.payload_json()).map_err(|error| {
            Error::internal(format!(
                "the payload of `{}` is not the expected {}: {error}",
                self.topic(),
                std::any::type_name::<T>()
            ))
        })
    }

    /// When it happened.
    pub fn time(&self) -> DateTime {
        self.inner.time
    }

    /// How many events lie between it and its first cause.
    pub fn hops(&self) -> u8 {
        self.inner.hops
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user_id().map_or("-", |user| user);
        write!(f, "{} (app {:?}, user {user:?}) {}", self.topic(), self.app_id(), self.payload_json())
    }
}

impl Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'e> {
            id: String,
            topic: &'e str,
            app_id: &'e str,
            user_id: Option<&'e str>,
            payload: &'e RawValue,
            time: DateTime,
        }
        let json = Json {
            id: self.id().to_hex(),
            topic: self.topic().as_str(),
            app_id: self.app_id(),
            user_id: self.user_id().map(|user| &**user),
            payload: &self.inner.payload,
            time: self.time(),
        };
        json.serialize(serializer)
    }
}

//! A published fact.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::payload::{Ended, Payload};
use super::topic::Topic;
use super::traceparent::is_traceparent;
use crate::datetime::DateTime;
use crate::error::{Error, Result};
use crate::identity::{Identity, UserKey};
use crate::json::json_behind;

/// A published fact: what happened, to whom, when. Cloning is cheap.
#[derive(Clone)]
pub struct Event {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    id: bson::oid::ObjectId,
    time: DateTime,
    origin: Option<Box<Origin>>,
    topic: Topic,
    cause: Cause,
    payload: Payload,
}

// A subscriber that is behind soon has thousands of them waiting.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Inner>() <= 128, "an event is small");

/// What an event comes from, where it is more than a call of which nobody keeps a trace.
#[derive(Clone, Default)]
struct Origin {
    hops: u8,
    traceparent: Option<Box<str>>,
}

/// Where something happened, and who caused it.
#[derive(Clone)]
enum Cause {
    /// Whoever called, which is one pointer to hand on.
    Caller(Identity),
    Named {
        app_id: Arc<str>,
        user_id: Option<Arc<str>>,
    },
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
        let payload = object(&topic, json_behind(&[], payload)?)?;
        let cause = Cause::Named { app_id: app_id.into(), user_id };
        Ok(Self::of(id, topic, cause, payload, time))
    }

    /// A fact that a caller caused.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub(crate) fn caused(
        id: bson::oid::ObjectId,
        topic: Topic,
        caller: Identity,
        payload: &impl Serialize,
        time: DateTime,
    ) -> Result<Self> {
        let payload = object(&topic, json_behind(&[], payload)?)?;
        Ok(Self::of(id, topic, Cause::Caller(caller), payload, time))
    }

    /// The end of a call.
    #[inline]
    pub(crate) fn ended(
        id: bson::oid::ObjectId,
        topic: Topic,
        caller: Identity,
        ended: Ended,
        time: DateTime,
    ) -> Self {
        Self::of(id, topic, Cause::Caller(caller), ended.into(), time)
    }

    #[inline]
    fn of(id: bson::oid::ObjectId, topic: Topic, cause: Cause, payload: Payload, time: DateTime) -> Self {
        Self { inner: Arc::new(Inner { id, topic, cause, payload, time, origin: None }) }
    }

    /// The same event as a part of a trace: the text of a W3C `traceparent`. One that is none is left out.
    ///
    /// ```
    /// # use mozaiks_core::{Clock, Event, SystemClock};
    /// # fn event() -> mozaiks_core::Result<Event> {
    /// #     let (clock, topic) = (SystemClock, "user:registered".parse()?);
    /// #     Event::new(clock.new_id(), topic, "shop", None, &serde_json::json!({}), clock.now())
    /// # }
    /// let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    /// assert_eq!(event()?.with_traceparent(traceparent).traceparent(), Some(traceparent));
    /// assert_eq!(event()?.with_traceparent("nonsense").traceparent(), None);
    /// # Ok::<_, mozaiks_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_traceparent(mut self, traceparent: &str) -> Self {
        let traceparent = is_traceparent(traceparent).then(|| traceparent.into());
        if traceparent.is_some() || self.traceparent().is_some() {
            self.origin_mut().traceparent = traceparent;
        }
        self
    }

    /// The same event as a consequence of one that was `hops` away from its cause, and as a part of its trace.
    pub(crate) fn after(mut self, hops: u8, traceparent: Option<&str>) -> Self {
        if hops > 0 {
            self.origin_mut().hops = hops;
        }
        match traceparent {
            Some(traceparent) => self.with_traceparent(traceparent),
            None => self,
        }
    }

    fn origin_mut(&mut self) -> &mut Origin {
        Arc::make_mut(&mut self.inner).origin.get_or_insert_default()
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
        match &self.inner.cause {
            Cause::Caller(caller) => caller.user().app_id(),
            Cause::Named { app_id, .. } => app_id,
        }
    }

    /// The user who caused it, if one did.
    pub fn user_id(&self) -> Option<&Arc<str>> {
        match &self.inner.cause {
            Cause::Caller(caller) => (!caller.is_system()).then(|| caller.user().user_id()),
            Cause::Named { user_id, .. } => user_id.as_ref(),
        }
    }

    /// The user who caused it, with the app.
    pub fn user(&self) -> Option<UserKey> {
        UserKey::new(Arc::clone(self.app_id()), Arc::clone(self.user_id()?)).ok()
    }

    /// What is said of it, as the JSON text of an object.
    pub fn payload_json(&self) -> &str {
        self.inner.payload.json()
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

    /// About how many bytes the payload has.
    pub(crate) fn payload_size(&self) -> usize {
        self.inner.payload.size()
    }

    /// When it happened.
    pub fn time(&self) -> DateTime {
        self.inner.time
    }

    /// How many events lie between it and its first cause.
    pub fn hops(&self) -> u8 {
        self.inner.origin.as_ref().map_or(0, |origin| origin.hops)
    }

    /// The trace that it belongs to: the text of a W3C `traceparent`.
    pub fn traceparent(&self) -> Option<&str> {
        self.inner.origin.as_ref()?.traceparent.as_deref()
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
            payload: &'e Payload,
            time: DateTime,
            #[serde(skip_serializing_if = "is_zero")]
            hops: u8,
            #[serde(skip_serializing_if = "Option::is_none")]
            traceparent: Option<&'e str>,
        }
        let json = Json {
            id: self.id().to_hex(),
            topic: self.topic().as_str(),
            app_id: self.app_id(),
            user_id: self.user_id().map(|user| &**user),
            payload: &self.inner.payload,
            time: self.time(),
            hops: self.hops(),
            traceparent: self.traceparent(),
        };
        json.serialize(serializer)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_zero(hops: &u8) -> bool {
    *hops == 0
}

/// From the JSON that it serialises to, and from nothing else: the payload stays the text that it was.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Json {
            id: bson::oid::ObjectId,
            topic: String,
            app_id: String,
            user_id: Option<String>,
            payload: Box<RawValue>,
            time: DateTime,
            #[serde(default)]
            hops: u8,
            traceparent: Option<Box<str>>,
        }
        let json = Json::deserialize(deserializer)?;
        let topic = json.topic.parse().map_err(serde::de::Error::custom)?;
        let payload = object(&topic, json.payload.into())
            .map_err(|error| serde::de::Error::custom(format!("{error:?}")))?;
        let cause = Cause::Named { app_id: json.app_id.into(), user_id: json.user_id.map(Arc::from) };
        let event = Self::of(json.id, topic, cause, payload, json.time);
        Ok(event.after(json.hops, json.traceparent.as_deref()))
    }
}

/// What is said of an event is an object.
fn object(topic: &Topic, payload: Box<str>) -> Result<Payload> {
    if !payload.starts_with('{') {
        return Err(Error::internal(format!("the payload of `{topic}` must be an object, not {payload}")));
    }
    Ok(Payload::Json(payload))
}

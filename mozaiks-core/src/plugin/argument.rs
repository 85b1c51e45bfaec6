//! Typed arguments, read straight from the bytes of a request.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::action::resolved;
use super::fields::{Absent, ArgumentError, Entries, in_words};
use super::plain::read_plain;
use super::request::{Entry, Request};
use crate::error::{Error, FieldErrors, Result};
use crate::name::RESERVED_FIELDS;

/// What an action may take: a type that is read from JSON and describes itself.
///
/// There is nothing to implement: whatever derives serde's `Deserialize` and schemars' `JsonSchema` is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of an action",
    label = "cannot be read from a request",
    note = "an argument is read from JSON and described by a JSON Schema",
    note = "for a type of yours, write `#[derive(serde::Deserialize, schemars::JsonSchema)]` above it",
    note = "a borrowed type such as `&str` has no owner here: take `String`"
)]
pub trait Argument: Sized + 'static {
    #[doc(hidden)]
    fn read(json: &str) -> Result<Self, serde_json::Error>;
    #[doc(hidden)]
    fn absent(name: &'static str) -> Result<Self, ArgumentError>;
    #[doc(hidden)]
    fn whole(request: &Request<'_>) -> Result<Self>;
    #[doc(hidden)]
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + 'static> Argument for T {
    fn read(json: &str) -> Result<Self, serde_json::Error> {
        read_plain(json).map_or_else(|| serde_json::from_str(json), Ok)
    }

    fn absent(name: &'static str) -> Result<Self, ArgumentError> {
        T::deserialize(Absent::of(name))
    }

    fn whole(request: &Request<'_>) -> Result<Self> {
        if is_raw::<T>() { read_raw(request) } else { read_entries(request.entries()) }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

/// The whole request as one argument, in place of its fields one by one.
///
/// `Input<serde_json::Value>` is a handler over raw data: it sees `user_id`, `app_id` and `_context` with the
/// host's values. So is one over a `serde_json::Map`, a `BTreeMap` or a `HashMap` from `String` to
/// `serde_json::Value`. Any other type never sees them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Input<T>(pub T);

/// One named argument: how it is read, and how it is described.
#[doc(hidden)]
pub struct Field<T> {
    name: &'static str,
    read: fn(&str) -> Result<T, serde_json::Error>,
    absent: fn(&'static str) -> Result<T, ArgumentError>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T: Argument> Field<T> {
    /// The argument called `name`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, read: T::read, absent: T::absent, schema: T::schema }
    }
}

impl<T> Field<T> {
    /// Reads it; says what is wrong in `errors`.
    pub fn take(&self, request: &Request<'_>, errors: &mut FieldErrors) -> Option<T> {
        let outcome = match request.field(self.name) {
            Some(json) => (self.read)(json).map_err(|error| in_words(&error)),
            None => (self.absent)(self.name).map_err(|error| error.into_message()),
        };
        outcome.map_err(|message| errors.add(self.name, message)).ok()
    }

    /// Adds it to the schema of the action's input.
    pub fn describe(&self, generator: &mut SchemaGenerator, input: &mut ObjectSchema) {
        let schema = (self.schema)(generator);
        // The author's own code is asked, and the host is being built: a panic must not end it.
        let may_be_absent = std::panic::catch_unwind(|| (self.absent)(self.name).is_ok()).unwrap_or(false);
        input.add(self.name, schema, !may_be_absent);
    }
}

/// The whole request: how it is read, and how it is described.
#[doc(hidden)]
pub struct Whole<T> {
    read: fn(&Request<'_>) -> Result<T>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

impl<T> Clone for Whole<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Whole<T> {}

impl<T: Argument> Whole<T> {
    /// The whole request as a `T`.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { read: T::whole, schema: T::schema }
    }
}

impl<T> Whole<T> {
    /// Reads it.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field at fault.
    pub fn take(&self, request: &Request<'_>) -> Result<Input<T>> {
        (self.read)(request).map(Input)
    }

    /// The schema of the action's input.
    pub fn describe(&self, generator: &mut SchemaGenerator) -> Schema {
        let schema = (self.schema)(generator);
        // A unit takes nothing of a request, which is an object all the same.
        let takes_nothing = resolved(schema.as_value(), generator).get("type") == Some(&json!("null"));
        if takes_nothing { ObjectSchema::default().finish() } else { schema }
    }
}

/// The schema of an object, put together field by field.
#[doc(hidden)]
#[derive(Default)]
pub struct ObjectSchema {
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl ObjectSchema {
    fn add(&mut self, name: &'static str, schema: Schema, required: bool) {
        self.properties.insert(name.to_owned(), schema.to_value());
        if required {
            self.required.push(name);
        }
    }

    /// The finished schema.
    pub fn finish(self) -> Schema {
        let mut schema = schemars::json_schema!({ "type": "object" });
        if !self.properties.is_empty() {
            schema.insert("properties".into(), Value::Object(self.properties));
        }
        if !self.required.is_empty() {
            schema.insert("required".into(), json!(self.required));
        }
        schema
    }
}

/// True for whatever JSON there is, unread: a handler over it sees the host's values where the client may have sent its
/// own.
fn is_raw<T: 'static>() -> bool {
    let raw = [
        TypeId::of::<Value>(),
        TypeId::of::<Map<String, Value>>(),
        TypeId::of::<BTreeMap<String, Value>>(),
        TypeId::of::<HashMap<String, Value>>(),
    ];
    raw.contains(&TypeId::of::<T>())
}

fn read_entries<T: DeserializeOwned>(entries: &[Entry<'_>]) -> Result<T> {
    T::deserialize(Entries::of(entries)).map_err(Error::from)
}

fn read_raw<T: DeserializeOwned>(request: &Request<'_>) -> Result<T> {
    let mut object: Map<String, Value> = read_entries(request.entries())?;
    let identity = request.identity();
    let [user_id, app_id, context] = RESERVED_FIELDS;
    object.insert(user_id.into(), identity.user_id().into());
    object.insert(app_id.into(), identity.app_id().into());
    object.insert(context.into(), serde_json::to_value(identity)?);
    T::deserialize(Value::Object(object)).map_err(Error::from)
}

//! From what a method returns to the bytes of a reply.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use super::action::resolved;
use crate::error::{Error, Result};
use crate::json::write_json;
use crate::room::with_room;

/// What an action may reply with: a type that is written as JSON and describes itself.
///
/// There is nothing to implement: whatever derives serde's `Serialize` and schemars' `JsonSchema` is one. What is
/// written as an object is the reply itself, `()` is `{"success": true}`, anything else becomes `{"data": ...}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the reply of an action",
    label = "cannot be written as JSON",
    note = "a reply is written as JSON and described by a JSON Schema",
    note = "for a type of yours, write `#[derive(serde::Serialize, schemars::JsonSchema)]` above it"
)]
pub trait IntoReply: Sized {
    #[doc(hidden)]
    fn write(&self) -> Result<Vec<u8>>;
    #[doc(hidden)]
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> IntoReply for T {
    fn write(&self) -> Result<Vec<u8>> {
        with_room(|bytes| {
            write_json(bytes, self)?;
            Ok(match bytes.first() {
                Some(b'{') => bytes.as_slice().to_vec(),
                // Nothing but a unit takes no room and is written as null.
                _ if size_of::<T>() == 0 && bytes == b"null" => UNIT_REPLY.to_vec(),
                _ => [b"{\"data\":", bytes.as_slice(), b"}"].concat(),
            })
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = generator.subschema_for::<T>().to_value();
        as_it_leaves(&schema, generator, size_of::<T>() == 0, 0).try_into().unwrap_or_default()
    }
}

/// What an action with nothing to say replies.
pub(crate) const UNIT_REPLY: &[u8] = br#"{"success":true}"#;

/// How many references and choices are followed to what they stand for. Only a type that is nothing but itself has
/// more.
const MAX_STEPS: usize = 8;

/// The schema of a reply as it leaves: what is no object stands under `data`, here as in [`IntoReply::write`].
fn as_it_leaves(schema: &Value, generator: &SchemaGenerator, takes_no_room: bool, steps: usize) -> Value {
    let definition = resolved(schema, generator);
    let (kinds, choices) = (kinds_of(definition), choices_of(definition));
    let (objects, others): (Vec<&str>, Vec<&str>) = kinds.iter().partition(|kind| **kind == "object");
    if !others.is_empty() && !objects.is_empty() {
        let of_kind = |kinds: Vec<&str>| {
            let mut schema = definition.clone();
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("type".into(), json!(kinds));
            }
            schema
        };
        json!({ "anyOf": [of_kind(objects), under_data(&of_kind(others))] })
    } else if takes_no_room && others == ["null"] {
        json!({ "type": "object", "properties": { "success": { "const": true } }, "required": ["success"] })
    } else if !others.is_empty() {
        under_data(schema)
    } else if objects.is_empty()
        && steps < MAX_STEPS
        && let Some((key, choices)) = choices
    {
        let left: Vec<Value> =
            choices.iter().map(|choice| as_it_leaves(choice, generator, false, steps + 1)).collect();
        let changed = left.iter().zip(choices).filter(|(left, choice)| left != choice).count();
        match changed {
            0 => schema.clone(),
            all if all == choices.len()
                && choices.iter().zip(&left).all(|(one, left)| *left == under_data(one)) =>
            {
                under_data(schema)
            }
            _ => {
                let mut schema = definition.clone();
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert(key.to_owned(), Value::Array(left));
                }
                schema
            }
        }
    } else {
        schema.clone()
    }
}

fn under_data(schema: &Value) -> Value {
    json!({ "type": "object", "properties": { "data": schema }, "required": ["data"] })
}

/// The types that a schema allows; none if it does not say.
fn kinds_of(schema: &Value) -> Vec<&str> {
    let of_value = |value: &Value| match value {
        Value::Object(_) => "object",
        _ => "other",
    };
    match (schema.get("type"), schema.get("const"), schema.get("enum")) {
        (Some(Value::String(kind)), _, _) => vec![kind],
        (Some(Value::Array(kinds)), _, _) => kinds.iter().filter_map(Value::as_str).collect(),
        (None, Some(constant), _) => vec![of_value(constant)],
        (None, None, Some(Value::Array(values))) => values.iter().map(of_value).collect(),
        _ => Vec::new(),
    }
}

/// The schemas of which a value fits one, and the keyword that says so.
fn choices_of(schema: &Value) -> Option<(&'static str, &[Value])> {
    ["anyOf", "oneOf"].into_iter().find_map(|key| Some((key, schema.get(key)?.as_array()?.as_slice())))
}

/// What an action returns: a `Result`.
#[diagnostic::on_unimplemented(
    message = "an action returns a `Result`, not `{Self}`",
    label = "expected `Result<...>`",
    note = "write `-> Result<{Self}>`; an action that has nothing to say returns `Result<()>`"
)]
pub trait ActionResult {
    /// What it replies with.
    type Reply;
    /// What it fails with.
    type Failure;

    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Reply, Self::Failure>;
}

impl<R, E> ActionResult for Result<R, E> {
    type Reply = R;
    type Failure = E;

    fn into_result(self) -> Self {
        self
    }
}

/// What an action may fail with: [`Error`], or an error of the author's that becomes one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an action",
    label = "does not become `mozaiks_core::Error`",
    note = "write `impl From<{Self}> for mozaiks_core::Error`, and `?` works on it everywhere"
)]
pub trait Failure {
    #[doc(hidden)]
    fn into_error(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> Failure for E {
    fn into_error(self) -> Error {
        self.into()
    }
}

/// How the outcome of one action is written, and how its reply is described.
#[doc(hidden)]
pub struct Outcome<R> {
    write: fn(R) -> Result<Vec<u8>>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

impl<R> Clone for Outcome<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Outcome<R> {}

impl<R> Outcome<R>
where
    R: ActionResult,
    R::Reply: IntoReply,
    R::Failure: Failure,
{
    /// That of an action which returns `R`.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            write: |outcome| outcome.into_result().map_err(Failure::into_error)?.write(),
            schema: <R::Reply as IntoReply>::schema,
        }
    }
}

impl<R> Outcome<R> {
    /// The bytes of the reply.
    ///
    /// # Errors
    /// The action's own, or `INTERNAL` if the reply cannot be written.
    pub fn write(&self, outcome: R) -> Result<Vec<u8>> {
        (self.write)(outcome)
    }

    /// The schema of the reply.
    pub fn describe(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }
}

//! What is known of an action beside how to run it.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

/// Whether an entry point may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionKind {
    /// May write, publish, notify and push.
    Action,
    /// Reads only: its context has nothing to write with.
    Query,
}

type Describe = Box<dyn Fn(&mut SchemaGenerator) -> Schema + Send + Sync>;

/// The name, kind, description and schemas of an action.
///
/// ```
/// use mozaiks_core::plugin::{ActionKind, ActionSpec};
///
/// let list = ActionSpec::query("list").description("One page of the user's notes.");
/// assert_eq!(list.kind(), ActionKind::Query);
/// ```
pub struct ActionSpec {
    name: Cow<'static, str>,
    kind: ActionKind,
    description: Cow<'static, str>,
    input: Option<Describe>,
    output: Option<Describe>,
    /// Whether it stands in lists: what answers for every plugin alike does not.
    listed: bool,
}

impl ActionSpec {
    /// An action, which may write.
    pub fn action(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name.into(), ActionKind::Action)
    }

    /// A query, which reads only.
    pub fn query(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name.into(), ActionKind::Query)
    }

    fn new(name: Cow<'static, str>, kind: ActionKind) -> Self {
        Self { name, kind, description: Cow::Borrowed(""), input: None, output: None, listed: true }
    }

    /// Says what the action does.
    #[must_use]
    pub fn description(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.description = text.into();
        self
    }

    /// Says what the action takes.
    #[must_use]
    pub fn input(mut self, schema: impl Fn(&mut SchemaGenerator) -> Schema + Send + Sync + 'static) -> Self {
        self.input = Some(Box::new(schema));
        self
    }

    /// Says what the action replies.
    #[must_use]
    pub fn output(mut self, schema: impl Fn(&mut SchemaGenerator) -> Schema + Send + Sync + 'static) -> Self {
        self.output = Some(Box::new(schema));
        self
    }

    pub(crate) fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    pub(crate) fn is_listed(&self) -> bool {
        self.listed
    }

    /// The name under which it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it may write.
    pub fn kind(&self) -> ActionKind {
        self.kind
    }

    /// What it does, in the author's words.
    pub fn text(&self) -> &str {
        &self.description
    }

    /// The JSON Schema (2020-12) of what it takes.
    pub fn input_schema(&self) -> Value {
        root_schema(self.input.as_ref(), SchemaSettings::draft2020_12().for_deserialize())
    }

    /// The JSON Schema (2020-12) of what it replies.
    pub fn output_schema(&self) -> Value {
        root_schema(self.output.as_ref(), SchemaSettings::draft2020_12().for_serialize())
    }
}

impl std::fmt::Debug for ActionSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActionSpec")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A schema that stands by itself: what it refers to is in its `$defs`.
fn root_schema(describe: Option<&Describe>, settings: SchemaSettings) -> Value {
    let mut generator = settings.into_generator();
    let mut schema = match describe {
        Some(describe) => describe(&mut generator),
        None => schemars::json_schema!({ "type": "object" }),
    };
    let definitions = generator.take_definitions(true);
    // A schema that is a reference and nothing else is laid open: readers look for `properties` at its top.
    if let Some(name) = sole_reference(schema.as_value())
        && let Some(Value::Object(definition)) = definitions.get(name)
    {
        schema = Schema::from(definition.clone());
    }
    if !definitions.is_empty() && mentions_definitions(schema.as_value()) {
        schema.insert("$defs".into(), Value::Object(definitions));
    }
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.to_value()
}

/// What a schema stands for: itself, or what it refers to.
pub(super) fn resolved<'s>(schema: &'s Value, generator: &'s SchemaGenerator) -> &'s Value {
    reference(schema).and_then(|name| generator.definitions().get(name)).unwrap_or(schema)
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// A reference that has nothing to say beside it.
fn sole_reference(schema: &Value) -> Option<&str> {
    reference(schema).filter(|_| schema.as_object().is_some_and(|object| object.len() == 1))
}

fn mentions_definitions(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => {
            object.iter().any(|(key, value)| key == "$ref" || mentions_definitions(value))
        }
        Value::Array(items) => items.iter().any(mentions_definitions),
        _ => false,
    }
}

use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[serde(flatten)]
    inner: Inner,
    #[serde(skip)]
    cache: bool,
    #[serde(rename(serialize = "a", deserialize = "b"))]
    size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Inner {
    on: bool,
}

fn main() {}

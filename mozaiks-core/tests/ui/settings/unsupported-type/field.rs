use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Inner {
    a: bool,
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    big: u128,
    maybe: Option<Inner>,
    newest_first: bool,
}

fn main() {}

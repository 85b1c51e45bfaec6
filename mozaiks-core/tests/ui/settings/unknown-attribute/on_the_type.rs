use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
#[settings(krate = other)]
struct NotesSettings {
    newest_first: bool,
}

fn main() {}

use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings(bool, u32);

fn used() -> NotesSettings {
    NotesSettings::from_stored(None)
}

fn main() {}

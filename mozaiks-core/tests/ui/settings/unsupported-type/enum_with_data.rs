use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
enum View {
    List,
    Board { columns: u32 },
    Calendar(u32),
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    view: View,
}

fn main() {}

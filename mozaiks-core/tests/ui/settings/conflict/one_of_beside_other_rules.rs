use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = "en", one_of = ["en", "en"], max_length = 2)]
    language: String,
    #[setting(one_of = [])]
    nothing: Option<String>,
}

fn main() {}

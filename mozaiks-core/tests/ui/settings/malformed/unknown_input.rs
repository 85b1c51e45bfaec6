use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(input = "textaera")]
    body: String,
    #[setting(input = "toggle")]
    on: bool,
    #[setting(input = "password")]
    password: String,
    #[setting(input = "textarea")]
    count: u32,
}

fn main() {}
